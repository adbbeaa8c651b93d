import fs from 'node:fs'
import path from 'node:path'
import type { OpenWorkspace, Workspace, Workspaces } from '../../engine/ports/workspace.ts'
import type { WorkspacePool } from '../../engine/ports/workspace-pool.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'
import { bringWorktree } from './bring-worktree.ts'
import { placeGitFile } from './checkout.ts'
import { writeBranch } from './commit.ts'
import { findDependencies } from './dependencies.ts'
import { removeTree } from './directory-handle.ts'
import type { GitWorkspacesOptions } from './git-workspaces.ts'
import { listTree } from './listing.ts'
import { makeWorktree, openWorkspace, toPlace, type MadeWorktree } from './make-worktree.ts'
import type { PrivateRepository } from './private-repository.ts'
import type { RunRepositories } from './run-repositories.ts'
import type { DirectoryNode } from './scan.ts'

export interface WorktreePoolOptions extends GitWorkspacesOptions {
  /** The parent. */
  readonly run: RunId
  /** The person's repository. */
  readonly repository: string
  readonly repositories: RunRepositories
  readonly workspaces: Workspaces
}

/** A whole worktree that nobody works in. */
interface Entry {
  /** Holds `work` and `index`. */
  readonly directory: string
  readonly commit: CommitId
  readonly made: MadeWorktree
}

/*
 * Worktrees ready for the children of a run, in `<run>/pool/`. Owns: that folder, and what is known of each worktree in it, so that
 * handing one out needs no look at its files.
 * Invariants:
 *  P1  An entry counts only once it is whole, and only for the process that made it: what is in the folder when a pool is first
 *      used is of a dead process, and goes.
 *  P2  Handing out is a rename into the child's own folder: it succeeds for one.
 *  P3  A child's worktree is whole when it has its final name; before, it is one of the left-overs that opening a run removes.
 *  P4  What is given back is what a rollback has just read to be the child's base, byte for byte.
 */
export async function createWorktreePool(options: WorktreePoolOptions): Promise<WorkspacePool> {
  const { repositories, workspaces } = options
  const repository = await (await repositories.open(options.repository, options.run)).openPrivate()
  const folder = path.join(repository.runDir, 'pool')
  const ready: Entry[] = []
  let isOpen = true
  /** Entries that are being made, or will be next. */
  let coming = 0
  const waiting: (() => void)[] = []
  const wake = (): void => {
    for (const each of waiting.splice(0)) each()
  }
  const making = { now: options.now ?? Date.now, runGit: repositories.runGit, env: options.env, maxFileBytes: options.maxFileBytes ?? 1024 * 1024 * 1024 }

  let isClean = false
  /** Not before something is asked for: whoever only looks at a run does not hold its lock. */
  const clean = (): void => {
    if (!isClean) removeTree(folder)
    isClean = true
  }
  const makeDirectory = (): string => {
    clean()
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    return fs.mkdtempSync(path.join(folder, 'e-'))
  }

  const make = async (at: CommitId, signal: AbortSignal): Promise<void> => {
    const [listing, tree] = await Promise.all([listTree(repository, at), repository.store.toTree(at)])
    const dependencies = await findDependencies(repository, listing, options.dependencies ?? 'overlay')
    const directory = makeDirectory()
    const work = path.join(directory, 'work')
    const place = { workDir: work, fresh: work, indexFile: path.join(directory, 'index'), conversionsFile: path.join(directory, 'conversions.json') }
    try {
      const made = await makeWorktree(repository, place, { base: at, tree: tree as TreeId, listing, dependencies, signal })
      if (isOpen) ready.push({ directory, commit: at, made })
    } finally {
      if (!ready.some((entry) => entry.directory === directory)) removeTree(directory)
    }
  }

  /** Back among those that are ready; the child's own index follows, without a look at files that are as git knows them. */
  const release = async (child: PrivateRepository, asked: OpenWorkspace, made: MadeWorktree, seen: DirectoryNode): Promise<void> => {
    // Copies of dependencies may have been changed, and converted contents are known by objects of the child.
    if (!isOpen || made.conversions.rawBase !== undefined || made.dependencies.some(({ way }) => way === 'copy')) return
    await child.git(['read-tree', '--reset', asked.base], { timeoutMs: 120_000 })
    await child.git(['update-index', '-q', '--refresh'], { accepts: [1], timeoutMs: 120_000 })
    const directory = makeDirectory()
    fs.renameSync(path.join(child.gitDir, 'index'), path.join(directory, 'index'))
    fs.renameSync(child.workDir, path.join(directory, 'work'))
    ready.push({ directory, commit: asked.base, made: { ...made, seed: seen } })
  }

  const handOut = async (entry: Entry, asked: OpenWorkspace): Promise<Workspace | undefined> => {
    const child = await (await repositories.open(asked.repository, asked.run)).openPrivate()
    const place = toPlace(child)
    removeTree(place.fresh)
    removeTree(place.workDir)
    try {
      fs.renameSync(path.join(entry.directory, 'work'), place.fresh)
      fs.renameSync(path.join(entry.directory, 'index'), place.indexFile)
    } catch {
      // Not there any more, whoever removed it: then one is made.
      return undefined
    } finally {
      removeTree(entry.directory)
    }
    const made = await bringWorktree(child, { ...entry.made, commit: entry.commit }, asked.base)
    placeGitFile(child, place.fresh)
    writeBranch(child, asked.branch, asked.base)
    fs.writeFileSync(path.join(child.gitDir, 'HEAD'), `ref: refs/heads/${asked.branch}\n`)
    fs.renameSync(place.fresh, place.workDir)
    return openWorkspace(child, asked, made, { ...making, release: (seen) => release(child, asked, made, seen) })
  }

  return {
    get ready() {
      return ready.length
    },
    fill: async (count, at, signal) => {
      let left = Math.max(count - ready.length, 0)
      coming += left
      try {
        for (; left > 0 && isOpen && !signal.aborted; wake()) {
          await make(at, signal)
          left -= 1
          coming -= 1
        }
      } catch (thrown) {
        // Stopped on the way: what is ready stays so.
        if (!signal.aborted) throw thrown
      } finally {
        coming -= left
        wake()
      }
    },
    start: async (asked) => {
      clean()
      await workspaces.bring(options.run, asked)
      // What is being made is there sooner than a second one beside it.
      while (ready.length === 0 && coming > 0) await new Promise<void>((resolve) => waiting.push(resolve))
      // One of the same commit costs nothing but the rename.
      const same = ready.findIndex(({ commit }) => commit === asked.base)
      const [entry] = ready.splice(Math.max(same, 0), 1)
      return (entry === undefined ? undefined : await handOut(entry, asked)) ?? workspaces.create(asked)
    },
    dispose: async () => {
      isOpen = false
      ready.length = 0
      if (isClean) removeTree(folder)
    },
  }
}
