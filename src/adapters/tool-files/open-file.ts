import { constants, existsSync } from 'node:fs'
import { mkdir, open, rmdir, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ResolvedPath } from './resolve-path.ts'
import { isMissing } from './resolve-path.ts'

/** Names below an open directory stay below it, whatever is renamed or linked meanwhile. Only Linux offers this to Node. */
const hasDescriptorPaths = process.platform === 'linux' && existsSync('/proc/self/fd')

/** A directory that is held open, reached without following any link. */
export interface HeldDirectory {
  /** The path under which to use an entry of it. Valid until `close`. */
  at(name: string): string
  close(): Promise<void>
}

/**
 * Opens `parts` below `anchor`, one by one. With `create`, missing ones are made and pushed to it, in order.
 * @throws the file system's error; `ELOOP` or `ENOTDIR` where a component is (now) a link.
 */
export async function openDirectory(anchor: string, parts: readonly string[], create?: string[]): Promise<HeldDirectory> {
  let path = anchor
  let handle = await open(anchor, constants.O_RDONLY | constants.O_DIRECTORY)
  for (const part of parts) {
    const next = hasDescriptorPaths ? `/proc/self/fd/${handle.fd}/${part}` : join(path, part)
    try {
      const below = await openBelow(next, create === undefined ? undefined : () => create.push(join(path, part)))
      await handle.close()
      handle = below
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
    path = join(path, part)
  }
  const held = handle
  return {
    at: (name) => (hasDescriptorPaths ? `/proc/self/fd/${held.fd}/${name}` : join(path, name)),
    close: () => held.close(),
  }
}

async function openBelow(path: string, onCreate: (() => void) | undefined): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
  try {
    return await open(path, flags)
  } catch (thrown) {
    if (onCreate === undefined || !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown
  }
  await mkdir(path)
  onCreate()
  const made = await open(path, flags)
  await giveToOwnerOf(dirname(path), made)
  return made
}

/**
 * As root the worktree may belong to another user, under whom commands run; what is made there must be theirs too.
 * @param directory in which it was made
 */
export async function giveToOwnerOf(directory: string, made: FileHandle): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(directory)
  if (uid !== 0) await made.chown(uid, gid)
}

/** Removes directories that a failed change made, if nothing has come into them. */
export async function removeCreated(created: readonly string[]): Promise<void> {
  for (const path of created.toReversed()) {
    try {
      await rmdir(path)
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && !isMissing(thrown)) throw thrown
    }
  }
}

/**
 * Opens a regular file for reading, following no link and never waiting on a pipe.
 * @throws the file system's error, or `NotRegular` where it has become something else.
 */
export async function openFile(resolved: ResolvedPath): Promise<FileHandle> {
  const name = resolved.parts.at(-1) ?? '.'
  const directory = await openDirectory(resolved.anchor, resolved.parts.slice(0, -1))
  try {
    const handle = await open(directory.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stats = await handle.stat()
    if (stats.isFile()) return handle
    await handle.close()
    throw new Error(`${resolved.path} is not a regular file`)
  } finally {
    await directory.close()
  }
}
