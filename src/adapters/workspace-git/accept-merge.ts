import type { Fault } from '../../protocol/fault.ts'
import type { CommitId } from '../../protocol/ids.ts'
import { toFirstLine } from './git-process.ts'
import { refuse, toList, type AcceptGit, type AcceptState } from './accept-git.ts'
import { uncommittedSubject } from './inspect.ts'

export interface MergeRequest {
  readonly strategy: 'merge' | 'squash' | 'rebase'
  readonly branch: string
  readonly commit: string
  readonly base: string
  readonly message: string
  readonly trailer?: string
}

/** Commits that a refusal names. */
const mostNamed = 5

/**
 * The commit that the current branch should move to, its new objects still in the scratch space.
 * `merge` keeps the run's commits and fast-forwards where it can; `squash` makes one commit; `rebase` puts each commit
 * on top. A base that holds uncommitted changes never gets in: then the commits are put onto what it was made from.
 */
export async function computeCommit(git: AcceptGit, state: AcceptState, request: MergeRequest): Promise<CommitId> {
  return (await compute(git, state, request)) as CommitId
}

async function compute(git: AcceptGit, state: AcceptState, request: MergeRequest): Promise<string> {
  const head = state.head
  if (request.strategy === 'squash') {
    const tree = await threeWay(git, request.base, head, request.commit, request.commit)
    return tree === (await git.ask(['rev-parse', `${head}^{tree}`])) ? head : writeCommit(git, tree, [head], request.message)
  }
  if (request.strategy === 'rebase') return replay(git, request, head)
  const subject = await git.ask(['log', '-1', '--format=%s', request.base, '--'])
  const isStandIn = subject.startsWith(uncommittedSubject)
  const base = isStandIn ? await git.ask(['rev-parse', `${request.base}^1`]) : request.base
  await requireBase(git, state, base)
  const theirs = isStandIn ? await replay(git, request, base) : request.commit
  if (await isAncestor(git, head, theirs)) return theirs
  if (await isAncestor(git, theirs, head)) return head
  const tree = await mergeTrees(git, head, theirs, request.commit)
  return writeCommit(git, tree, [head, theirs], request.message)
}

/**
 * A merge brings in everything below the result: also commits that the branch never had, or that the person took out.
 * @throws Fault `accept-refused` naming them.
 */
async function requireBase(git: AcceptGit, state: AcceptState, base: string): Promise<void> {
  if (await isAncestor(git, base, state.head)) return
  const among = `${state.head}..${base}`
  const total = Number(await git.ask(['rev-list', '--count', among]))
  const named = (await git.ask(['log', `-${mostNamed}`, '--format=%h %s', among, '--'])).split('\n').map((line) => `'${line.length > 80 ? `${line.slice(0, 79)}…` : line}'`)
  const commits = total === 1 ? 'a commit that the run began from' : `${total} commits that the run began from`
  throw refuse(`'${state.branch ?? 'HEAD'}' does not have ${commits}, and a merge would bring in ${total === 1 ? 'that' : 'those'} too: ${named.join(', ')}${total > named.length ? ` and ${total - named.length} more` : ''}; nothing was changed. Take only what the run itself changed with --strategy squash, rebase or patch, or merge ${base.slice(0, 12)} first if you want ${total === 1 ? 'it' : 'them'}`)
}

async function isAncestor(git: AcceptGit, older: string, newer: string): Promise<boolean> {
  return (await git.trial(['merge-base', '--is-ancestor', older, newer], { accepts: [1] })).code === 0
}

async function replay(git: AcceptGit, request: MergeRequest, onto: string): Promise<string> {
  const commits = (await git.ask(['rev-list', '--reverse', '--first-parent', `${request.base}..${request.commit}`])).split('\n').filter((line) => line !== '')
  let at = onto
  for (const commit of commits) {
    const parent = await git.ask(['rev-parse', `${commit}^1`])
    if (parent === at) {
      at = commit
      continue
    }
    const tree = await threeWay(git, parent, at, commit, request.commit)
    if (tree === (await git.ask(['rev-parse', `${at}^{tree}`]))) continue
    const [name = '', email = '', date = '', ...message] = (await git.ask(['log', '-1', '--format=%an%n%ae%n%ad%n%B', '--date=raw', commit, '--'])).split('\n')
    at = await writeCommit(git, tree, [at], withTrailer(message.join('\n'), request.trailer), { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: `@${date}` })
  }
  return at
}

