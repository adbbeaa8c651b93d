import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import { changeMode, findDirectory, toCode, type DirectoryHandle } from './directory-handle.ts'
import type { ObjectStore } from './object-store.ts'
import { addModes, isUsual, type Modes, type UnusualMode, type UsualModes } from './modes.ts'
import { toText, toTreeName, type TreeEntry } from './tree-object.ts'

/*
 * What a directory holds, as git trees. Owns: which file was read when, so that an unchanged file is not read again.
 * Does not own: what to do about it (restore.ts).
 * Invariants:
 *  S1  A remembered id is trusted only if size, mode, inode, mtime and ctime are as remembered, and the ctime was old
 *      enough when the file was read: a change made in the same tick of the file system's clock is seen.
 *  S2  Content is read through a path that follows no link.
 *  S3  Pipes, sockets and devices are no content: they are left out, and reported so that a restore removes them.
 *  S4  Whatever id is remembered has its object stored: a node may be carried over into any later snapshot.
 *  S5  An empty directory is content (an empty tree), unless it is only there to mount on or stands for a submodule.
 *  S6  Scanning changes nothing: what had to be opened for reading is closed again.
 */
export interface FileNode {
  readonly kind: 'file' | 'link' | 'gitlink' | 'special'
  readonly mode: '100644' | '100755' | '120000' | '160000'
  readonly oid: string
  readonly size: number
  readonly bits: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
  readonly isSettled: boolean
}

export interface DirectoryNode {
  readonly kind: 'directory'
  readonly oid: string
  readonly bits: number
  /** By byte-string name as on the disk. */
  readonly entries: ReadonlyMap<string, FileNode | DirectoryNode>
  /** Something below is not content and must go on a restore. */
  readonly hasSpecial: boolean
  /** A git repository lies below (or here, unless this is the root). */
  readonly hasNested: boolean
  /** Nothing here but places to mount on: not in the tree. */
  readonly isOmitted: boolean
}

export interface ScanOptions {
  readonly root: string
  readonly store: ObjectStore
  readonly previous: DirectoryNode | undefined
  /** Paths (byte strings) whose content is not ours: dependencies that are mounted. */
  readonly skip: ReadonlySet<string>
  /** Submodules that are not populated, by path. */
  readonly gitlinks: ReadonlyMap<string, string>
  readonly maxFileBytes: number
  readonly usual: UsualModes
  readonly signal?: AbortSignal | undefined
}

const tickMs = 100
const coarseTickMs = 3_000
const yieldEvery = 4_000

/** What is there: the id of the whole, its entries, and the permission bits that no tree holds. */
export interface Scan {
  readonly id: string
  readonly root: DirectoryNode
  readonly modes: Modes
}

interface Walk extends ScanOptions {
  readonly modes: Map<string, UnusualMode>
  readonly above: ReadonlySet<string>
  readonly rootBytes: string
  count: number
}

/** Reads the whole directory. Costs one stat per file; contents are read only where something may have changed. */
export async function scan(options: ScanOptions): Promise<Scan> {
  const above = new Set<string>()
  for (const skipped of options.skip) {
    for (let at = skipped.lastIndexOf('/'); at > 0; at = skipped.lastIndexOf('/', at - 1)) above.add(skipped.slice(0, at))
  }
  const rootBytes = Buffer.from(path.resolve(options.root), 'utf8').toString('latin1')
  const walk: Walk = { ...options, above, rootBytes, count: 0, modes: new Map() }
  const node = await scanDirectory(walk, '', 0o700, options.previous)
  if (node === undefined) throw new Fault('disk-failed', `the worktree ${options.root} is not there any more; resume the run to make it again`)
  return { id: await addModes(options.store, node.oid, walk.modes), root: node, modes: walk.modes }
}

function noteMode(walk: Walk, child: string, bits: number, kind: keyof UsualModes): void {
  const usual = walk.usual[kind]
  const isDirectory = kind === 'directory'
  if (!isUsual(bits, usual, isDirectory)) walk.modes.set(child, { bits: isDirectory ? bits & ~0o2000 : bits, usual, isDirectory })
}

