import { Fault } from '../../protocol/fault.ts'
import type { CommitId } from '../../protocol/ids.ts'
import { guardFiles } from './accept-guard.ts'
import { openAcceptGit, readAcceptState, refuse, type AcceptGit, type AcceptState } from './accept-git.ts'
import { computeCommit } from './accept-merge.ts'
import { acceptWords, applyPatch } from './accept-patch.ts'
import { toFirstLine } from './git-process.ts'

export interface AcceptRequest {
  /** Any directory of the person's working tree. */
  readonly repository: string
  /** The run's branch, for messages. */
  readonly branch: string
  readonly commit: CommitId
  readonly base: CommitId
  readonly strategy: 'merge' | 'squash' | 'rebase' | 'patch'
  /** For the commit that `squash`, or a `merge` that is no fast-forward, makes. */
  readonly message: string
  /** `Key: value`, added to commits that are made again on top of others. */
  readonly trailer?: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Awaited with what will be, before anything of the person's is touched. */
  readonly onReady?: (ready: Accepted) => Promise<void>
  /** What was ready when an earlier attempt was cut off: it is finished, or found to be done. */
  readonly earlier?: Accepted | undefined
}

export interface Accepted {
  /** The branch that moved, or a detached HEAD for `patch`. */
  readonly onto: string
  readonly before: CommitId
  /** Undefined for `patch`, which commits nothing. */
  readonly after: CommitId | undefined
  /** A shell command that takes it back; it keeps other uncommitted changes, and refuses where it would lose some. */
  readonly undo: string
  /** Of `patch`: the difference of these two is what was done to the files. */
  readonly patch?: { readonly from: string; readonly to: string } | undefined
}

export const quote = (word: string): string => (/^[\w./@:=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/**
 * Brings a result into the person's current branch and files, or changes nothing at all. The person's own git does it:
 * their identity, signing and filters. The new commits are worked out before the branch moves and then taken by a
 * fast-forward, so of the hooks only `post-merge` runs; `pre-commit` and `commit-msg` do not. Files with uncommitted
 * changes that the result does not touch stay as they are. A detached HEAD takes only `patch`.
 * @throws Fault `accept-refused` where something would be lost or does not fit, saying what.
 */
export async function acceptRun(request: AcceptRequest): Promise<Accepted> {
  const git = await openAcceptGit(request.repository, request.env)
  try {
    const state = await readAcceptState(git, { result: request.commit, base: request.base })
    if (request.earlier !== undefined && (await isDone(git, request.earlier))) return request.earlier
    if (request.strategy === 'patch') return await takePatch(git, state, request)
    if (state.branch === undefined) {
      throw refuse(`HEAD of '${git.root}' is detached, so a new commit could get lost; switch to a branch first (git switch -c NAME), or use --strategy patch`)
    }
    if (state.branch === request.branch) throw refuse(`'${request.branch}' is the run's own branch; switch to the branch that should get the result`)
    const after = await computeCommit(git, state, { ...request, strategy: request.strategy })
    if (after === state.head) throw refuse(`'${state.branch}' holds everything of ${request.branch} already; there is nothing to accept`)
    await guardFiles(git, state.head, after)
    const accepted = { onto: state.branch, before: state.head, after, undo: `git -C ${quote(git.root)} reset --keep ${state.head}` }
    await request.onReady?.(accepted)
    await move(git, state, after, request.commit)
    return accepted
  } finally {
    git.close()
  }
}

/** A branch that moved has all: git updates files and index first. */
async function isDone(git: AcceptGit, earlier: Accepted): Promise<boolean> {
  if (earlier.after === undefined) return false
  return (await git.trial(['merge-base', '--is-ancestor', earlier.after, `refs/heads/${earlier.onto}`], { accepts: [1, 128] })).code === 0
}

async function takePatch(git: AcceptGit, state: AcceptState, request: AcceptRequest): Promise<Accepted> {
  const { earlier } = request
  const unfinished = earlier !== undefined && earlier.after === undefined && earlier.before === state.head ? earlier : undefined
  let accepted = unfinished
  await applyPatch(git, request.base, request.commit, {
    ...acceptWords,
    isUnfinished: unfinished !== undefined,
    onReady: async ({ from, to }) => {
      // What was begun is undone as a whole: by the command that was worked out before its first change.
      accepted ??= { onto: state.branch ?? 'a detached HEAD', before: state.head, after: undefined, undo: `cd ${quote(git.root)} && git diff --binary ${from} ${to} | git apply -R`, patch: { from, to } }
      await request.onReady?.(accepted)
    },
  })
  if (accepted === undefined) throw new Error('a patch that was applied was ready before')
  return accepted
}

/** Fast-forwards the current branch and its files to a commit whose objects are still in the scratch space. */
export async function move(git: AcceptGit, state: AcceptState, after: CommitId, commit: CommitId, again = 'accept again'): Promise<void> {
  if ((await git.ask(['rev-parse', 'HEAD'])) !== state.head) throw refuse(`your branch moved meanwhile; nothing was changed, ${again}`)
  const pack = await git.trial(['pack-objects', '--revs', '--local', '--stdout', '-q'], { stdin: `${after}\n^${state.head}\n^${commit}\n`, maxBytes: 1024 * 1024 * 1024, timeoutMs: 600_000 })
  if (pack.stdout.readUInt32BE(8) > 0) await git.git(['unpack-objects', '-q'], { stdin: pack.stdout })
  const moved = await git.git(['merge', '--ff-only', '--no-autostash', '--no-stat', '-q', after], { accepts: [1, 2, 128] })
  if (moved.code !== 0) throw refuse(`git did not take the result: ${toFirstLine(moved.stderr)}`)
}

/**
 * Deletes a run's branch that nobody wants, if it is still where the run left it.
 * @throws Fault `git-failed` otherwise; the branch is then somebody's.
 */
export async function deleteRunBranch(request: { repository: string; branch: string; commit: CommitId; env: AcceptRequest['env'] }): Promise<void> {
  const git = await openAcceptGit(request.repository, request.env)
  try {
    const ref = `refs/heads/${request.branch}`
    const current = await git.trial(['symbolic-ref', '-q', 'HEAD'], { accepts: [1] })
    if (current.stdout.toString('utf8').trim() === ref) throw new Fault('git-failed', `the branch '${request.branch}' is the current branch of '${git.root}'; switch to another one first`)
    const there = await git.trial(['rev-parse', '--verify', '-q', ref], { accepts: [1] })
    if (there.code !== 0) return
    const deleted = await git.git(['update-ref', '-d', ref, request.commit], { accepts: [1, 128] })
    if (deleted.code !== 0) throw new Fault('git-failed', `the branch '${request.branch}' was not deleted, it is not where the run left it: ${toFirstLine(deleted.stderr)}`)
  } finally {
    git.close()
  }
}
