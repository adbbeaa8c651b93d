import fs from 'node:fs'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import { findPairs, type FilePair } from './compare-trees.ts'
import { placeDependencies, type Dependency } from './dependencies.ts'
import { listTree } from './listing.ts'
import { readConverted, toPlace, type MadeWorktree } from './make-worktree.ts'
import type { PrivateRepository } from './private-repository.ts'
import { toBytes } from './tree-object.ts'

const mostBytes = 32 * 1024 * 1024

/**
 * Brings an untouched worktree that lies in the run's `work.new`, and the index beside it, from one commit to another. Costs what
 * differs between them; only where contents are converted (line ends, encodings) all files are looked at.
 */
export async function bringWorktree(repository: PrivateRepository, from: MadeWorktree & { readonly commit: CommitId }, to: CommitId): Promise<MadeWorktree> {
  const { store } = repository
  const place = toPlace(repository)
  const { commit, ...made } = from
  if (commit === to) return made
  const tree = (await store.toTree(to)) as TreeId
  await repository.git(['-c', 'checkout.workers=1', 'read-tree', '-m', '-u', commit, to], { workTree: place.fresh, timeoutMs: 600_000 })
  const dependencies = placeDependencies(place.fresh, await leaveTracked(repository, tree, from.dependencies))
  const pairs = await findPairs(store, from.tree, tree)
  if (pairs === undefined || from.conversions.rawBase !== undefined || !isAsCommitted(repository, place.fresh, pairs)) {
    return readConverted(repository, { ...place, workDir: place.fresh }, { tree, listing: await listTree(repository, tree), dependencies, seed: from.seed })
  }
  return { ...made, tree, dependencies, gitlinks: moveGitlinks(from.gitlinks, pairs) }
}

/** Every conversion that git knows changes the size, save those that attributes must ask for by name. */
function isAsCommitted(repository: PrivateRepository, root: string, pairs: readonly FilePair[]): boolean {
  const start = Buffer.from(root).toString('latin1')
  return pairs.every(({ path, after }) => {
    if (/(^|\/)\.gitattributes$/i.test(path)) return false
    if (after === undefined || !after.mode.startsWith('10')) return true
    const size = repository.store.findSmall(after.oid, mostBytes)?.bytes.length
    return size !== undefined && fs.lstatSync(Buffer.from(`${start}/${path}`, 'latin1'), { throwIfNoEntry: false })?.size === size
  })
}

function moveGitlinks(before: ReadonlyMap<string, string>, pairs: readonly FilePair[]): ReadonlyMap<string, string> {
  const now = new Map(before)
  for (const pair of pairs) {
    if (pair.after?.mode === '160000') now.set(pair.path, pair.after.oid)
    else if (pair.before?.mode === '160000') now.delete(pair.path)
  }
  return now
}

/** What a commit holds itself is no dependency any more. */
async function leaveTracked(repository: PrivateRepository, tree: string, dependencies: readonly Dependency[]): Promise<readonly Dependency[]> {
  const left: Dependency[] = []
  for (const dependency of dependencies) if (!(await isTracked(repository, tree, toBytes(dependency.path).split('/')))) left.push(dependency)
  return left
}

async function isTracked(repository: PrivateRepository, tree: string, names: readonly string[]): Promise<boolean> {
  let at = tree
  for (const [index, name] of names.entries()) {
    if (at === repository.store.emptyTree) return false
    const entry = (await repository.store.readTree(at)).find((each) => each.name === name)
    if (entry === undefined) return false
    if (index === names.length - 1 || entry.mode !== '40000') return true
    at = entry.oid
  }
  return false
}