async function scanDirectory(walk: Walk, relative: string, bits: number, previous: DirectoryNode | undefined): Promise<DirectoryNode | undefined> {
  const listed = listDirectory(walk, relative, bits)
  if (listed === undefined) return undefined
  const base = relative === '' ? walk.rootBytes : `${walk.rootBytes}/${relative}`
  const entries = new Map<string, FileNode | DirectoryNode>()
  const tree: TreeEntry[] = []
  let hasSpecial = false
  let hasNested = false
  let handle: DirectoryHandle | undefined
  try {
    for (const name of listed.names) {
      if (relative === '' && name === '.git') continue
      const child = relative === '' ? name : `${relative}/${name}`
      if (walk.skip.has(child)) continue
      if (++walk.count % yieldEvery === 0) await new Promise((resolve) => setImmediate(resolve))
      walk.signal?.throwIfAborted()
      const stats = fs.lstatSync(Buffer.from(`${base}/${name}`, 'latin1'), { throwIfNoEntry: false })
      if (stats === undefined) continue
      const before = previous?.entries.get(name)
      if (stats.isDirectory()) {
        const found = await scanDirectory(walk, child, stats.mode & 0o7777, before?.kind === 'directory' ? before : undefined)
        if (found === undefined) continue
        const gitlink = found.entries.size === 0 ? walk.gitlinks.get(child) : undefined
        entries.set(name, found)
        hasSpecial ||= found.hasSpecial
        hasNested ||= found.hasNested || name === '.git'
        if (!found.isOmitted) noteMode(walk, child, stats.mode & 0o7777, 'directory')
        if (gitlink !== undefined) tree.push({ mode: '160000', name, oid: gitlink })
        else if (!found.isOmitted) tree.push({ mode: '40000', name: toTreeName(name, false), oid: found.oid })
        continue
      }
      hasNested ||= name === '.git'
      if (before !== undefined && before.kind !== 'directory' && before.isSettled && isSame(before, stats)) {
        entries.set(name, before)
        if (before.kind === 'file') noteMode(walk, child, before.bits, before.mode === '100755' ? 'executable' : 'file')
        tree.push({ mode: before.mode, name: toTreeName(name, before.kind === 'link'), oid: before.oid })
        continue
      }
      handle ??= findDirectory(walk.root, relative === '' ? [] : relative.split('/'))
      const node = handle === undefined ? undefined : await readEntry(walk, handle, name, child, stats)
      if (node === undefined) continue
      entries.set(name, node)
      if (node.kind === 'file') noteMode(walk, child, node.bits, node.mode === '100755' ? 'executable' : 'file')
      if (node.kind === 'special') hasSpecial = true
      else tree.push({ mode: node.mode, name: toTreeName(name, node.kind === 'link'), oid: node.oid })
    }
  } finally {
    handle?.close()
    if (listed.wasClosed) setBits(walk, relative, bits)
  }
  const oid = toTreeId(walk, tree, entries, previous)
  return { kind: 'directory', oid, bits, entries, hasSpecial, hasNested, isOmitted: tree.length === 0 && walk.above.has(relative) }
}

/** Writes the tree only where an entry changed. */
function toTreeId(walk: Walk, tree: readonly TreeEntry[], entries: ReadonlyMap<string, FileNode | DirectoryNode>, previous: DirectoryNode | undefined): string {
  if (previous !== undefined && previous.entries.size === entries.size) {
    let isEqual = true
    for (const [name, node] of entries) {
      const before = previous.entries.get(name)
      if (before !== node && (before === undefined || before.oid !== node.oid || before.kind !== node.kind || toShownMode(before) !== toShownMode(node))) {
        isEqual = false
        break
      }
    }
    if (isEqual) return previous.oid
  }
  return walk.store.writeTree(tree)
}

function toShownMode(node: FileNode | DirectoryNode): string {
  return node.kind === 'directory' ? (node.isOmitted ? 'omitted' : '40000') : node.mode
}

function isSame(node: FileNode, stats: fs.Stats): boolean {
  return node.size === stats.size && node.mtimeMs === stats.mtimeMs && node.ctimeMs === stats.ctimeMs && node.ino === stats.ino && node.bits === (stats.mode & 0o7777)
}

interface Listed {
  readonly names: readonly string[]
  /** It was opened for us, and is to be closed again. */
  readonly wasClosed: boolean
}

