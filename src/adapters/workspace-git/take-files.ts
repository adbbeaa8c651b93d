import fs from 'node:fs'
import { Fault } from '../../protocol/fault.ts'
import { findDirectory, toCode } from './directory-handle.ts'
import type { TreeEdit, TreeEdits } from './edit-tree.ts'
import type { ObjectStore } from './object-store.ts'
import { toBytes } from './tree-object.ts'

const mostBytes = 64 * 1024 * 1024

/** Stores regular files of a directory that commands wrote to, following no link. One that is not there is to be removed. */
export async function takeFiles(store: ObjectStore, root: string, paths: readonly string[]): Promise<TreeEdits> {
  const edits = new Map<string, TreeEdit | undefined>()
  for (const path of paths) {
    const names = toBytes(path).split('/')
    const parent = findDirectory(root, names.slice(0, -1))
    try {
      edits.set(toBytes(path), parent === undefined ? undefined : await takeFile(store, parent.at(names.at(-1) ?? ''), path))
    } finally {
      parent?.close()
    }
  }
  return edits
}

async function takeFile(store: ObjectStore, where: Buffer, path: string): Promise<TreeEdit | undefined> {
  let fd: number
  try {
    fd = fs.openSync(where, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
  } catch (thrown) {
    if (toCode(thrown) === 'ENOENT') return undefined
    throw new Fault('disk-failed', `${path} could not be read after it was written anew (${toCode(thrown)})`, { cause: thrown })
  }
  try {
    const stats = fs.fstatSync(fd)
    if (!stats.isFile() || stats.size > mostBytes) throw new Fault('disk-failed', `${path} is no regular file of at most ${mostBytes} bytes after it was written anew`)
    return { mode: (stats.mode & 0o100) === 0 ? '100644' : '100755', oid: await store.writeFile(fd, stats.size) }
  } finally {
    fs.closeSync(fd)
  }
}