/** The run's own commits end with trailers already: one more joins them. */
function withTrailer(message: string, trailer: string | undefined): string {
  if (trailer === undefined) return message
  const text = message.trimEnd()
  return `${text}${/\n[A-Za-z-]+: [^\n]*$/.test(text) ? '' : '\n'}\n${trailer}\n`
}

const anyone = { GIT_AUTHOR_NAME: 'Writ', GIT_AUTHOR_EMAIL: 'writ@localhost', GIT_COMMITTER_NAME: 'Writ', GIT_COMMITTER_EMAIL: 'writ@localhost' }

/** Puts what changed between two commits onto a third. Stand-in commits give git exactly that merge base. */
async function threeWay(git: AcceptGit, base: string, ours: string, theirs: string, shown: string): Promise<string> {
  const merged = await tryThreeWay(git, base, ours, theirs)
  if (merged.conflicts === undefined) return merged.tree
  throw toConflict(shown, merged.conflicts)
}

/** The tree, or the files in which the two sides differ from their base in the same places. */
export async function tryThreeWay(git: AcceptGit, base: string, ours: string, theirs: string): Promise<Merged> {
  const standIn = (commit: string, parents: readonly string[]): Promise<string> =>
    git.ask(['commit-tree', '--no-gpg-sign', '-m', 'stand-in', ...parents.flatMap((parent) => ['-p', parent]), `${commit}^{tree}`], { env: anyone })
  const below = await standIn(base, [])
  return tryMerge(git, await standIn(ours, [below]), await standIn(theirs, [below]))
}

export type Merged = { readonly tree: string; readonly conflicts: undefined } | { readonly conflicts: readonly string[] }

async function mergeTrees(git: AcceptGit, ours: string, theirs: string, shown: string): Promise<string> {
  const merged = await tryMerge(git, ours, theirs)
  if (merged.conflicts === undefined) return merged.tree
  throw toConflict(shown, merged.conflicts)
}

function toConflict(shown: string, files: readonly string[]): Fault {
  return refuse(`the result ${shown.slice(0, 12)} conflicts with what is on your branch in ${toList(files)}; nothing was changed. Run the goal again from here, or merge it by hand: git merge ${shown.slice(0, 12)}`)
}

async function tryMerge(git: AcceptGit, ours: string, theirs: string): Promise<Merged> {
  const answer = await git.trial(['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs], { accepts: [1, 128, 129] })
  const [tree = '', ...rest] = answer.stdout.toString('utf8').split('\0')
  if (answer.code === 0) return { tree, conflicts: undefined }
  if (answer.code === 1) return { conflicts: [...new Set(rest.filter((file) => file !== ''))] }
  throw refuse(answer.code === 129 ? 'git 2.38 or newer is needed where it takes a merge; update git, or do it by hand' : `git merge-tree failed: ${toFirstLine(answer.stderr)}`)
}

export async function writeCommit(git: AcceptGit, tree: string, parents: readonly string[], message: string, env: Record<string, string> = {}): Promise<string> {
  const signs = await git.trial(['config', '--type=bool', '--get', 'commit.gpgsign'], { accepts: [1] })
  const answer = await git.trial(
    ['commit-tree', ...(signs.stdout.toString('latin1').trim() === 'true' ? ['-S'] : []), ...parents.flatMap((parent) => ['-p', parent]), '-F', '-', tree],
    { env, stdin: message.endsWith('\n') ? message : `${message}\n`, accepts: [1, 128] },
  )
  if (answer.code === 0) return answer.stdout.toString('latin1').trim()
  if (/tell me who you are|empty ident|auto-detect email/i.test(answer.stderr)) throw refuse('git does not know who commits; set it: git config --global user.name "Your Name" && git config --global user.email you@example.com')
  throw refuse(`git could not make the commit: ${toFirstLine(answer.stderr)}; nothing was changed`)
}
