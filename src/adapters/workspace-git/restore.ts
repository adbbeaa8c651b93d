import fs from 'node:fs'
import { Fault } from '../../protocol/fault.ts'
import { changeMode, findDirectory, removeEntry, type DirectoryHandle } from './directory-handle.ts'
import type { ObjectStore } from './object-store.ts'
import type { DirectoryNode, FileNode } from './scan.ts'
import { fromTreeName, type TreeEntry } from './tree-object.ts'

export interface RestoreOptions {
  readonly root: string
  readonly store: ObjectStore
  /** As a scan just saw it. */
  readonly current: DirectoryNode
  readonly target: string
  readonly skip: ReadonlySet<string>
  /** Also put back what has the right content but was touched since this scan: for directories that are used again. */
  readonly untouched?: DirectoryNode | undefined
}

/**
 * Makes the directory hold exactly the tree: contents, executable bits, links, empty directories. What is not in the
 * tree goes, ignored files included; skipped paths and what leads to them stay. Files that are right are not touched.
 */
export async function restore(options: RestoreOptions): Promise<void> {
  const handle = findDirectory(options.root, [])
  if (handle === undefined) throw new Fault('disk-failed', `the worktree ${options.root} is not there any more; resume the run to make it again`)
  try {
    await restoreDirectory(options, handle, '', options.current, options.target, options.untouched)
  } finally {
    handle.close()
  }
}

type Node = FileNode | DirectoryNode

async function restoreDirectory(
  options: RestoreOptions, handle: DirectoryHandle, relative: string, node: DirectoryNode | undefined, target: string, untouched: DirectoryNode | undefined,
): Promise<void> {
  const isStrict = options.untouched !== undefined
  if (node !== undefined && node.oid === target && !node.hasSpecial && !isStrict) return
  const wanted = new Map<string, TreeEntry>()
  if (target !== options.store.emptyTree) {
    for (const entry of await options.store.readTree(target)) wanted.set(fromTreeName(entry.name), entry)
  }
  for (const [name, found] of node?.entries ?? []) {
    if (wanted.has(name)) continue
    const child = relative === '' ? name : `${relative}/${name}`
    if (found.kind === 'directory' && leadsToSkipped(options.skip, child)) await descend(options, handle, name, child, found, options.store.emptyTree, undefined)
    else removeEntry(handle, name)
  }
  for (const [name, entry] of wanted) {
    const child = relative === '' ? name : `${relative}/${name}`
    if (options.skip.has(child)) continue
    const found = node?.entries.get(name)
    if (entry.mode === '40000' || entry.mode === '160000') {
      const oid = entry.mode === '40000' ? entry.oid : options.store.emptyTree
      const before = untouched?.entries.get(name)
      await descend(options, handle, name, child, found, oid, before?.kind === 'directory' ? before : undefined)
    } else if (isStrict ? found === undefined || found !== untouched?.entries.get(name) || !isRight(found, entry) : !isRight(found, entry)) {
      await restoreFile(options, handle, name, found, entry, isStrict)
    }
  }
}

function isRight(found: Node | undefined, entry: TreeEntry): boolean {
  return found !== undefined && found.kind !== 'directory' && found.oid === entry.oid && found.mode === entry.mode && (found.kind === 'link' || (found.bits & 0o400) !== 0)
}

function leadsToSkipped(skip: ReadonlySet<string>, child: string): boolean {
  for (const skipped of skip) if (skipped.startsWith(`${child}/`)) return true
  return false
}

async function descend(
  options: RestoreOptions, parent: DirectoryHandle, name: string, child: string, found: Node | undefined, target: string, untouched: DirectoryNode | undefined,
): Promise<void> {
  const isStrict = options.untouched !== undefined
  const isDirectory = found?.kind === 'directory'
  if (isDirectory && found.oid === target && !found.hasSpecial && (found.bits & 0o500) === 0o500 && !isStrict) return
  if (!isDirectory) {
    if (found !== undefined) removeEntry(parent, name)
    fs.mkdirSync(parent.at(name))
  } else if (isStrict ? found.bits !== (untouched?.bits ?? -1) : (found.bits & 0o500) !== 0o500) {
    changeMode(parent, name, 0o777 & ~process.umask())
  }
  const isLocked = isDirectory && (found.bits & 0o700) === 0o500
  if (isLocked) changeMode(parent, name, found.bits | 0o700)
  const handle = parent.find(name)
  if (handle === undefined) throw new Fault('disk-failed', `the directory '${Buffer.from(child, 'latin1').toString('utf8')}' was replaced while it was restored; stop background commands first`)
  try {
    await restoreDirectory(options, handle, child, isDirectory ? found : undefined, target, untouched)
  } finally {
    handle.close()
    if (isLocked && !isStrict) changeMode(parent, name, found.bits)
  }
}

async function restoreFile(options: RestoreOptions, handle: DirectoryHandle, name: string, found: Node | undefined, entry: TreeEntry, isStrict: boolean): Promise<void> {
  if (!isStrict && found?.kind === 'file' && found.oid === entry.oid && entry.mode !== '120000') {
    changeMode(handle, name, (entry.mode === '100755' ? 0o777 : 0o666) & ~process.umask())
    return
  }
  // Never written in place: another name may share the file.
  if (found !== undefined) removeEntry(handle, name)
  if (entry.mode === '120000') {
    fs.symlinkSync((await options.store.read(entry.oid)).bytes, handle.at(name))
    return
  }
  const flags = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW
  const fd = fs.openSync(handle.at(name), flags, entry.mode === '100755' ? 0o777 : 0o666)
  try {
    await options.store.copyBlob(entry.oid, fd)
  } finally {
    fs.closeSync(fd)
  }
}
