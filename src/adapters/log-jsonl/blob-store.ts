import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import type { Blobs, KeptBlob } from '../../engine/ports/event-log.ts'
import { Fault } from '../../protocol/fault.ts'
import { Digest } from '../../protocol/ids.ts'
import type { BlobRef } from '../../protocol/ids.ts'
import { flush, flushDirectory, hasCode, toDiskFault, toDigestOf, writeFully } from './disk.ts'
import { findHead, findHeadBytes, fixedBytes, fromFrames, toFrameRange, toFrames, type Head } from './blob-frames.ts'
import { directoryMode, fileMode } from './layout.ts'

/**
 * Bytes by their SHA-256, as files `blobs/ab/cdef…` that all runs share: compressed (`blob-frames`) where that saves something,
 * else as they are. A file as long as its blob is the blob; a compressed one is always shorter.
 * Invariant: a file under its final name is whole; it gets that name only after its bytes are written (and, where asked,
 * on the disk).
 */
export function createBlobStore(options: { readonly stateDir: string }): Blobs {
  const root = join(options.stateDir, 'blobs')
  /** Blobs that this process knows to be durable, so that storing the same bytes again costs one look. */
  const durable = new Set<string>()
  /** Those that did not have to be at once: they go to the disk with the next one that has to. */
  const late = new Set<string>()

  async function flushLate(now: string): Promise<void> {
    late.delete(now)
    const paths = [...late]
    late.clear()
    await Promise.all(paths.map(async (path) => (fs.existsSync(path) ? flushExisting(path) : undefined)))
  }

  async function keep(bytes: Uint8Array | string, how: { flush?: boolean; most?: number } = {}): Promise<KeptBlob> {
    const given = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    // What cannot fit however well it packs is not packed whole first.
    let content = given.length > (how.most ?? Infinity) * mostPacking + leastCut ? cutBytes(given, (how.most ?? 0) * mostPacking) : given
    for (;;) {
      const ref: BlobRef = { digest: Digest.parse(toDigestOf(content)), bytes: content.length }
      const path = toPath(root, ref)
      const mustFlush = how.flush !== false && !durable.has(ref.digest)
      try {
        // A file of another length, or of other bytes, is what a loss of power left of one that was not flushed: it is made again.
        const found = findWhole(path, ref)
        const there = found !== undefined && mustFlush && !(await isIntact(root, ref)) ? undefined : found
        let storedBytes = there !== undefined && keepFresh(path, there) ? there.size : undefined
        if (storedBytes === undefined) {
          const packed = (await toFrames(content)) ?? content
          if (packed.length > (how.most ?? Infinity) && content.length > leastCut) {
            content = cutBytes(given, Math.floor(Math.min(content.length * 0.95, content.length * (how.most ?? 0) / packed.length * 0.9)))
            continue
          }
          await write(path, packed, mustFlush)
          storedBytes = packed.length
        } else if (mustFlush) await flushExisting(path)
        if (mustFlush) await flushLate(path)
        else if (!durable.has(ref.digest)) late.add(path)
        if (mustFlush) durable.add(ref.digest)
        return { ref, droppedBytes: content === given ? 0 : given.length - content.length, storedBytes }
      } catch (thrown) {
        throw toDiskFault(thrown, `store ${ref.bytes} bytes as ${path}`)
      }
    }
  }

  return {
    put: async (bytes, how = {}) => (await keep(bytes, how.flush === undefined ? {} : { flush: how.flush })).ref,
    keep,
    sizeOf: (ref) => fs.statSync(toPath(root, ref), { throwIfNoEntry: false })?.size ?? 0,
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

/** Does the file hold what its name says? Asked once for each blob that is to be durable and that an earlier process made. */
async function isIntact(root: string, ref: BlobRef): Promise<boolean> {
  try {
    return toDigestOf(await read(root, ref, 0, ref.bytes)) === ref.digest
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'run-corrupt') return false
    throw thrown
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
    const { size } = await handle.stat()
    const head = size < ref.bytes ? await findHeadOf(handle, size, ref) : undefined
    if (head === undefined) return await readFully(handle, from, to - from)
    if (to <= from) return new Uint8Array()
    const range = toFrameRange(head, from, to)
    const plain = await unpack(head, range.first, await readFully(handle, range.at, range.bytes), path)
    const start = from - range.first * head.frameBytes
    return plain.subarray(start, start + to - from)
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) throw new Fault('run-corrupt', `${path} is missing: a part of the run's record was removed. Restore it from a copy.`, { cause: thrown })
    throw toDiskFault(thrown, `read ${path}`)
  } finally {
    await handle?.close()
  }
}

async function unpack(head: Head, first: number, packed: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await fromFrames(head, first, packed)
  } catch (thrown) {
    // Whatever the library says of it, bytes that do not unpack are not those that were written.
    throw new Fault('run-corrupt', toDamagedFault(path).message, { cause: thrown })
  }
}

/** The head of a file that holds this blob compressed and whole; undefined where it does not. */
async function findHeadOf(handle: fs.promises.FileHandle, size: number, ref: BlobRef): Promise<Head | undefined> {
  const headBytes = findHeadBytes(await readFully(handle, 0, Math.min(size, fixedBytes)))
  if (headBytes === undefined || headBytes > size) return undefined
  const head = findHead(await readFully(handle, 0, headBytes))
  return head !== undefined && head.plainBytes === ref.bytes && head.fileBytes === size ? head : undefined
}

async function readFully(handle: fs.promises.FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** The file where it holds the whole blob, in either form; undefined where it does not or is not there. */
function findWhole(path: string, ref: BlobRef): fs.Stats | undefined {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || stat.size >= ref.bytes) return stat?.size === ref.bytes ? stat : undefined
  const { size } = stat
  const fd = fs.openSync(path, 'r')
  try {
    const fixed = Buffer.alloc(fixedBytes)
    const headBytes = findHeadBytes(fixed.subarray(0, fs.readSync(fd, fixed, 0, fixedBytes, 0)))
    if (headBytes === undefined || headBytes > size) return undefined
    const bytes = Buffer.alloc(headBytes)
    const head = findHead(bytes.subarray(0, fs.readSync(fd, bytes, 0, headBytes, 0)))
    return head !== undefined && head.plainBytes === ref.bytes && head.fileBytes === size ? stat : undefined
  } finally {
    fs.closeSync(fd)
  }
}

/** No output of use packs better than this. */
const mostPacking = 64

/** What is this short is kept whatever the bound. */
const leastCut = 256

/** The beginning and the end, in lines where there are some, with a line between them that says what is missing. */
function cutBytes(bytes: Uint8Array, length: number): Uint8Array {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const half = Math.max(0, Math.floor((length - 100) / 2))
  const line = whole.lastIndexOf(10, half)
  const headEnd = line === -1 || half - line > 4096 ? half : line + 1
  const tailStart = toTailStart(whole, whole.length - half)
  return Buffer.concat([whole.subarray(0, headEnd), Buffer.from(`\n[… ${tailStart - headEnd} bytes were not kept: the record of the run is near its size limit …]\n`), whole.subarray(tailStart)])
}

function toTailStart(whole: Buffer, at: number): number {
  const line = whole.indexOf(10, at)
  return line === -1 || line - at > 4096 ? at : line + 1
}

function toDamagedFault(path: string): Fault {
  return new Fault('run-corrupt', `${path} has been changed: its bytes do not match its name. Restore it from a copy.`)
}
