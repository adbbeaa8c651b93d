import fs from 'node:fs'
import path from 'node:path'
import { hash } from 'node:crypto'
import type { BaseFiles, Workspace } from '../../engine/ports/workspace.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'
import { listChanges, readPath } from './changes.ts'
import { createCheckout } from './checkout.ts'
import { writeCommit } from './commit.ts'
import { findDependencies, type Dependency } from './dependencies.ts'
import { removeTree } from './directory-handle.ts'
import { openBaseFinder, type BaseFinder } from './find-base.ts'
import { createGitProcess } from './git-process.ts'
import { copyIndex, writeDirtyTree } from './inspect.ts'
import { toChecksDirectory } from './leftovers.ts'
import { listTree, toFileModes, toPaths } from './listing.ts'
import { getPersonRepository, requireStateOutside } from './person-repository.ts'
import { openPrivateRepository, type PrivateRepository } from './private-repository.ts'

export interface PersonTreesOptions {
  /** `$XDG_STATE_HOME/writ`. */
  readonly stateDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
}

/**
 * States of the person's files as trees, to be looked at and checked out elsewhere. Owns a folder in the state directory with
 * a private git directory and checkouts; it is gone after `dispose`.
 * Invariants: (1) the person's files, index and refs are only read; (2) no program that their configuration names is run.
 */
export interface PersonTrees {
  readonly root: string
  readonly bases: BaseFinder
  /** The tree of nothing. */
  readonly empty: TreeId
  /** The files as they are now, uncommitted and untracked ones included, ignored ones not. */
  writeWorking(): Promise<TreeId>
  /** The index as it is: `GIT_INDEX_FILE` where git names one to a hook. */
  writeStaged(): Promise<TreeId>
  toTree(commit: CommitId): Promise<TreeId>
  /** What lies between two trees, renames found. */
  changes(from: TreeId, to: TreeId): Promise<readonly FileChange[]>
  /** Trees, their files, and checkouts with the dependencies that are installed. */
  openWorkspace(tree: TreeId): Promise<Pick<Workspace, 'home' | 'checkout' | 'readAt' | 'listAt' | 'modesAt' | 'changes'> & { readonly environment: string }>
  readFiles(tree: TreeId): Promise<BaseFiles>
  dispose(): void
}

/** Every folder has a private repository of its own: one name serves for all. */
const only = 'run_0000000000000000' as RunId

/** @throws Fault `repository-unusable` with what to do. */
export async function openPersonTrees(directory: string, options: PersonTreesOptions): Promise<PersonTrees> {
  const runGit = createGitProcess('git')
  const person = await getPersonRepository(path.resolve(directory), { runGit, env: options.env })
  const stateDir = path.resolve(options.stateDir)
  requireStateOutside(person, stateDir)
  const checks = toChecksDirectory(stateDir)
  fs.mkdirSync(checks, { recursive: true, mode: 0o700 })
  const folder = fs.mkdtempSync(path.join(checks, `writ-check-${process.pid}-`))
  const dispose = (): void => removeTree(folder)
  try {
    const [repository, bases] = await Promise.all([
      openPrivateRepository({ stateDir: folder, run: only, person, runGit, gitPath: 'git', env: options.env }),
      openBaseFinder(person, runGit),
    ])
    if (bases.head !== undefined) fs.writeFileSync(path.join(repository.gitDir, 'HEAD'), `${bases.head}\n`)
    return createPersonTrees(repository, bases, options, () => {
      repository.store.close()
      dispose()
    })
  } catch (thrown) {
    dispose()
    throw thrown
  }
}

