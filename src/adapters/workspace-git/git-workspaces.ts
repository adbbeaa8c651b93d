import fs from 'node:fs'
import path from 'node:path'
import type { BaseFiles, OpenWorkspace, Workspaces } from '../../engine/ports/workspace.ts'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import type { Conversions } from './changes.ts'
import { bringObjects } from './bring-objects.ts'
import { writeBranch } from './commit.ts'
import { findDependencies, placeDependencies, type Dependency } from './dependencies.ts'
import { removeTree } from './directory-handle.ts'
import { findCommittedHead, inspectRepository, readHead } from './inspect.ts'
import { listTree, type ListedEntry } from './listing.ts'
import { findGitlinks, makeWorktree, noConversions, openWorkspace, toPlace } from './make-worktree.ts'
import type { PrivateRepository } from './private-repository.ts'
import { createRunRepositories, type RunRepositories } from './run-repositories.ts'
import { toText } from './tree-object.ts'

export interface GitWorkspacesOptions {
  /** `$XDG_STATE_HOME/writ`. A run's files lie in `<stateDir>/runs/<run>/{work,git,borrowed,raw,checkouts}`. */
  readonly stateDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly gitPath?: string
  /** How installed dependencies get in: mounted by the sandbox (the default), or copied where it cannot mount. */
  readonly dependencies?: 'overlay' | 'copy'
  /** Largest file that a snapshot keeps, in bytes. */
  readonly maxFileBytes?: number
  /** Milliseconds since 1970, for commits. */
  readonly now?: () => number
}

/** Worktrees of runs on real git (2.32 or newer; `accept` needs 2.38). */
export function createGitWorkspaces(options: GitWorkspacesOptions, repositories: RunRepositories = createRunRepositories(options)): Workspaces {
  const { open, runGit, stateDir } = repositories
  const now = options.now ?? Date.now
  const making = { now, runGit, env: options.env, maxFileBytes: options.maxFileBytes ?? 1024 * 1024 * 1024 }

  const prepare = async (asked: OpenWorkspace): Promise<{ repository: PrivateRepository; listing: readonly ListedEntry[]; dependencies: readonly Dependency[]; tree: TreeId }> => {
    const repository = await (await open(asked.repository, asked.run)).openPrivate()
    removeLocks(repository.gitDir)
    removeTree(path.join(repository.runDir, 'checkouts'))
    removeTree(path.join(repository.runDir, 'work.new'))
    const [listing, tree] = await Promise.all([listTree(repository, asked.base), repository.store.toTree(asked.base)])
    repository.store.addKnown(listing.map(({ oid }) => oid))
    return { repository, listing, tree: tree as TreeId, dependencies: await findDependencies(repository, listing, options.dependencies ?? 'overlay') }
  }

  const create: Workspaces['create'] = async (asked) => {
    const { repository, listing, tree, dependencies } = await prepare(asked)
    removeTree(repository.workDir)
    writeBranch(repository, asked.branch, asked.base)
    fs.writeFileSync(path.join(repository.gitDir, 'HEAD'), `ref: refs/heads/${asked.branch}\n`)
    return openWorkspace(repository, asked, await makeWorktree(repository, toPlace(repository), { base: asked.base, tree, listing, dependencies }), making)
  }

  return {
    inspect: async (directory, { base, includeDirty, run }) => {
      const { person, openPrivate } = await open(directory, run)
      const repository = await openPrivate()
      const found = (base === undefined ? findCommittedHead(repository) : undefined) ?? (await readHead(person, base, runGit))
      return inspectRepository(repository, found, { base, includeDirty, run, now })
    },
    readBase: async (directory, base, run) => {
      const repository = await (await open(directory, run)).openPrivate()
      return readFiles(repository, base)
    },
    bring: async (from, { run, repository }) => {
      const { gitDir } = await (await open(repository, run)).openPrivate()
      bringObjects(path.join(stateDir, 'runs', from, 'git', 'objects'), path.join(gitDir, 'objects'), from)
    },
    create,
    isThere: (run) => fs.existsSync(path.join(stateDir, 'runs', run, 'work', '.git')),
    reopen: async (asked) => {
      const { repository, listing, tree, dependencies } = await prepare(asked)
      const isThere = isWhole(repository, asked.branch)
      if (isThere) {
        await followHead(repository, asked)
        placeDependencies(repository.workDir, dependencies.filter(({ way }) => way === 'overlay'))
        fs.writeFileSync(path.join(repository.gitDir, 'HEAD'), `ref: refs/heads/${asked.branch}\n`)
        return openWorkspace(repository, asked, { tree, dependencies, gitlinks: findGitlinks(listing), seed: undefined, conversions: readConversions(repository), isPlain: false }, making)
      }
      removeTree(repository.workDir)
      if (asked.head !== undefined) writeBranch(repository, asked.branch, asked.head)
      else if (!hasBranch(repository, asked.branch)) writeBranch(repository, asked.branch, asked.base)
      fs.writeFileSync(path.join(repository.gitDir, 'HEAD'), `ref: refs/heads/${asked.branch}\n`)
      const made = await makeWorktree(repository, toPlace(repository), { base: asked.base, tree, listing, dependencies })
      const workspace = openWorkspace(repository, asked, made, making)
      await workspace.rollback(asked.last, new AbortController().signal)
      await repository.git(['read-tree', '--reset', `refs/heads/${asked.branch}`])
      return workspace
    },
  }
}

