import type { CommitId } from '../../protocol/ids.ts'
import { guardFiles } from './accept-guard.ts'
import { openAcceptGit, readAcceptState, refuse, toList, type AcceptGit, type AcceptState } from './accept-git.ts'
import { tryThreeWay, writeCommit } from './accept-merge.ts'
import { applyPatch, holdsPatch } from './accept-patch.ts'
import { move, quote } from './accept.ts'
import { toFirstLine } from './git-process.ts'

export interface UndoRequest {
  readonly repository: string
  readonly run: string
  readonly accepted: {
    readonly strategy: 'merge' | 'squash' | 'rebase' | 'patch'
    readonly onto: string
    readonly before: CommitId
    readonly after?: CommitId | undefined
    readonly undo: string
    readonly patch?: { readonly from: string; readonly to: string } | undefined
  }
  /** Always by revert commits, also where the branch could simply go back. */
  readonly revert: boolean
  /** Work everything out, refuse what would be refused, and change nothing. */
  readonly dryRun: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Undone {
  readonly how: 'ref' | 'revert' | 'patch'
  readonly onto: string
  readonly before: CommitId
  readonly after: CommitId
  /** Subjects of the revert commits, oldest first. */
  readonly reverts: readonly string[]
  /** Why it is reverted although nothing came after it; undefined otherwise. */
  readonly because: string | undefined
  /** Nothing had to be done: by other means, or by an undo that was killed before it could say so, it was taken back before. */
  readonly already: boolean
}

/**
 * Takes an accepted result back, or changes nothing at all. Where it is still the newest of its branch, and no remote has it,
 * the branch goes back to where it was (compare-and-swap); else reverts are put on top; a patch is patched back. Index, files
 * and untracked files of the person are protected as in `acceptRun`.
 * What was taken back already, by whatever means, is left alone and said to be.
 * @throws Fault `accept-refused` where something would be lost or conflicts, saying what to do.
 */
export async function undoAccepted(request: UndoRequest): Promise<Undone> {
  const git = await openAcceptGit(request.repository, request.env, 'writ undo')
  try {
    const { onto, before, after } = request.accepted
    if (after === undefined) return await undoPatch(git, request)
    const state = await readAcceptState(git, { accepted: after, earlier: before })
    if (state.branch !== onto) {
      const there = await git.trial(['rev-parse', '--verify', '-q', `refs/heads/${onto}`], { accepts: [1] })
      if (there.code !== 0) throw refuse(`the branch '${onto}', onto which ${request.run} was accepted, is not there any more; nothing was changed`)
      throw refuse(`${request.run} was accepted onto '${onto}', and you are on ${state.branch === undefined ? 'a detached HEAD' : `'${state.branch}'`}; nothing was changed. Switch first: git -C ${quote(git.root)} switch ${quote(onto)}`)
    }
    if ((await git.trial(['merge-base', '--is-ancestor', after, state.head], { accepts: [1] })).code !== 0) {
      return { how: 'ref', onto, before: after, after: state.head, reverts: [], because: undefined, already: true }
    }
    const because = state.head !== after ? undefined : request.revert ? 'as you asked' : await findRemote(git, after)
    if (state.head === after && because === undefined) {
      if (!request.dryRun) await moveBack(git, state, before)
      else await guardFiles(git, state.head, before, words)
      return { how: 'ref', onto, before: state.head, after: before, reverts: [], because, already: false }
    }
    const { tip, subjects } = await computeReverts(git, state, request)
    if (tip === state.head) return { how: 'revert', onto, before: after, after: state.head, reverts: [], because: undefined, already: true }
    await guardFiles(git, state.head, tip, words)
    if (!request.dryRun) await move(git, state, tip, state.head, 'try again')
    return { how: 'revert', onto, before: state.head, after: tip, reverts: subjects, because, already: false }
  } finally {
    git.close()
  }
}

const words = { who: 'taking it back', mend: 'commit or stash them first; nothing was changed' }

async function undoPatch(git: AcceptGit, request: UndoRequest): Promise<Undone> {
  const { accepted, run } = request
  const state = await readAcceptState(git, {})
  const patch = accepted.patch ?? readPatch(accepted.undo)
  const has = async (oid: string): Promise<boolean> => (await git.trial(['cat-file', '-e', `${oid}^{tree}`], { accepts: [1, 128] })).code === 0
  if (patch === undefined || !(await has(patch.from)) || !(await has(patch.to))) {
    throw refuse(`what ${run} did to your files is not in '${git.root}' any more (git prunes what no branch holds); nothing was changed. See the difference with writ diff ${run}, and take it back by hand`)
  }
  // What an undo that was killed left beside the files goes, and what it did not reach is done.
  const isHeld = request.dryRun && (await holdsPatch(git, patch.to, patch.from))
  const done = isHeld ? undefined : await applyPatch(git, patch.to, patch.from, {
    who: 'taking the changes back', dryRun: request.dryRun, isUnfinished: !request.dryRun,
    nothing: `your files hold nothing of ${run} any more`,
    mend: `. Put these files back yourself (writ diff ${run} shows what was done), or take the rest back with git apply -R --reject`,
  })
  return { how: 'patch', onto: state.branch ?? 'a detached HEAD', before: state.head, after: state.head, reverts: [], because: undefined, already: done === undefined }
}

/** Records from before the two were kept apart have them only in the command. */
function readPatch(undo: string): { from: string; to: string } | undefined {
  const found = /diff --binary ([0-9a-f]{40,64}) ([0-9a-f]{40,64})/.exec(undo)
  return found?.[1] && found[2] ? { from: found[1], to: found[2] } : undefined
}

/** A branch that others may have fetched is not moved back under them. */
async function findRemote(git: AcceptGit, commit: string): Promise<string | undefined> {
  const refs = await git.ask(['for-each-ref', '--count=1', '--format=%(refname:short)', '--contains', commit, 'refs/remotes'])
  return refs === '' ? undefined : `because ${refs} has it already`
}

/** Files and index first, as git itself does it, then the branch by compare-and-swap; where that fails they come back. */
async function moveBack(git: AcceptGit, state: AcceptState, to: CommitId): Promise<void> {
  // Killed between the two, the files are back already and only the branch is left to move.
  const isHalfDone = (await git.trial(['diff-index', '--cached', '--quiet', to, '--'], { accepts: [1] })).code === 0 && (await git.trial(['diff-files', '--quiet'], { accepts: [1] })).code === 0
  if (!isHalfDone) {
    await guardFiles(git, state.head, to, words)
    await git.git(['update-index', '-q', '--refresh'], { accepts: [1] })
    const done = await git.git(['read-tree', '-m', '-u', state.head, to], { accepts: [1, 128] })
    if (done.code !== 0) throw refuse(`git could not bring your files back: ${toFirstLine(done.stderr)}; nothing was changed`)
  }
  const moved = await git.git(['update-ref', '-m', `writ undo: to ${to}`, `refs/heads/${state.branch ?? ''}`, to, state.head], { accepts: [1, 128] })
  if (moved.code === 0) return
  if (!isHalfDone) await git.git(['read-tree', '-m', '-u', to, state.head])
  throw refuse(`your branch was not moved (${toFirstLine(moved.stderr)}); nothing was changed, try again`)
}

/**
 * One revert for each commit that came in, newest first; a merge is reverted as a whole, and so is everything where the single
 * reverts conflict but their sum does not.
 */
async function computeReverts(git: AcceptGit, state: AcceptState, request: UndoRequest): Promise<{ tip: CommitId; subjects: readonly string[] }> {
  const { before, after = before, onto } = request.accepted
  const tree = await git.ask(['rev-parse', `${state.head}^{tree}`])
  const isMerge = (await git.trial(['rev-parse', '--verify', '-q', `${after}^2`], { accepts: [1] })).code === 0
  const commits = isMerge ? [] : (await git.ask(['rev-list', '--first-parent', `${before}..${after}`])).split('\n').filter((line) => line !== '')
  const singly = commits.length > 1 ? await revertEach(git, state, request, commits) : undefined
  if (singly !== undefined) return singly
  const whole = await tryThreeWay(git, after, state.head, before)
  if (whole.conflicts !== undefined) {
    const how = isMerge ? `-m 1 ${after.slice(0, 12)}` : `${before.slice(0, 12)}..${after.slice(0, 12)}`
    throw refuse(`taking ${request.run} back conflicts with later changes on '${onto}' in ${toList(whole.conflicts)}; nothing was changed. Do it by hand and resolve them: git -C ${quote(git.root)} revert ${how}`)
  }
  // The branch holds nothing of it any more.
  if (whole.tree === tree) return { tip: state.head, subjects: [] }
  const subject = await git.ask(['log', '-1', '--format=%s', after, '--'])
  const body = isMerge ? `This reverts commit ${after}, reversing\nchanges made to ${before}.` : commits.length > 1 ? `This reverts commits ${before}..${after}.` : `This reverts commit ${after}.`
  const tip = await writeCommit(git, whole.tree, [state.head], toMessage(subject, body, request.run))
  return { tip: tip as CommitId, subjects: [`Revert "${subject}"`] }
}

async function revertEach(git: AcceptGit, state: AcceptState, request: UndoRequest, commits: readonly string[]): Promise<{ tip: CommitId; subjects: readonly string[] } | undefined> {
  let at: string = state.head
  let tree = await git.ask(['rev-parse', `${at}^{tree}`])
  const subjects: string[] = []
  for (const commit of commits) {
    const merged = await tryThreeWay(git, commit, at, await git.ask(['rev-parse', `${commit}^1`]))
    if (merged.conflicts !== undefined) return undefined
    if (merged.tree === tree) continue
    tree = merged.tree
    const subject = await git.ask(['log', '-1', '--format=%s', commit, '--'])
    at = await writeCommit(git, tree, [at], toMessage(subject, `This reverts commit ${commit}.`, request.run))
    subjects.push(`Revert "${subject}"`)
  }
  return subjects.length === 0 ? undefined : { tip: at as CommitId, subjects }
}

function toMessage(subject: string, body: string, run: string): string {
  return `Revert "${subject}"\n\n${body}\n\nWrit-Run: ${run}\n`
}
