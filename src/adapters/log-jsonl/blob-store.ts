import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import type { Blobs } from '../../engine/ports/event-log.ts'
import { Fault } from '../../protocol/fault.ts'
import { Digest } from '../../protocol/ids.ts'
import type { BlobRef } from '../../protocol/ids.ts'
import { flush, flushDirectory, hasCode, toDiskFault, toDigestOf, writeFully } from './disk.ts'
import { directoryMode, fileMode } from './layout.ts'

/**
 * Bytes by their SHA-256, as files `blobs/ab/cdef…` that all runs share. Stored as they are, so that a range is one read.
 * Invariant: a file under its final name is whole; it gets that name only after its bytes are written (and, where asked,
 * on the disk).
 */
export function createBlobStore(options: { readonly stateDir: string }): Blobs {
  const root = join(options.stateDir, 'blobs')
  /** Blobs that this process knows to be durable, so that storing the same bytes again costs one look. */
  const durable = new Set<string>()

  async function put(bytes: Uint8Array | string, how: { flush?: boolean } = {}): Promise<BlobRef> {
    const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    const ref: BlobRef = { digest: Digest.parse(toDigestOf(content)), bytes: content.length }
    const path = toPath(root, ref)
    const mustFlush = how.flush !== false && !durable.has(ref.digest)
    try {
      const stat = fs.statSync(path, { throwIfNoEntry: false })
      // A file of another length is what a loss of power left of one that was not flushed: it is made again.
      if (stat?.size !== ref.bytes || !keepFresh(path, stat)) await write(path, content, mustFlush)
      else if (mustFlush) await flushExisting(path)
    } catch (thrown) {
      throw toDiskFault(thrown, `store ${ref.bytes} bytes as ${path}`)
    }
    if (mustFlush) durable.add(ref.digest)
    return ref
  }

  return {
    put,
    async get(ref) {
      const bytes = await read(root, ref, 0, ref.bytes)
      if (bytes.length !== ref.bytes || toDigestOf(bytes) !== ref.digest) throw toDamagedFault(toPath(root, ref))
      return bytes
    },
    async slice(ref, from, to) {
      const start = Math.min(Math.max(0, Math.trunc(from)), ref.bytes)
      const end = Math.min(Math.max(start, Math.trunc(to)), ref.bytes)
      const bytes = await read(root, ref, start, end)
      if (bytes.length !== end - start) throw toDamagedFault(toPath(root, ref))
      return bytes
    },
  }
}

/** How old a blob may get before it is marked as used again: well below the hour that `sweepBlobs` leaves everything alone. */
const freshMs = 10 * 60_000

/**
 * A blob that nothing refers to may be swept at any moment. Marked as new it is safe until the event that refers to it is
 * stored; where it was swept already the answer is false, and it has to be written anew.
 */
function keepFresh(path: string, stat: fs.Stats): boolean {
  const now = Date.now()
  if (stat.mtimeMs > now - freshMs) return true
  try {
    fs.utimesSync(path, now / 1000, now / 1000)
    return true
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return false
    throw thrown
  }
}

function toPath(root: string, ref: BlobRef): string {
  return join(root, ref.digest.slice(0, 2), ref.digest.slice(2))
}

async function write(path: string, content: Uint8Array, mustFlush: boolean): Promise<void> {
  const directory = dirname(path)
  const isNew = fs.mkdirSync(directory, { recursive: true, mode: directoryMode }) !== undefined
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const fd = fs.openSync(temporary, 'wx', fileMode)
    try {
      writeFully(fd, content, 0)
      if (mustFlush) await flush(fd)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(temporary, path)
  } catch (thrown) {
    fs.rmSync(temporary, { force: true })
    throw thrown
  }
  if (!mustFlush) return
  await flushDirectory(directory)
  if (isNew) await flushDirectory(dirname(directory))
}

async function flushExisting(path: string): Promise<void> {
  const fd = fs.openSync(path, 'r')
  try {
    await flush(fd)
  } finally {
    fs.closeSync(fd)
  }
  await flushDirectory(dirname(path))
  await flushDirectory(dirname(dirname(path)))
}

async function read(root: string, ref: BlobRef, from: number, to: number): Promise<Uint8Array> {
  const path = toPath(root, ref)
  let handle: fs.promises.FileHandle | undefined
  try {
    handle = await fs.promises.open(path, 'r')
    const bytes = Buffer.alloc(to - from)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) throw new Fault('run-corrupt', `${path} is missing: a part of the run's record was removed. Restore it from a copy.`, { cause: thrown })
    throw toDiskFault(thrown, `read ${path}`)
  } finally {
    await handle?.close()
  }
}

function toDamagedFault(path: string): Fault {
  return new Fault('run-corrupt', `${path} has been changed: its bytes do not match its name. Restore it from a copy.`)
}
