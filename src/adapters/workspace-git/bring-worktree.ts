import fs from 'node:fs'
import path from 'node:path'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import { findPairs, type FilePair } from './compare-trees.ts'
import { placeDependencies, type Dependency } from './dependencies.ts'
import { removeTree } from './directory-handle.ts'
import { patchIndex, type IndexedFile } from './index-file.ts'
import { listTree } from './listing.ts'
import { readConverted, toPlace, type MadeWorktree, type WorktreePlace } from './make-worktree.ts'
import type { PrivateRepository } from './private-repository.ts'
import { restore } from './restore.ts'
import { toBytes } from './tree-object.ts'

const mostBytes = 32 * 1024 * 1024

/**
 * Brings an untouched worktree that lies in the run's `work.new`, and the index beside it, from one commit to another. Costs what
 * differs between them; where very much does, or where contents are converted (line ends, encodings), git does it and all files are
 * looked at.
 */
export async function bringWorktree(repository: PrivateRepository, from: MadeWorktree & { readonly commit: CommitId }, to: CommitId): Promise<MadeWorktree> {
  const { commit, ...made } = from
  if (commit === to) return made
  const place = { ...toPlace(repository), workDir: toPlace(repository).fresh }
  const tree = (await repository.store.toTree(to)) as TreeId
  const left = await leaveTracked(repository, tree, from.dependencies)
  // The places to mount on that are now the commit's own.
  for (const dependency of from.dependencies) if (!left.includes(dependency)) removeTree(path.join(place.fresh, dependency.path))
  const pairs = await findPairs(repository.store, from.tree, tree)
  const isQuick = pairs !== undefined && from.seed !== undefined && from.conversions.rawBase === undefined && !pairs.some(({ path: at }) => /(^|\/)\.gitattributes$/i.test(at))
  if (isQuick && (await bringFiles(repository, place, { from, tree, left, pairs }))) {
    return { ...made, tree, dependencies: placeDependencies(place.fresh, left), gitlinks: moveGitlinks(from.gitlinks, pairs) }
  }
  await repository.git(['-c', 'checkout.workers=1', 'read-tree', '--reset', '-u', to], { workTree: place.fresh, timeoutMs: 600_000 })
  return readConverted(repository, place, { tree, listing: await listTree(repository, tree), dependencies: placeDependencies(place.fresh, left), seed: from.seed })
}

interface Delta {
  readonly from: MadeWorktree
  readonly tree: TreeId
  readonly left: readonly Dependency[]
  readonly pairs: readonly FilePair[]
}

/** Files and index, by the difference alone. False where git has to do it: then it starts from whatever is there. */
async function bringFiles(repository: PrivateRepository, place: WorktreePlace, { from, tree, left, pairs }: Delta): Promise<boolean> {
  if (from.seed === undefined) return false
  await restore({ root: place.workDir, store: repository.store, current: from.seed, target: tree, skip: new Set(left.map((each) => toBytes(each.path))) })
  const start = Buffer.from(place.workDir).toString('latin1')
  const written = pairs.filter(({ after }) => after?.mode.startsWith('10'))
  if (!from.isPlain) {
    await convert(repository, place, written)
    if (!written.every((pair) => isAsCommitted(repository, start, pair))) return false
  }
  const entries = new Map<string, IndexedFile | undefined>()
  for (const { path: at, after } of pairs) {
    const stats = after === undefined || after.mode === '160000' ? undefined : fs.lstatSync(Buffer.from(`${start}/${at}`, 'latin1'), { bigint: true })
    // A file that gave way to a folder, or the other way round, is two entries under two names.
    if (after !== undefined) entries.set(at, { path: at, mode: after.mode, oid: after.oid, stats })
    else if (!entries.has(at)) entries.set(at, undefined)
  }
  return patchIndex(place.indexFile, entries, repository.store.format)
}

/** Writes changed files as git would: attributes or settings may ask for other line ends than the commit has. */
async function convert(repository: PrivateRepository, place: WorktreePlace, written: readonly FilePair[]): Promise<void> {
  if (written.length === 0) return
  const indexFile = `${place.indexFile}.part`
  try {
    const info = written.map(({ path: at, after }) => `${after?.mode ?? ''} ${after?.oid ?? ''}\t${at}\0`).join('')
    await repository.git(['update-index', '-z', '--index-info'], { workTree: place.workDir, indexFile, stdin: Buffer.from(info, 'latin1') })
    await repository.git(['checkout-index', '-q', '-f', '-a'], { workTree: place.workDir, indexFile, timeoutMs: 120_000 })
  } finally {
    fs.rmSync(indexFile, { force: true })
  }
}

/** Every conversion that git knows changes the size, save those that attributes must ask for by name. */
function isAsCommitted(repository: PrivateRepository, start: string, { path: at, after }: FilePair): boolean {
  const size = repository.store.findSmall(after?.oid ?? '', mostBytes)?.bytes.length
  return size !== undefined && fs.lstatSync(Buffer.from(`${start}/${at}`, 'latin1'), { throwIfNoEntry: false })?.size === size
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
