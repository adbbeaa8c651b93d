import type { MergeOutcome, MergeStrategy } from '../../protocol/integration.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'

export interface KeptCommit {
  readonly task: string
  readonly commit: CommitId
}

/** Whether the ref was where it was expected; if not, nothing was changed, and `now` is where it is. */
export type Advance = { readonly moved: true } | { readonly moved: false; readonly now: CommitId | undefined }

export interface IntegratedCommit {
  readonly tree: TreeId
  /** The integrated commit that it goes on from. */
  readonly parent: CommitId
  readonly task: string
  /** The child run that made it, and its own commit. */
  readonly child: RunId
  readonly from: CommitId
  readonly message: string
  readonly trailers: readonly string[]
  /** Milliseconds since 1970, from the record: the same again gives the same commit. */
  readonly atMs: number
}

/**
 * What a run has integrated of its tasks: one line of commits, one for each task, in the run's private git directory. Nothing
 * here touches a worktree or the person's repository, but `publishKept`.
 */
export interface Integrator {
  /** Says where the line begins, unless it has begun. Answers with the newest. */
  begin(at: CommitId): Promise<CommitId>
  /** Brings a child's objects over and keeps its commit for good, before anything is tried with it. Done already is done. */
  keep(child: RunId, kept: KeptCommit): Promise<void>
  /** Merges in memory. @throws Fault `git-failed` where both have nothing in common. */
  merge(request: { readonly ours: CommitId; readonly theirs: CommitId; readonly strategies: readonly MergeStrategy[] }): Promise<MergeOutcome>
  /** The tree with these files as they are in a directory: what a command has written anew. A file that is not there goes. */
  take(tree: TreeId, root: string, paths: readonly string[]): Promise<TreeId>
  /** A commit on top of `parent`; no ref moves. */
  commit(request: IntegratedCommit): Promise<CommitId>
  /** Moves the line by compare-and-swap. Done already is done. */
  advance(expected: CommitId, next: CommitId): Promise<Advance>
  /** Publishes a kept commit as `<branch>-<task>-<commit>`, when the run ends without it. Answers with the branch. */
  publishKept(kept: KeptCommit, options: { readonly branch: string; readonly base: CommitId }): Promise<string>
}
