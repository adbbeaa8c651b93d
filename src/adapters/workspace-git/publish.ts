import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId } from '../../protocol/ids.ts'
import { quietFlags, toFirstLine, toSealedEnv, type GitAnswer, type GitCall, type RunGit } from './git-process.ts'
import type { PersonRepository } from './person-repository.ts'
import type { PrivateRepository } from './private-repository.ts'

/** The log says that it is there once it is; so it must outlive a loss of power. */
const durable = ['-c', 'core.fsync=objects,reference']
/** Few objects are better kept loose, many as one pack. */
const unpackLimit = 100

export interface PublishOptions {
  readonly branch: string
  readonly base: CommitId
  readonly commit: CommitId
  readonly expected: CommitId | undefined
  readonly runGit: RunGit
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Brings the commit's objects over and moves `refs/heads/<branch>` by compare-and-swap. Nothing else of the person's
 * repository changes: no configuration, no index, no FETCH_HEAD, no hook runs. Done already is done.
 * @throws Fault `git-failed` when the branch is not where it was expected.
 */
export async function publish(repository: PrivateRepository, options: PublishOptions): Promise<void> {
  const { person } = repository
  const ref = `refs/heads/${options.branch}`
  const inPerson = (args: readonly string[], extra: Partial<GitCall> = {}): Promise<GitAnswer> => options.runGit({
    ...extra, args: [...quietFlags, ...args], cwd: person.commonDir, owner: findOwner(person.commonDir),
    env: toSealedEnv(options.env, { GIT_DIR: person.commonDir, GIT_COMMITTER_NAME: 'Writ', GIT_COMMITTER_EMAIL: 'writ@localhost' }),
  })
  const present = await inPerson(['rev-parse', '--verify', '-q', ref], { accepts: [1] })
  const now = present.code === 0 ? present.stdout.toString('latin1').trim() : undefined
  if (now === options.commit) return
  if (now !== options.expected) throw toMoved(options.branch, options.expected, now)
  const holder = findCheckedOut(person, ref)
  if (holder !== undefined) throw new Fault('git-failed', `the branch '${options.branch}' is checked out in '${holder}', so it was not moved; switch that working tree to another branch and resume`)
  await copyObjects(repository, options, inPerson)
  const zero = '0'.repeat(options.commit.length)
  const moved = await inPerson([...durable, 'update-ref', '-m', `writ: ${options.branch}`, ref, options.commit, options.expected ?? zero], { accepts: [1, 128] })
  if (moved.code === 0) return
  const line = toFirstLine(moved.stderr)
  if (/but expected|reference already exists|unable to resolve reference/.test(line)) throw toMoved(options.branch, options.expected, undefined)
  throw new Fault('git-failed', `git update-ref could not set the branch '${options.branch}': ${line}`)
}

function toMoved(branch: string, expected: string | undefined, now: string | undefined): Fault {
  return new Fault('git-failed', `the branch '${branch}' was moved by somebody else (expected ${expected ?? 'no such branch'}, found ${now ?? 'another commit'}); rename it away (git branch -m) and resume`)
}

async function copyObjects(repository: PrivateRepository, options: PublishOptions, inPerson: (args: readonly string[], extra?: Partial<GitCall>) => Promise<GitAnswer>): Promise<void> {
  const pack = await repository.git(['pack-objects', '--revs', '--local', '--stdout', '-q', '--threads=1'], {
    stdin: `${options.commit}\n${(await findShared(repository, options.base)).map((commit) => `^${commit}\n`).join('')}`,
    maxBytes: 1024 * 1024 * 1024, timeoutMs: 600_000,
  })
  const count = pack.stdout.readUInt32BE(8)
  if (count === 0) return
  await inPerson([...durable, ...(count < unpackLimit ? ['unpack-objects', '-q', '--strict'] : ['index-pack', '--stdin', '--strict'])], { stdin: pack.stdout, timeoutMs: 600_000 })
}

/** Commits that the person surely has: the base, or what it was made from when it holds uncommitted changes. */
async function findShared(repository: PrivateRepository, base: CommitId): Promise<readonly string[]> {
  if (!fs.existsSync(path.join(repository.gitDir, 'objects', base.slice(0, 2), base.slice(2)))) return [base]
  const commit = (await repository.store.read(base)).bytes.toString('latin1')
  return [...commit.slice(0, commit.indexOf('\n\n')).matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? '')
}

/** Root works on somebody else's repository as that user, or they could not touch their own branch afterwards. */
function findOwner(directory: string): { uid: number; gid: number } | undefined {
  const { uid, gid } = fs.statSync(directory)
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : undefined
}

function findCheckedOut(person: PersonRepository, ref: string): string | undefined {
  const linked = path.join(person.commonDir, 'worktrees')
  const gitDirs = [person.commonDir, ...(fs.existsSync(linked) ? fs.readdirSync(linked).map((name) => path.join(linked, name)) : [])]
  return gitDirs.find((gitDir) => {
    const head = path.join(gitDir, 'HEAD')
    return fs.existsSync(head) && fs.readFileSync(head, 'utf8').trim() === `ref: ${ref}`
  })
}
