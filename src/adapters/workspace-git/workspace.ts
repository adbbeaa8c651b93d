import fs from 'node:fs'
import path from 'node:path'
import type { Checkout, CommitRequest, Workspace } from '../../engine/ports/workspace.ts'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import { listChanges, readDiff, readPath, type Conversions } from './changes.ts'
import { createCheckout, toMounts } from './checkout.ts'
import { toMessage, writeBranch, writeCommit, writeWorktree } from './commit.ts'
import { placeDependencies, type Dependency } from './dependencies.ts'
import { removeTree } from './directory-handle.ts'
import type { RunGit } from './git-process.ts'
import { listTree, toFileModes, toPaths } from './listing.ts'
import { createLoosePacker } from './loose-packer.ts'
import { measureScopes } from './measure-scopes.ts'
import { applyModes, getUsualModes, openDirectories, readModes, whileReadable } from './modes.ts'
import type { PrivateRepository } from './private-repository.ts'
import { findRecentLines } from './recent-lines.ts'
import { publish } from './publish.ts'
import { restore } from './restore.ts'
import { scan, type DirectoryNode, type Scan } from './scan.ts'
import { toBytes } from './tree-object.ts'
import { writeFiles } from './write-files.ts'

export interface WorkspaceParts {
  readonly repository: PrivateRepository
  readonly branch: string
  readonly base: { readonly commit: CommitId; readonly tree: TreeId }
  readonly dependencies: readonly Dependency[]
  readonly gitlinks: ReadonlyMap<string, string>
  readonly conversions: Conversions
  /** What is already known of the worktree, or undefined to read it anew. */
  readonly seed: DirectoryNode | undefined
  readonly maxFileBytes: number
  readonly now: () => number
  readonly runGit: RunGit
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes the worktree back, as it was when it was begun, before what is left of it is removed. */
  readonly release?: ((seen: DirectoryNode) => Promise<void>) | undefined
}

/*
 * The run's worktree. Owns: the worktree, the private branch and index, what the last scan saw.
 * Invariants:
 *  W1  Snapshots, rollbacks and commits happen one after the other.
 *  W2  A rollback is over only when a new scan sees exactly the tree that was asked for.
 *  W3  Nothing here writes to the person's repository but `publish`.
 */
export function createWorkspace(parts: WorkspaceParts): Workspace {
  const { repository, dependencies } = parts
  const skip = new Set(dependencies.map(({ path: at }) => toBytes(at)))
  const commitTrees = new Set<string>([parts.base.commit, parts.base.tree])
  let seen = parts.seed
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
  const packer = createLoosePacker(repository)
  const usual = getUsualModes(repository.runDir)
  const look = async (signal?: AbortSignal): Promise<Scan> => {
    const found = await scan({ root: repository.workDir, store: repository.store, previous: seen, skip, gitlinks: parts.gitlinks, maxFileBytes: parts.maxFileBytes, usual, signal })
    seen = found.root
    return found
  }

  const rollback = async (to: TreeId, signal: AbortSignal): Promise<void> => {
    const target = to === parts.base.tree ? (parts.conversions.rawBase ?? to) : to
    for (let tries = 0; tries < 3; tries++) {
      const current = await look(signal)
      if (tries > 0 && current.id === target && !current.root.hasSpecial) return
      openDirectories(repository.workDir, current.modes)
      await restore({ root: repository.workDir, store: repository.store, current: current.root, target, skip })
      placeDependencies(repository.workDir, dependencies.filter(({ way }) => way === 'overlay'))
      const filled = await look(signal)
      const after = applyModes(repository.workDir, filled.modes, await readModes(repository.store, target)) ? await look(signal) : filled
      if (after.id === target && !after.root.hasSpecial) return
    }
    throw new Fault('disk-failed', `the worktree '${repository.workDir}' kept changing while it was rolled back to ${to}; stop the commands that still run in it and try again`)
  }

  const commit = async (request: CommitRequest): Promise<{ commit: CommitId; tree: TreeId } | undefined> => {
    const found = await look()
    const tree = await whileReadable(repository.workDir, found.modes, () => writeWorktree(repository, found.root, skip))
    commitTrees.add(tree)
    if (tree === (await repository.store.toTree(request.parent))) return undefined
    const made = writeCommit(repository.store, { tree, parents: [request.parent], message: toMessage(request.message, request.trailers), atMs: parts.now() })
    await repository.store.flush()
    writeBranch(repository, parts.branch, made)
    return { commit: made, tree }
  }

  const release = async (): Promise<void> => {
    if (parts.release === undefined || !fs.existsSync(repository.workDir)) return
    try {
      await rollback(parts.base.tree, new AbortController().signal)
      if (seen !== undefined) await parts.release(seen)
    } catch (thrown) {
      // A worktree that cannot be brought back is removed like any other.
      if (!(thrown instanceof Fault)) throw thrown
    }
  }

  const checkout = async (at: TreeId | CommitId): Promise<Checkout> => {
    const isCommit = commitTrees.has(at) || (await repository.store.read(at)).type === 'commit'
    return createCheckout(repository, at, { raw: !isCommit, dependencies })
  }

  return {
    root: repository.workDir,
    home: repository.person.root,
    branch: parts.branch,
    base: parts.base,
    mounts: toMounts(repository, repository.workDir, dependencies),
    dependencies: dependencies.map(({ path: at, way }) => ({ path: at, way })),
    snapshot: (signal) => inTurn(async () => {
      const { id } = await look(signal)
      // Before the log may name it: a snapshot that a loss of power took could not be gone back to.
      await repository.store.flush()
      packer.afterSnapshot()
      return id as TreeId
    }),
    rollback: (to, signal) => inTurn(() => rollback(to, signal)),
    write: (files) => inTurn(async () => writeFiles(repository.workDir, files)),
    changes: (from, to) => listChanges(repository, from, to, parts.conversions),
    diff: (from, to, options) => readDiff(repository, from, to, parts.conversions, options),
    readAt: (at, file) => readPath(repository, at, file),
    listAt: async (at) => toPaths(await listTree(repository, at)),
    modesAt: async (at) => toFileModes(await listTree(repository, at)),
    measureAt: (at, tasks) => measureScopes(repository, at, tasks),
    recentAt: (commit) => findRecentLines(repository, commit),
    commit: (request) => inTurn(() => commit(request)),
    checkout,
    publish: (made, expected) => publish(repository, { branch: parts.branch, base: parts.base.commit, commit: made, expected, runGit: parts.runGit, env: parts.env }),
    dispose: () => inTurn(async () => {
      await packer.finish()
      await release()
      removeTree(repository.workDir)
      removeTree(path.join(repository.runDir, 'checkouts'))
      removeTree(path.join(repository.runDir, 'work.new'))
      fs.rmSync(path.join(repository.gitDir, 'index'), { force: true })
      repository.store.close()
      seen = undefined
    }),
  }
}
