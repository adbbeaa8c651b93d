import fs from 'node:fs'
import path from 'node:path'
import type { FileMode } from '../../engine/ports/workspace.ts'
import type { ObjectStore } from './object-store.ts'
import type { PrivateRepository } from './private-repository.ts'
import { isSettledAt, toNode, type DirectoryNode, type FileNode } from './scan.ts'
import { fromTreeName, modesName, toMode, toText, type TreeMode } from './tree-object.ts'

/** Everything in a tree, the trees themselves included. Paths are byte strings. */
export interface ListedEntry {
  readonly mode: TreeMode
  readonly oid: string
  readonly path: string
}

/** git lists trees with more directories than this: it is faster at it, and does not hold us up. */
const mostDirectories = 400

/** In git's order. A tree never changes, so that what was listed once is remembered. */
export async function listTree(repository: PrivateRepository, at: string): Promise<readonly ListedEntry[]> {
  const tree = await repository.store.toTree(at)
  const known = repository.listings.get(tree)
  if (known !== undefined) return known
  const entries = await walkTree(repository.store, tree) ?? (await listWithGit(repository, tree)).map(({ mode, oid, path: file }) => ({ mode, oid, path: file }))
  repository.listings.set(tree, entries, entries.length * 200)
  return entries
}

async function walkTree(store: ObjectStore, tree: string): Promise<readonly ListedEntry[] | undefined> {
  const entries: ListedEntry[] = []
  let directories = 0
  const visit = async (oid: string, above: string): Promise<void> => {
    if (oid === store.emptyTree || ++directories > mostDirectories) return
    for (const entry of await store.readTree(oid)) {
      if (above === '' && entry.name === modesName) continue
      const file = `${above}${entry.name}`
      entries.push({ mode: entry.mode, oid: entry.oid, path: file })
      if (entry.mode === '40000') await visit(entry.oid, `${file}/`)
    }
  }
  await visit(tree, '')
  return directories > mostDirectories ? undefined : entries
}

/** Bytes of each blob, by path. */
export async function listSizes(repository: PrivateRepository, at: string): Promise<ReadonlyMap<string, number>> {
  return new Map((await listWithGit(repository, at)).map(({ path: file, size }) => [file, size]))
}

async function listWithGit(repository: PrivateRepository, at: string): Promise<readonly (ListedEntry & { readonly size: number })[]> {
  const answer = await repository.git(['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', at], { maxBytes: 512 * 1024 * 1024 })
  return answer.stdout.toString('latin1').split('\0').filter((line) => line !== '' && !line.endsWith(`\t${modesName}`)).map((line) => {
    const tab = line.indexOf('\t')
    const [mode = '', , oid = '', size = ''] = line.slice(0, tab).split(/ +/)
    return { mode: toMode(mode), oid, size: Number(size) || 0, path: line.slice(tab + 1) }
  })
}

/**
 * Whether git would write this tree as it is: no line ends, encodings or keywords to convert, and a file system that
 * keeps names and links.
 */
export function isPlain(repository: PrivateRepository, entries: readonly ListedEntry[]): boolean {
  return !repository.mayConvert && !entries.some(({ path: file }) => /(^|\/)\.gitattributes$/i.test(file))
}

/** The paths of a listing as people write them: regular files and links. */
export function toPaths(entries: readonly ListedEntry[]): readonly string[] {
  return entries.filter(({ mode }) => mode.startsWith('10') || mode === '120000').map((entry) => toText(fromTreePath(entry.path)))
}

export function toFileModes(entries: readonly ListedEntry[]): ReadonlyMap<string, FileMode> {
  return new Map(entries.flatMap(({ path: file, mode }) => (mode === '40000' ? [] : [[toText(fromTreePath(file)), mode]])))
}

export function fromTreePath(treePath: string): string {
  return treePath.includes('~writ~') ? treePath.split('/').map(fromTreeName).join('/') : treePath
}

/**
 * What a scan would remember of a directory that git has just filled from this listing, without reading it again.
 * Every conversion that git knows changes the size, re-encoding excepted; then, or where a size differs, the scan reads.
 * `sizes` may be left out for a tree that is plain.
 */
export function seedNode(root: string, rootTree: string, entries: readonly ListedEntry[], sizes: ReadonlyMap<string, number> | undefined): { node: DirectoryNode | undefined; isComplete: boolean } {
  let isComplete = true
  const directories = new Map<string, Map<string, FileNode | DirectoryNode>>([['', new Map()]])
  for (const entry of entries) if (entry.mode === '40000') directories.set(entry.path, new Map())
  const nowMs = Date.now()
  for (const entry of entries) {
    if (entry.mode === '40000' || entry.mode === '160000') continue
    const slash = entry.path.lastIndexOf('/')
    const name = entry.path.slice(slash + 1)
    const where = Buffer.from(`${Buffer.from(root).toString('latin1')}/${entry.path}`, 'latin1')
    if (name === '.gitattributes' && fs.existsSync(where) && /working-tree-encoding|\bident\b/.test(fs.readFileSync(where, 'latin1'))) return { node: undefined, isComplete: false }
    const stats = fs.lstatSync(where, { throwIfNoEntry: false })
    const isLink = entry.mode === '120000'
    if (stats === undefined || (sizes !== undefined && stats.size !== sizes.get(entry.path)) || isLink !== stats.isSymbolicLink()) {
      isComplete = false
      continue
    }
    const mode = isLink ? '120000' : (stats.mode & 0o100) === 0 ? '100644' : '100755'
    directories.get(entry.path.slice(0, Math.max(slash, 0)))?.set(name, toNode(isLink ? 'link' : 'file', mode, entry.oid, stats, isSettledAt(stats, nowMs)))
  }
  // Deepest first, so that a directory is complete when it is hung into its parent.
  const oids = new Map(entries.map((entry) => [entry.path, entry.oid]))
  const nodes = new Map<string, DirectoryNode>()
  const sorted = [...directories.keys()].sort((a, b) => b.length - a.length)
  for (const key of sorted) {
    const node: DirectoryNode = { kind: 'directory', oid: oids.get(key) ?? rootTree, bits: 0o755, entries: directories.get(key) ?? new Map(), hasSpecial: false, hasNested: false, isOmitted: false }
    nodes.set(key, node)
    if (key !== '') directories.get(key.slice(0, Math.max(key.lastIndexOf('/'), 0)))?.set(path.posix.basename(key), node)
  }
  const top = nodes.get('')
  return { node: isComplete ? top : undefined, isComplete }
}
