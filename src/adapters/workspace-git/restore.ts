import fs from 'node:fs'
import { Fault } from '../../protocol/fault.ts'
import { changeMode, findDirectory, removeEntry, type DirectoryHandle } from './directory-handle.ts'
import type { ObjectStore } from './object-store.ts'
import type { DirectoryNode, FileNode } from './scan.ts'
import { fromTreeName, modesName, type TreeEntry } from './tree-object.ts'

export interface RestoreOptions {
  readonly root: string
  readonly store: ObjectStore
  /** As a scan just saw it. */
  readonly current: DirectoryNode
  readonly target: string
  readonly skip: ReadonlySet<string>
}

/**
 * Makes the directory hold exactly the tree: contents, executable bits, links, empty directories; other permissions are
 * for modes.ts, and every directory can be written before. What is not in the
 * tree goes, ignored files included; skipped paths and what leads to them stay. Files that are right are not touched.
 */
export async function restore(options: RestoreOptions): Promise<void> {
  const handle = findDirectory(options.root, [])
  if (handle === undefined) throw new Fault('disk-failed', `the worktree ${options.root} is not there any more; resume the run to make it again`)
  try {
    await restoreDirectory(options, handle, '', options.current, options.target)
  } finally {
    handle.close()
  }
}

type Node = FileNode | DirectoryNode

async function restoreDirectory(
  options: RestoreOptions, handle: DirectoryHandle, relative: string, node: DirectoryNode | undefined, target: string,
): Promise<void> {
  if (node !== undefined && isDone(node, target)) return
  const wanted = new Map<string, TreeEntry>()
  if (target !== options.store.emptyTree) {
    for (const entry of await options.store.readTree(target)) if (relative !== '' || entry.name !== modesName) wanted.set(fromTreeName(entry.name), entry)
  }
  for (const [name, found] of node?.entries ?? []) {
    if (wanted.has(name)) continue
    const child = relative === '' ? name : `${relative}/${name}`
    if (found.kind === 'directory' && leadsToSkipped(options.skip, child)) await descend(options, handle, name, child, found, options.store.emptyTree)
    else removeEntry(handle, name)
  }
  for (const [name, entry] of wanted) {
    const child = relative === '' ? name : `${relative}/${name}`
    if (options.skip.has(child)) continue
    const found = node?.entries.get(name)
    if (entry.mode === '40000' || entry.mode === '160000') {
      const oid = entry.mode === '40000' ? entry.oid : options.store.emptyTree
      await descend(options, handle, name, child, found, oid)
    } else if (!isRight(found, entry)) {
      await restoreFile(options, handle, name, found, entry)
    }
  }
}

/** Nothing below needs a hand: contents are right and nothing special lies there. */
function isDone(node: DirectoryNode, target: string): boolean {
  return node.oid === target && !node.hasSpecial
}

function isRight(found: Node | undefined, entry: TreeEntry): boolean {
  return found !== undefined && found.kind !== 'directory' && found.oid === entry.oid && found.mode === entry.mode
}

function leadsToSkipped(skip: ReadonlySet<string>, child: string): boolean {
  for (const skipped of skip) if (skipped.startsWith(`${child}/`)) return true
  return false
}

async function descend(
  options: RestoreOptions, parent: DirectoryHandle, name: string, child: string, found: Node | undefined, target: string,
): Promise<void> {
  const isDirectory = found?.kind === 'directory'
  if (isDirectory && isDone(found, target)) return
  if (!isDirectory) {
    if (found !== undefined) removeEntry(parent, name)
    fs.mkdirSync(parent.at(name))
  }
  const handle = parent.find(name)
  if (handle === undefined) throw new Fault('disk-failed', `the directory '${Buffer.from(child, 'latin1').toString('utf8')}' was replaced while it was restored; stop background commands first`)
  try {
    await restoreDirectory(options, handle, child, isDirectory ? found : undefined, target)
  } finally {
    handle.close()
  }
}

async function restoreFile(
  options: RestoreOptions, handle: DirectoryHandle, name: string, found: Node | undefined, entry: TreeEntry,
): Promise<void> {
  if (found?.kind === 'file' && found.oid === entry.oid && entry.mode !== '120000') {
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
