import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId, RunId } from '../../protocol/ids.ts'
import { writeCommit } from './commit.ts'
import type { RunGit } from './git-process.ts'
import type { PersonRepository } from './person-repository.ts'
import { findHead } from './plain-repository.ts'
import type { PrivateRepository } from './private-repository.ts'

export interface Inspection {
  readonly root: string
  readonly branch: string | undefined
  readonly head: CommitId
  readonly base: CommitId
  readonly dirty: boolean
}

const largestCommit = 1024 * 1024
const maxUntrackedBytes = 100 * 1024 * 1024

/** The subject by which `accept` knows a base that holds what was not committed. */
export const uncommittedSubject = 'writ: uncommitted changes at the start of'

/** HEAD and the branch without a process, where that is plain to see and the commit is there. */
export function findCommittedHead(repository: PrivateRepository): { branch: string | undefined; head: CommitId; base: CommitId } | undefined {
  const { person, store } = repository
  const found = findHead(person.gitDir, person.commonDir, store.emptyTree.length)
  if (found === undefined || store.findSmall(found.head, largestCommit)?.type !== 'commit') return undefined
  return { branch: found.branch, head: found.head as CommitId, base: found.head as CommitId }
}

/** HEAD, the branch and what `base` names. @throws Fault as `Workspaces.inspect` says. */
export async function readHead(person: PersonRepository, base: string | undefined, runGit: RunGit): Promise<{ branch: string | undefined; head: CommitId; base: CommitId }> {
  const call = (args: readonly string[]): ReturnType<RunGit> =>
    runGit({ args: [...person.flags, '-c', 'core.fsmonitor=false', ...args], cwd: person.root, env: person.env, accepts: [1, 128], timeoutMs: 20_000 })
  const [head, symbolic, named] = await Promise.all([
    call(['rev-parse', '--verify', '-q', 'HEAD^{commit}']),
    call(['symbolic-ref', '-q', '--short', 'HEAD']),
    base === undefined ? undefined : call(['rev-parse', '--verify', '-q', '--end-of-options', `${base}^{commit}`]),
  ])
  if (head.code !== 0) {
    throw new Fault('repository-unusable', `the repository '${person.root}' has no commit yet, so there is nothing to start from; make one: git add -A && git commit -m start`)
  }
  if (named !== undefined && named.code !== 0) {
    throw new Fault('request-invalid', `--base '${base}' names no commit in '${person.root}'; give a branch, a tag or a commit (git log --oneline shows some)`)
  }
  const headId = head.stdout.toString('latin1').trim() as CommitId
  return {
    branch: symbolic.code === 0 ? symbolic.stdout.toString('utf8').trim() : undefined,
    head: headId,
    base: named === undefined ? headId : (named.stdout.toString('latin1').trim() as CommitId),
  }
}

/** Looks at the person's files through the private repository, so that no filter or hook of theirs runs and nothing is written. */
export async function inspectRepository(
  repository: PrivateRepository, found: { branch: string | undefined; head: CommitId; base: CommitId },
  options: { base?: string | undefined; includeDirty: boolean; run: RunId; now: () => number },
): Promise<Inspection> {
  const { person } = repository
  fs.writeFileSync(path.join(repository.gitDir, 'HEAD'), `${found.head}\n`)
  const index = copyIndex(repository)
  try {
    const status = await repository.git(['status', '--porcelain=v1', '-z', '--untracked-files=normal', '--ignore-submodules=dirty', '--no-renames'], {
      workTree: person.root, indexFile: index, maxBytes: 8 * 1024 * 1024, cut: true,
    })
    const lines = status.stdout.toString('utf8').split('\0').filter((line) => line !== '')
    const dirty = lines.length > 0
    if (!options.includeDirty || !dirty) return { root: person.root, ...found, dirty }
    if (options.base !== undefined && found.base !== found.head) {
      throw new Fault('request-invalid', `--include-dirty starts from HEAD plus your changes and does not go with --base '${options.base}'; leave out one of the two`)
    }
    const unmerged = lines.find((line) => /^(DD|AU|UD|UA|DU|AA|UU) /.test(line))
    if (unmerged !== undefined) {
      throw new Fault('repository-unusable', `'${unmerged.slice(3)}' has merge conflicts in '${person.root}'; resolve them (git status lists them) or leave out --include-dirty`)
    }
    return { root: person.root, ...found, base: await commitDirty(repository, index, found.head, options), dirty }
  } finally {
    fs.rmSync(index, { force: true })
  }
}

/** A copy with its time set a little back: git then compares contents where a time alone could not tell. */
export function copyIndex(repository: PrivateRepository, source = path.join(repository.person.gitDir, 'index')): string {
  const target = path.join(repository.gitDir, 'person.index')
  fs.rmSync(target, { force: true })
  if (!fs.existsSync(source)) return target
  const seconds = Math.floor(fs.statSync(source).mtimeMs / 1000)
  fs.copyFileSync(source, target)
  fs.utimesSync(target, seconds, seconds)
  for (const name of fs.readdirSync(repository.person.gitDir)) {
    if (name.startsWith('sharedindex.')) fs.copyFileSync(path.join(repository.person.gitDir, name), path.join(repository.gitDir, name))
  }
  return target
}

async function commitDirty(repository: PrivateRepository, index: string, head: CommitId, options: { run: RunId; now: () => number }): Promise<CommitId> {
  const tree = await writeDirtyTree(repository, index, ', or leave out --include-dirty')
  return writeCommit(repository.store, { tree, parents: [head], message: `${uncommittedSubject} ${options.run}\n`, atMs: options.now() })
}

/**
 * The tree of the person's files as they are, uncommitted and untracked ones included, through a copy of their index.
 * @param otherwise what else they can do about a file that is too large, as the end of the sentence
 */
export async function writeDirtyTree(repository: PrivateRepository, index: string, otherwise: string): Promise<string> {
  const { person } = repository
  const where = { workTree: person.root, indexFile: index, timeoutMs: 300_000 }
  const others = await repository.git(['ls-files', '-z', '--others', '--exclude-standard'], where)
  // A name that ends in a slash is a repository of its own: its files belong to it.
  const names = others.stdout.toString('latin1').split('\0').filter((name) => name !== '' && !name.endsWith('/'))
  const large = names.find((name) => (fs.lstatSync(Buffer.from(`${Buffer.from(person.root).toString('latin1')}/${name}`, 'latin1'), { throwIfNoEntry: false })?.size ?? 0) > maxUntrackedBytes)
  if (large !== undefined) {
    throw new Fault('request-invalid', `the untracked file '${Buffer.from(large, 'latin1').toString('utf8')}' is larger than 100 MB; ignore it (.gitignore) or commit it${otherwise}`)
  }
  await repository.git(['add', '-u', '--', '.'], where)
  if (names.length > 0) await repository.git(['update-index', '--add', '-z', '--stdin'], { ...where, stdin: Buffer.from(`${names.join('\0')}\0`, 'latin1') })
  return (await repository.git(['write-tree'], where)).stdout.toString('latin1').trim()
}
