import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import { toFirstLine, toPersonEnv, type RunGit } from './git-process.ts'
import type { ObjectFormat } from './object-store.ts'
import { findPlainRepository } from './plain-repository.ts'

/** The person's repository as it was found. Only read. */
export interface PersonRepository {
  /** Top of the working tree. */
  readonly root: string
  /** `.git`, or the one of a linked worktree or submodule. */
  readonly gitDir: string
  /** What linked worktrees share. */
  readonly commonDir: string
  readonly format: ObjectFormat
  readonly isShallow: boolean
  readonly env: Readonly<Record<string, string>>
  /** Flags that reading it needs. */
  readonly flags: readonly string[]
}

export interface FindRepositoryOptions {
  readonly runGit: RunGit
  readonly env: Readonly<Record<string, string | undefined>>
}

const refusal = (message: string): Fault => new Fault('repository-unusable', message)

/**
 * Finds the repository that a directory belongs to, from any subdirectory, linked worktree or submodule.
 * @throws Fault `repository-unusable` with what to do.
 */
export async function getPersonRepository(directory: string, options: FindRepositoryOptions): Promise<PersonRepository> {
  const start = path.resolve(directory)
  if (!fs.statSync(start, { throwIfNoEntry: false })?.isDirectory()) throw refusal(`'${start}' is not a directory; name one with --repo or run writ inside a git repository`)
  const env = toPersonEnv(options.env)
  // Root may read any repository anyway; anybody else has to trust a foreign one with git's own setting.
  const flags = ['--no-pager', ...(process.getuid?.() === 0 ? ['-c', 'safe.directory=*'] : [])]
  const plain = findPlainRepository(start, env)
  if (plain !== undefined) return { ...plain, commonDir: plain.gitDir, format: 'sha1', env, flags }
  const answer = await options.runGit({
    args: [...flags, 'rev-parse', '--is-bare-repository', '--is-inside-work-tree', '--show-object-format', '--is-shallow-repository', '--absolute-git-dir', '--git-common-dir', '--show-toplevel'],
    cwd: start, env, accepts: [1, 128, 129], timeoutMs: 20_000,
  })
  const lines = answer.stdout.toString('utf8').split('\n')
  const [isBare, isInside, format, isShallow, gitDir, commonDir, root] = lines
  if (isBare === 'true') throw refusal(`'${start}' is a bare repository, without files to work on; clone it (git clone '${start}' work) and run writ in the clone`)
  if (isInside === 'false') throw refusal(`'${start}' lies inside a .git directory; run writ from the repository's working tree`)
  if (answer.code !== 0 || root === undefined || gitDir === undefined || commonDir === undefined) throw toUnusable(start, answer.stderr)
  if (format !== 'sha1' && format !== 'sha256') throw refusal(`'${root}' uses the object format '${format}', which writ does not know`)
  return { root, gitDir, commonDir: path.resolve(start, commonDir), format, isShallow: isShallow === 'true', env, flags }
}

function toUnusable(start: string, stderr: string): Fault {
  if (/dubious ownership|unsafe repository/.test(stderr)) {
    return refusal(`the repository at '${start}' belongs to another user, so git does not read it; if you trust it: git config --global --add safe.directory '${start}'`)
  }
  if (/not a git repository/i.test(stderr)) return refusal(`'${start}' is not in a git repository; run writ in one, or make one: git init && git add -A && git commit -m start`)
  return refusal(`git cannot read the repository at '${start}': ${toFirstLine(stderr)}`)
}

/** What we write must never show up among the person's files. @throws Fault `repository-unusable`. */
export function requireStateOutside(person: PersonRepository, stateDir: string): void {
  if (!`${stateDir}/`.startsWith(`${person.root}/`) || `${stateDir}/`.startsWith(`${person.gitDir}/`)) return
  throw refusal(`writ's state directory '${stateDir}' lies inside the repository '${person.root}'; set XDG_STATE_HOME to a directory outside of it`)
}

/** Every object directory that the repository borrows from, its own first. At most 32. */
export function findObjectDirectories(repository: PersonRepository): readonly string[] {
  const found: string[] = []
  const visit = (directory: string): void => {
    if (found.length >= 32 || found.includes(directory) || !fs.existsSync(directory)) return
    found.push(directory)
    const list = path.join(directory, 'info', 'alternates')
    if (!fs.existsSync(list)) return
    for (const line of fs.readFileSync(list, 'utf8').split('\n')) {
      if (line === '' || line.startsWith('#')) continue
      visit(path.resolve(fs.realpathSync(directory), line.startsWith('"') ? (JSON.parse(line) as string) : line))
    }
  }
  visit(path.join(repository.commonDir, 'objects'))
  return found
}
