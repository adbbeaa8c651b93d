import type { FileChange } from '../../protocol/events/workspace.ts'
import type { TaskSize } from '../../protocol/experience.ts'
import type { Task } from '../../protocol/plan.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'
import type { SandboxMount } from './sandbox.ts'

/** A directory with the content of one tree, for checks; thrown away afterwards. */
export interface Checkout {
  /** On the host. */
  readonly root: string
  readonly tree: TreeId
  /** How a sandbox must see it: at the person's own path, with `.git` read-only and the base's dependencies. */
  readonly mounts: readonly SandboxMount[]
  /** Writes or (with undefined) removes files, for pins and probes. Paths relative to the root. */
  write(files: ReadonlyMap<string, Uint8Array | undefined>): Promise<void>
  dispose(): Promise<void>
}

/** A file, an executable file, a link, a submodule. */
export type FileMode = '100644' | '100755' | '120000' | '160000'

/** A task whose scope is measured. */
export type Measured = Pick<Task, 'id' | 'scope'>

/** Lines that came in lately. */
export interface RecentLines {
  readonly path: string
  /** First and last, from 1, both included. */
  readonly from: number
  readonly to: number
  /** Commits that are looked back over: 1 for what the newest one brought. */
  readonly age: number
}

export interface CommitRequest {
  readonly message: string
  readonly parent: CommitId
  /** Extra trailer lines, `Key: value`. */
  readonly trailers: readonly string[]
}

/**
 * The run's own worktree. The person's repository is only read, until `publish` creates or moves the run's own branch.
 * Paths in and out are relative to the root, with `/`.
 */
export interface Workspace {
  /** Where the worktree lies on the host. */
  readonly root: string
  /** The person's repository: the path at which the worktree appears inside the sandbox. */
  readonly home: string
  readonly branch: string
  readonly base: { readonly commit: CommitId; readonly tree: TreeId }
  readonly mounts: readonly SandboxMount[]
  readonly dependencies: readonly { readonly path: string; readonly way: 'overlay' | 'read-only' | 'copy' }[]

  /** Content of the worktree now, ignored files included (dependencies are not: they are mounted). */
  snapshot(signal: AbortSignal): Promise<TreeId>
  /** Byte for byte back to a snapshot; files made since then are removed. */
  rollback(to: TreeId, signal: AbortSignal): Promise<void>
  /** Writes files of the worktree, or (with undefined) removes them; a link or file in the way of a path gives way. */
  write(files: ReadonlyMap<string, Uint8Array | undefined>): Promise<void>
  /** Between two snapshots or commits. */
  changes(from: TreeId | CommitId, to: TreeId | CommitId): Promise<readonly FileChange[]>
  /** Unified diff, at most `maxBytes` (then cut with a last line that says so). */
  diff(from: TreeId | CommitId, to: TreeId | CommitId, options: { maxBytes: number; paths?: readonly string[] }): Promise<string>
  /** Content at a commit or tree; undefined where the path is not there. */
  readAt(at: TreeId | CommitId, path: string): Promise<Uint8Array | undefined>
  /** Regular files and links of a commit or tree. */
  listAt(at: TreeId | CommitId): Promise<readonly string[]>
  /** What everything in a commit or tree but folders is, as git says it (see `FileMode`). */
  modesAt?(at: TreeId | CommitId): Promise<ReadonlyMap<string, FileMode>>
  /** How much there is in the scopes of tasks, by task; what would take too long to measure is left out. */
  measureAt?(at: TreeId | CommitId, tasks: readonly Measured[]): Promise<ReadonlyMap<string, TaskSize>>
  /** Lines of a commit that came in with the last ten commits; bounded in time and number. */
  recentAt?(commit: CommitId): Promise<readonly RecentLines[]>
  /** Commits what is in the worktree, without ignored files. Returns undefined when that is the parent's tree. */
  commit(request: CommitRequest): Promise<{ commit: CommitId; tree: TreeId } | undefined>
  /** A clean directory with exactly that content and the dependencies as they were on the base. */
  checkout(at: TreeId | CommitId): Promise<Checkout>
  /**
   * Brings the commit's objects into the person's repository and moves `branch` there by compare-and-swap.
   * @throws Fault `git-failed` when somebody else moved the branch.
   */
  publish(commit: CommitId, expected: CommitId | undefined): Promise<void>
  /** Removes the worktree and everything temporary; published commits and the snapshots' objects stay. */
  dispose(): Promise<void>
}

/** The files of one commit. */
export interface BaseFiles {
  list(): Promise<readonly string[]>
  read(path: string): Promise<Uint8Array | undefined>
  /** Many at once: one process instead of one a file. */
  readAll(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
}

export interface OpenWorkspace {
  readonly run: RunId
  readonly repository: string
  readonly base: CommitId
  readonly branch: string
}

export interface Workspaces {
  /**
   * What the person's repository is: root, branch, HEAD, the commit that `base` names, whether it is dirty.
   * With `includeDirty` the base becomes a commit of HEAD plus the uncommitted and untracked changes, made without touching
   * the person's index. @throws Fault `repository-unusable` with what to do (not a repository, no commit yet, bare …).
   */
  inspect(directory: string, options: { base?: string; includeDirty: boolean; run: RunId }): Promise<{ root: string; branch: string | undefined; head: CommitId; base: CommitId; dirty: boolean }>
  /** Files of a commit, before there is a workspace: for finding checks and what they depend on. */
  readBase(repository: string, base: CommitId, run: RunId): Promise<BaseFiles>
  /** Gives a run all contents that another run's snapshots and commits have, so that it can go on from any of them. */
  bring(from: RunId, to: Pick<OpenWorkspace, 'run' | 'repository'>): Promise<void>
  /** Makes the worktree. Left-overs of an earlier try for the same run are removed first. */
  create(options: OpenWorkspace): Promise<Workspace>
  /** Finds the worktree of a run again after a crash; makes it anew from the last known snapshot where it is gone. `head` is where its private branch belongs. */
  reopen(options: OpenWorkspace & { readonly last: TreeId; readonly head?: CommitId | undefined }): Promise<Workspace>
  /** Is there a worktree of this run? */
  isThere(run: RunId): boolean
}
