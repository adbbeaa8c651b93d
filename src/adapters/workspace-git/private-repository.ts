import fs from 'node:fs'
import path from 'node:path'
import type { RunId } from '../../protocol/ids.ts'
import { createByteCache, type ByteCache } from './byte-cache.ts'
import { toCode } from './directory-handle.ts'
import { quietFlags, toSealedEnv, type GitAnswer, type GitCall, type RunGit } from './git-process.ts'
import type { ListedEntry } from './listing.ts'
import { createObjectStore, type ObjectStore } from './object-store.ts'
import { findPlainCore } from './plain-settings.ts'
import { findObjectDirectories, type PersonRepository } from './person-repository.ts'

/*
 * The run's own git directory. It borrows the person's objects and has its own configuration, HEAD, refs and index:
 * what the person's configuration holds (remotes with tokens, filters, hooks) never gets near a command.
 * Objects are borrowed through `<run>/borrowed/<n>`: a link on the host, a mount in the sandbox, because inside the
 * person's own `.git` is hidden behind the worktree's `.git` file.
 */
export interface PrivateRepository {
  readonly person: PersonRepository
  readonly runDir: string
  readonly gitDir: string
  readonly workDir: string
  /** An empty directory: a worktree for what must not look at one. */
  readonly nothingDir: string
  /** Host path of each borrowed object directory, and the path under which git finds it. */
  readonly borrowed: readonly { readonly host: string; readonly at: string }[]
  readonly store: ObjectStore
  /** Listings of trees, by the tree's id. */
  readonly listings: ByteCache<readonly ListedEntry[]>
  /** Whether settings of the person may make a checkout differ from the commit's own bytes, attributes in the tree aside. */
  readonly mayConvert: boolean
  /** Runs git on the private directory, sealed. `workTree` defaults to the run's own. */
  git(args: readonly string[], options?: PrivateGitOptions): Promise<GitAnswer>
}

export interface PrivateGitOptions extends Partial<Omit<GitCall, 'args' | 'env' | 'cwd'>> {
  readonly workTree?: string
  readonly indexFile?: string
  /** Take contents as they are, without any conversion that attributes ask for. */
  readonly raw?: boolean
}

export interface PrivateRepositoryOptions {
  readonly stateDir: string
  readonly run: RunId
  readonly person: PersonRepository
  readonly runGit: RunGit
  readonly gitPath: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What remembered listings may weigh, in bytes. */
const listingsBytes = 16 * 1024 * 1024
const copiedSettings = ['core.autocrlf', 'core.eol', 'core.filemode', 'core.ignorecase', 'core.symlinks', 'core.precomposeunicode', 'core.safecrlf']

/** Makes the directory, or brings one that is there up to date with the person's settings. Costs one git process at most. */
export async function openPrivateRepository(options: PrivateRepositoryOptions): Promise<PrivateRepository> {
  const { person, runGit, gitPath } = options
  const runDir = path.join(options.stateDir, 'runs', options.run)
  const gitDir = path.join(runDir, 'git')
  const workDir = path.join(runDir, 'work')
  const nothingDir = path.join(runDir, 'raw', 'nothing')
  for (const part of ['git/objects/info', 'git/objects/pack', 'git/refs/heads', 'git/refs/tags', 'git/info', 'borrowed', 'raw/info', 'raw/refs', 'raw/objects', 'raw/nothing']) {
    makePath(path.join(runDir, part))
  }
  const settings = await readSettings(options)
  const borrowed = findObjectDirectories(person).map((host, index) => ({ host, at: path.join(runDir, 'borrowed', String(index)) }))
  for (const { host, at } of borrowed) {
    if (fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true && fs.readlinkSync(at) === host) continue
    fs.rmSync(at, { force: true })
    fs.symlinkSync(host, at)
  }
  fs.writeFileSync(path.join(gitDir, 'objects/info/alternates'), borrowed.map(({ at }) => `${at}\n`).join(''))
  const config = toConfig(person, settings, gitDir)
  fs.writeFileSync(path.join(gitDir, 'config'), config)
  copyExcludes(options, settings, gitDir)
  if (person.isShallow) fs.copyFileSync(path.join(person.commonDir, 'shallow'), path.join(gitDir, 'shallow'))
  // A second face of the same objects whose attributes switch every conversion off, for snapshots.
  fs.writeFileSync(path.join(runDir, 'raw/HEAD'), 'ref: refs/heads/none\n')
  fs.writeFileSync(path.join(runDir, 'raw/config'), toConfig(person, new Map(), undefined))
  fs.writeFileSync(path.join(runDir, 'raw/info/attributes'), '* -text !eol !crlf -ident !filter !working-tree-encoding\n')
  if (!fs.existsSync(path.join(gitDir, 'HEAD'))) fs.writeFileSync(path.join(gitDir, 'HEAD'), 'ref: refs/heads/none\n')

  const toEnv = (extra: PrivateGitOptions): Record<string, string> => toSealedEnv(options.env, {
    GIT_DIR: extra.raw === true ? path.join(runDir, 'raw') : gitDir,
    GIT_OBJECT_DIRECTORY: path.join(gitDir, 'objects'),
    GIT_WORK_TREE: extra.workTree ?? workDir,
    ...(extra.indexFile === undefined ? {} : { GIT_INDEX_FILE: extra.indexFile }),
  })
  const store = createObjectStore({ objectDir: path.join(gitDir, 'objects'), borrowed: borrowed.map(({ host }) => host), format: person.format, gitPath, flags: quietFlags, env: toEnv({}), cwd: runDir })
  return {
    person, runDir, gitDir, workDir, nothingDir, borrowed, store,
    listings: createByteCache(listingsBytes),
    mayConvert: mayConvert(settings, gitDir),
    git: (args, extra = {}) => {
      const { workTree, indexFile: _index, raw: _raw, ...call } = extra
      return runGit({ ...call, args: [...quietFlags, ...args], cwd: workTree ?? (fs.existsSync(workDir) ? workDir : runDir), env: toEnv(extra) })
    },
  }
}

/** On a read-only file system Node says of a path of several new parts that it does not exist: the first part tells why. */
function makePath(directory: string): void {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    if (toCode(thrown) !== 'ENOENT') throw thrown
    let missing = directory
    while (!fs.existsSync(path.dirname(missing))) missing = path.dirname(missing)
    fs.mkdirSync(missing, { mode: 0o700 })
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  }
}

