import fs from 'node:fs'
import path from 'node:path'

/**
 * A directory inside a tree that untrusted commands write to. On Linux it is reached component by component without
 * following links and then addressed through its descriptor, so that a directory that is swapped for a link meanwhile
 * cannot lead us outside. Elsewhere the components are checked and the plain path is used.
 */
export interface DirectoryHandle {
  /** Path of an entry, valid until `close`. Names are byte strings. */
  at(name: string): Buffer
  /** A subdirectory; undefined where it is not there or is not a directory. */
  find(name: string): DirectoryHandle | undefined
  close(): void
}

const isLinux = process.platform === 'linux'
const openPath = 0o10000000 // O_PATH, which Node does not name
const openDirectory = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW | (isLinux ? openPath : 0)

export function toCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}

function isAbsent(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK'].includes(toCode(thrown))
}

function toHandle(fd: number, real: string): DirectoryHandle {
  const base = isLinux ? `/proc/self/fd/${fd}` : real
  return {
    at: (name) => Buffer.from(`${base}/${name}`, 'latin1'),
    find: (name) => findIn(`${base}/${name}`, `${real}/${name}`),
    close: () => fs.closeSync(fd),
  }
}

function findIn(where: string, real: string): DirectoryHandle | undefined {
  try {
    return toHandle(fs.openSync(Buffer.from(where, 'latin1'), openDirectory), real)
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined
    throw thrown
  }
}

/** Opens a directory below `root` by the byte-string names on the way; undefined where one is missing or a link. */
export function findDirectory(root: string, names: readonly string[]): DirectoryHandle | undefined {
  const start = Buffer.from(path.resolve(root), 'utf8').toString('latin1')
  let handle = findIn(start, start)
  for (const name of names) {
    if (handle === undefined) return undefined
    const next = handle.find(name)
    handle.close()
    handle = next
  }
  return handle
}

/**
 * Opens a directory below `root`, making what is missing. What is in the way (a link, a file) is replaced when told so,
 * otherwise the answer is undefined.
 */
export function makeDirectory(root: string, names: readonly string[], options: { replace: boolean }): DirectoryHandle | undefined {
  let handle = findDirectory(root, [])
  for (const name of names) {
    if (handle === undefined) return undefined
    let next = handle.find(name)
    if (next === undefined && (options.replace || fs.lstatSync(handle.at(name), { throwIfNoEntry: false }) === undefined)) {
      removeEntry(handle, name)
      fs.mkdirSync(handle.at(name))
      next = handle.find(name)
    }
    handle.close()
    handle = next
  }
  return handle
}

/** Changes permissions without following a link. */
export function changeMode(handle: DirectoryHandle, name: string, mode: number): void {
  if (!isLinux) {
    fs.lchmodSync?.(handle.at(name), mode)
    return
  }
  const fd = fs.openSync(handle.at(name), openPath | fs.constants.O_NOFOLLOW)
  try {
    if (!fs.fstatSync(fd).isSymbolicLink()) fs.chmodSync(`/proc/self/fd/${fd}`, mode)
  } finally {
    fs.closeSync(fd)
  }
}

/** Removes whatever is there, links as links, also where commands took away permissions. */
export function removeEntry(handle: DirectoryHandle, name: string): void {
  try {
    fs.rmSync(handle.at(name), { recursive: true, force: true })
  } catch (thrown) {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(toCode(thrown))) throw thrown
    openUp(handle, name)
    fs.rmSync(handle.at(name), { recursive: true, force: true })
  }
}

function openUp(parent: DirectoryHandle, name: string): void {
  changeMode(parent, name, 0o700)
  const handle = parent.find(name)
  if (handle === undefined) return
  try {
    for (const entry of fs.readdirSync(handle.at('.'), { encoding: 'latin1', withFileTypes: true })) {
      if (entry.isDirectory()) openUp(handle, entry.name)
    }
  } finally {
    handle.close()
  }
}

/** Removes a whole directory of ours, also where commands took away permissions. */
export function removeTree(target: string): void {
  const parent = findDirectory(path.dirname(target), [])
  if (parent === undefined) return
  try {
    removeEntry(parent, Buffer.from(path.basename(target), 'utf8').toString('latin1'))
  } finally {
    parent.close()
  }
}
