import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileBytes } from './file-content.ts'
import { findFileBytes } from './file-content.ts'
import type { HeldDirectory } from './open-file.ts'
import { giveToOwnerOf, openDirectory, removeCreated } from './open-file.ts'
import type { ResolvedPath } from './resolve-path.ts'
import { isMissing } from './resolve-path.ts'

export interface ContentChange {
  readonly resolved: ResolvedPath
  /** Digest of the content that the change was made for; undefined where there must be no file. */
  readonly expect: string | undefined
  /** What is to be there; undefined: nothing. */
  readonly bytes: Buffer | undefined
  /** Permission bits of a file that is made; an existing one keeps its own. */
  readonly mode?: number
}

interface Staged {
  readonly change: ContentChange
  readonly directory: HeldDirectory
  readonly name: string
  readonly temporary: string | undefined
  readonly original: FileBytes | undefined
}

/** The content at a path is not what the change was made for. */
export class Conflict extends Error {
  readonly path: string

  constructor(path: string) {
    super(`${path} was changed by something else at this very moment; nothing was written. Read it and try again.`)
    this.name = 'Conflict'
    this.path = path
  }
}

/**
 * Puts all changes in place, or none. New content is written beside its place first; only when everything is on the disk
 * and every file is still what it was are the names switched, and switched back if one of them fails.
 * @throws Conflict, or the file system's error; then the files are as they were.
 */
export async function applyChanges(changes: readonly ContentChange[]): Promise<void> {
  const created: string[] = []
  const staged: Staged[] = []
  const switched: Staged[] = []
  try {
    for (const change of changes) await stage(change, { staged, created })
    for (const item of staged) {
      await switchName(item)
      switched.push(item)
    }
  } catch (thrown) {
    for (const item of switched.toReversed()) await putBack(item)
    for (const item of staged.filter((other) => !switched.includes(other))) await dropTemporary(item)
    await removeCreated(created)
    throw thrown
  } finally {
    for (const item of staged) await item.directory.close()
  }
}

async function stage(change: ContentChange, made: { staged: Staged[]; created: string[] }): Promise<void> {
  const { resolved } = change
  const original = await findFileBytes(resolved)
  if (original?.digest !== change.expect) throw new Conflict(resolved.path)
  const directory = await openDirectory(resolved.anchor, resolved.parts.slice(0, -1), change.bytes === undefined ? undefined : made.created)
  const name = resolved.parts.at(-1) ?? ''
  const temporary = change.bytes === undefined ? undefined : `.writ-${randomBytes(8).toString('hex')}.tmp`
  made.staged.push({ change, directory, name, temporary, original })
  if (original === undefined && (await isThere(directory.at(name)))) throw new Conflict(resolved.path)
  if (temporary === undefined || change.bytes === undefined) return
  await writeNew(directory.at(temporary), change.bytes, original?.mode ?? change.mode)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (thrown) {
    if (isMissing(thrown)) return false
    throw thrown
  }
}

async function writeNew(path: string, bytes: Buffer, mode: number | undefined): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o666)
  try {
    await handle.writeFile(bytes)
    if (mode !== undefined) await handle.chmod(mode)
    await giveToOwnerOf(dirname(path), handle)
  } finally {
    await handle.close()
  }
}

async function switchName({ change, directory, name, temporary }: Staged): Promise<void> {
  if (temporary !== undefined) return rename(directory.at(temporary), directory.at(name))
  if (change.expect !== undefined) await unlink(directory.at(name))
}

async function putBack({ directory, name, original }: Staged): Promise<void> {
  if (original === undefined) return unlink(directory.at(name))
  const temporary = `.writ-${randomBytes(8).toString('hex')}.tmp`
  await writeNew(directory.at(temporary), original.bytes, original.mode)
  await rename(directory.at(temporary), directory.at(name))
}

async function dropTemporary({ directory, temporary }: Staged): Promise<void> {
  if (temporary !== undefined && (await isThere(directory.at(temporary)))) await unlink(directory.at(temporary))
}