function mayConvert(settings: ReadonlyMap<string, string>, gitDir: string): boolean {
  const isNo = (key: string, usual: string): boolean => ['false', 'no', 'off', '0'].includes((settings.get(key) ?? usual).toLowerCase())
  const attributes = ['attributes', 'info/attributes'].some((name) => (fs.statSync(path.join(gitDir, name), { throwIfNoEntry: false })?.size ?? 0) > 0)
  const isUsual = isNo('core.autocrlf', 'false') && isNo('core.ignorecase', 'false') && isNo('core.precomposeunicode', 'false') && !isNo('core.symlinks', 'true')
  return attributes || !isUsual
}

async function readSettings(options: PrivateRepositoryOptions): Promise<ReadonlyMap<string, string>> {
  const { person } = options
  const plain = findPlainCore(person, options.gitPath, options.env)
  if (plain !== undefined) return plain
  const answer = await options.runGit({
    args: [...person.flags, 'config', '--includes', '-z', '--get-regexp', '^(core\\.(autocrlf|eol|filemode|ignorecase|symlinks|precomposeunicode|safecrlf|excludesfile|attributesfile))$'],
    cwd: person.root, env: person.env, accepts: [1], timeoutMs: 20_000,
  })
  const settings = new Map<string, string>()
  for (const record of answer.stdout.toString('utf8').split('\0')) {
    const [key, value] = record.split(/\n(.*)/s)
    if (key !== undefined && key !== '') settings.set(key, value ?? 'true')
  }
  return settings
}

function toConfig(person: PersonRepository, settings: ReadonlyMap<string, string>, gitDir: string | undefined): string {
  const quote = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`
  const lines = [
    '[core]', `\trepositoryformatversion = ${person.format === 'sha1' ? 0 : 1}`, '\tbare = false', '\tlogallrefupdates = false',
    ...copiedSettings.flatMap((key) => (settings.has(key) ? [`\t${key.slice(5)} = ${quote(settings.get(key) ?? '')}`] : [])),
    ...(gitDir === undefined ? [] : [`\texcludesfile = ${quote(path.join(gitDir, 'excludes'))}`, `\tattributesfile = ${quote(path.join(gitDir, 'attributes'))}`]),
    '[gc]', '\tauto = 0', '[user]', '\tname = Writ', '\temail = writ@localhost',
    ...(person.format === 'sha1' ? [] : ['[extensions]', '\tobjectformat = sha256']),
  ]
  return `${lines.join('\n')}\n`
}

/** What the person ignores and how they convert, machine-wide settings included, counts in the run as well. */
function copyExcludes(options: PrivateRepositoryOptions, settings: ReadonlyMap<string, string>, gitDir: string): void {
  const home = options.env['HOME'] ?? '/nonexistent'
  const configHome = options.env['XDG_CONFIG_HOME'] ?? path.join(home, '.config')
  const toFile = (key: string, name: string): string => (settings.get(key) ?? path.join(configHome, 'git', name)).replace(/^~(?=\/)/, home)
  const copy = (from: string, to: string): void => {
    const content = from !== '' && fs.statSync(from, { throwIfNoEntry: false })?.isFile() ? fs.readFileSync(from) : undefined
    // Git takes a file that is not there for an empty one.
    if (content === undefined || content.length === 0) fs.rmSync(path.join(gitDir, to), { force: true })
    else fs.writeFileSync(path.join(gitDir, to), content)
  }
  copy(toFile('core.excludesfile', 'ignore'), 'excludes')
  copy(toFile('core.attributesfile', 'attributes'), 'attributes')
  copy(path.join(options.person.commonDir, 'info/exclude'), 'info/exclude')
  copy(path.join(options.person.commonDir, 'info/attributes'), 'info/attributes')
}