/** A run that was taken back, or killed between a commit and its record, has its branch and index elsewhere than the log says. */
async function followHead(repository: PrivateRepository, asked: { readonly branch: string; readonly head?: CommitId | undefined }): Promise<void> {
  if (asked.head === undefined || fs.readFileSync(path.join(repository.gitDir, 'refs/heads', asked.branch), 'utf8').trim() === asked.head) return
  writeBranch(repository, asked.branch, asked.head)
  await repository.git(['read-tree', '--reset', asked.head])
}

/** Is there a worktree to go on with? A loss of power may have left files of ours empty: then it is made anew. */
function isWhole(repository: PrivateRepository, branch: string): boolean {
  const isFilled = (file: string): boolean => (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
  const conversions = path.join(repository.runDir, 'conversions.json')
  return isFilled(path.join(repository.workDir, '.git')) && isFilled(path.join(repository.gitDir, 'index')) && hasBranch(repository, branch) && (!fs.existsSync(conversions) || isFilled(conversions))
}

function hasBranch(repository: PrivateRepository, branch: string): boolean {
  const file = path.join(repository.gitDir, 'refs/heads', branch)
  return fs.existsSync(file) && /^[0-9a-f]{40,64}\n$/.test(fs.readFileSync(file, 'utf8'))
}

function readConversions(repository: PrivateRepository): Conversions {
  const file = path.join(repository.runDir, 'conversions.json')
  if (!fs.existsSync(file)) return noConversions
  // Written by ourselves, outside of what commands can reach.
  const { rawBase, pairs } = JSON.parse(fs.readFileSync(file, 'utf8')) as { rawBase?: string; pairs: [string, [string, string]][] }
  return { rawBase, pairs: new Map(pairs) }
}

async function readFiles(repository: PrivateRepository, base: CommitId): Promise<BaseFiles> {
  const entries = (await listTree(repository, base)).filter(({ mode }) => mode.startsWith('10') || mode === '120000')
  const oids = new Map(entries.map((entry) => [toText(entry.path), entry.oid]))
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    const oid = oids.get(file)
    return oid === undefined ? undefined : (await repository.store.read(oid)).bytes
  }
  return {
    list: async () => [...oids.keys()],
    read,
    readAll: async (paths) => {
      const found = new Map<string, Uint8Array>()
      for (const file of paths) {
        const bytes = await read(file)
        if (bytes !== undefined) found.set(file, bytes)
      }
      return found
    },
  }
}

/** What a killed git left behind. The run's lock makes sure that nobody else is at work here. */
function removeLocks(gitDir: string): void {
  for (const directory of ['.', 'refs', 'objects', 'info']) {
    for (const name of fs.readdirSync(path.join(gitDir, directory), { recursive: directory === 'refs', encoding: 'utf8' })) {
      const isTemporary = directory === 'objects' ? name.startsWith('tmp_obj_') : name.endsWith('.lock') || name.endsWith('.new')
      if (isTemporary) fs.rmSync(path.join(gitDir, directory, name), { force: true })
    }
  }
}