function createPersonTrees(repository: PrivateRepository, bases: BaseFinder, options: PersonTreesOptions, dispose: () => void): PersonTrees {
  const { person, store } = repository
  const toTree = async (at: string): Promise<TreeId> => (await store.toTree(at)) as TreeId
  const list = async (at: string) => listTree(repository, at)
  const changes = async (from: string, to: string): Promise<readonly FileChange[]> => {
    // Between commits git finds renames, between trees it is not asked.
    const toCommit = (tree: string) => (tree === store.emptyTree ? tree : writeCommit(store, { tree, parents: [], message: 'writ check\n', atMs: options.now() }))
    return listChanges(repository, toCommit(from), toCommit(to), { rawBase: undefined, pairs: new Map() })
  }
  return {
    root: person.root, bases, empty: store.emptyTree as TreeId, toTree, changes, dispose,
    writeWorking: async () => withIndex(repository, undefined, async (index) => (await writeDirtyTree(repository, index, ''))),
    writeStaged: async () => withIndex(repository, findNamedIndex(repository, options.env), (index) => writeIndexTree(repository, index)),
    openWorkspace: async (tree) => {
      const dependencies = await findDependencies(repository, await list(tree), 'overlay')
      return {
        home: person.root,
        environment: fingerprint(dependencies, options.env),
        checkout: (at) => createCheckout(repository, at, { raw: false, dependencies }),
        readAt: (at, file) => readPath(repository, at, file),
        listAt: async (at) => toPaths(await list(at)),
        modesAt: async (at) => toFileModes(await list(at)),
        changes: async (from, to) => changes(await toTree(from), await toTree(to)),
      }
    },
    readFiles: async (tree) => ({
      list: async () => toPaths(await list(tree)),
      read: (file) => readPath(repository, tree, file),
      readAll: async (paths) => {
        const found = new Map<string, Uint8Array>()
        for (const file of paths) {
          const bytes = await readPath(repository, tree, file)
          if (bytes !== undefined) found.set(file, bytes)
        }
        return found
      },
    }),
  }
}

async function withIndex(repository: PrivateRepository, source: string | undefined, write: (index: string) => Promise<string>): Promise<TreeId> {
  const index = copyIndex(repository, source)
  try {
    return (await write(index)) as TreeId
  } finally {
    fs.rmSync(index, { force: true })
  }
}

/** `git commit -a` and `git commit FILE` show their hooks an index of their own. */
function findNamedIndex(repository: PrivateRepository, env: PersonTreesOptions['env']): string | undefined {
  const named = env['GIT_INDEX_FILE']
  if (named === undefined || named === '') return undefined
  return [process.cwd(), repository.person.root].map((from) => path.resolve(from, named)).find((file) => fs.existsSync(file))
}

async function writeIndexTree(repository: PrivateRepository, index: string): Promise<string> {
  if (!fs.existsSync(index)) return repository.store.emptyTree
  const unmerged = await repository.git(['ls-files', '-z', '--unmerged'], { workTree: repository.person.root, indexFile: index })
  if (unmerged.stdout.length > 0) {
    const file = unmerged.stdout.toString('utf8').split('\0')[0]?.split('\t')[1] ?? ''
    throw new Fault('request-invalid', `the index has a merge conflict in '${file}', so there is no staged content to check; resolve it and git add it first`)
  }
  return (await repository.git(['write-tree'], { workTree: repository.person.root, indexFile: index })).stdout.toString('latin1').trim()
}

/** What changes when a package is installed. */
const markers = ['', '.package-lock.json', '.modules.yaml', '.yarn-state.yml', 'pyvenv.cfg', 'lib', 'bin']
const mostFolders = 64

/** Changes whenever programs or dependencies are installed, replaced or removed. */
function fingerprint(dependencies: readonly Dependency[], env: PersonTreesOptions['env']): string {
  const toTime = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const programs = (env['PATH'] ?? '').split(':').filter((each) => each.startsWith('/')).slice(0, mostFolders)
  const packages = dependencies.flatMap(({ host }) => [...markers.map((name) => path.join(host, name)), ...listSitePackages(host)])
  return hash('sha256', [process.version, ...[...programs, ...packages].map((file) => `${file} ${safely(() => toTime(file))}`)].join('\n'), 'hex')
}

function listSitePackages(host: string): readonly string[] {
  const lib = path.join(host, 'lib')
  if (!fs.existsSync(path.join(host, 'pyvenv.cfg')) || !fs.existsSync(lib)) return []
  return fs.readdirSync(lib).map((name) => path.join(lib, name, 'site-packages'))
}

/** PATH may lead through what is no directory, or may not be read. */
function safely(look: () => number): number {
  try {
    return look()
  } catch {
    return 0 // nothing that could be run from here
  }
}
