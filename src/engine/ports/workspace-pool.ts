import type { CommitId } from '../../protocol/ids.ts'
import type { OpenWorkspace, Workspace } from './workspace.ts'

/**
 * Worktrees that a run keeps ready for its children. One process, the one that holds the run's lock, has a pool; what an earlier one
 * left is removed when it is first used.
 */
export interface WorkspacePool {
  /** How many are ready. */
  readonly ready: number
  /** Makes as many worktrees of a commit as are missing to so many. Costs a checkout each: for when nobody waits. Ends early with the signal. */
  fill(count: number, at: CommitId, signal: AbortSignal): Promise<void>
  /**
   * As `Workspaces.create`, for a child whose base is a commit of this run: takes one that is ready and brings it to that commit, which
   * costs what differs; waits for one that is being made, makes one from nothing where there is none. Its `dispose` gives the worktree back.
   */
  start(options: OpenWorkspace): Promise<Workspace>
  /** Removes what is ready. Worktrees that children have are theirs, and go when they are done. */
  dispose(): Promise<void>
}