function listDirectory(walk: Walk, relative: string, bits: number): Listed | undefined {
  const where = Buffer.from(relative === '' ? walk.rootBytes : `${walk.rootBytes}/${relative}`, 'latin1')
  // Without the right to enter it, its names alone could be listed.
  const wasClosed = relative !== '' && isClosed(bits) && process.getuid?.() !== 0 && setBits(walk, relative, bits | 0o700)
  try {
    return { names: fs.readdirSync(where, { encoding: 'latin1' }), wasClosed }
  } catch (thrown) {
    const code = toCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw thrown
  }
}

/** False where it is gone. */
function setBits(walk: Walk, relative: string, bits: number): boolean {
  const names = relative.split('/')
  const parent = findDirectory(walk.root, names.slice(0, -1))
  if (parent === undefined) return false
  try {
    changeMode(parent, names.at(-1) ?? '', bits)
    return true
  } catch (thrown) {
    if (toCode(thrown) === 'ENOENT') return false
    throw thrown
  } finally {
    parent.close()
  }
}

async function readEntry(walk: Walk, handle: DirectoryHandle, name: string, child: string, stats: fs.Stats): Promise<FileNode | undefined> {
  if (stats.isSymbolicLink()) return readLink(walk, handle, name, stats)
  if (!stats.isFile()) return toNode('special', '100644', '', stats, false)
  const startMs = Date.now()
  const isClosedFile = (stats.mode & 0o400) === 0
  const fd = openForReading(handle, name, stats)
  if (fd === undefined) return undefined
  try {
    const opened = fs.fstatSync(fd)
    if (!opened.isFile()) return toNode('special', '100644', '', opened, false)
    if (opened.size > walk.maxFileBytes) {
      throw new Fault('disk-failed', `the file '${toText(child)}' has ${opened.size} bytes, more than the ${walk.maxFileBytes} that a snapshot keeps; remove it or write it under $TMPDIR instead`)
    }
    const oid = await walk.store.writeFile(fd, opened.size)
    const node = toNode('file', (opened.mode & 0o100) === 0 ? '100644' : '100755', oid, opened, isSettledAt(opened, startMs))
    // Reading it took a permission that it does not have and gives it back: it is known as it was, and read again next time.
    return isClosedFile ? { ...node, bits: stats.mode & 0o7777, isSettled: false } : node
  } finally {
    fs.closeSync(fd)
    if (isClosedFile) changeMode(handle, name, stats.mode & 0o7777)
  }
}

function openForReading(handle: DirectoryHandle, name: string, stats: fs.Stats): number | undefined {
  const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK
  try {
    return fs.openSync(handle.at(name), flags)
  } catch (thrown) {
    const code = toCode(thrown)
    // Gone or replaced since it was listed: the next scan sees what it is then.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(code)) return undefined
    if (code !== 'EACCES') throw thrown
    changeMode(handle, name, (stats.mode & 0o7777) | 0o400)
    return fs.openSync(handle.at(name), flags)
  }
}

function readLink(walk: Walk, handle: DirectoryHandle, name: string, stats: fs.Stats): FileNode | undefined {
  const startMs = Date.now()
  try {
    const target = fs.readlinkSync(handle.at(name), { encoding: 'buffer' })
    const oid = walk.store.write('blob', target)
    return toNode('link', '120000', oid, stats, isSettledAt(stats, startMs))
  } catch (thrown) {
    if (['ENOENT', 'EINVAL', 'ENOTDIR'].includes(toCode(thrown))) return undefined
    throw thrown
  }
}

/** A directory that its owner may not list or enter. */
export function isClosed(bits: number): boolean {
  return (bits & 0o500) !== 0o500
}

/** S1: was the last change long enough before `nowMs` that a later one must show in the ctime? */
export function isSettledAt(stats: fs.Stats, nowMs: number): boolean {
  return stats.ctimeMs < nowMs - (stats.ctimeMs % 1_000 === 0 ? coarseTickMs : tickMs)
}

export function toNode(kind: FileNode['kind'], mode: FileNode['mode'], oid: string, stats: fs.Stats, isSettled: boolean): FileNode {
  return { kind, mode, oid, size: stats.size, bits: stats.mode & 0o7777, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs, ino: stats.ino, isSettled }
}
