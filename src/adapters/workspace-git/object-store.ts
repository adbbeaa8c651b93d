import crypto from 'node:crypto'
import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import path from 'node:path'
import zlib from 'node:zlib'
import { Fault } from '../../protocol/fault.ts'
import { createBatchReader } from './batch-reader.ts'
import { createByteCache } from './byte-cache.ts'
import { flushFiles } from './flush-files.ts'
import { toCode } from './directory-handle.ts'
import { createPackReader, type FoundObject } from './pack-reader.ts'
import { parseTree, toTreeBytes, type TreeEntry } from './tree-object.ts'

export type ObjectFormat = 'sha1' | 'sha256'
export type ObjectType = 'blob' | 'tree' | 'commit'

/** Larger contents are streamed through a file, never held in memory. */
export const streamedFrom = 4 * 1024 * 1024

export interface ObjectStore {
  readonly format: ObjectFormat
  readonly emptyTree: string
  /** The id alone; nothing is written. */
  toId(type: ObjectType, bytes: Uint8Array): string
  /** Writes the object unless it is known to be there. */
  write(type: ObjectType, bytes: Uint8Array): string
  /** Stores a file through its open descriptor; the descriptor stays open. */
  writeFile(fd: number, size: number): Promise<string>
  writeTree(entries: readonly TreeEntry[]): string
  /** @throws Fault `git-failed` when the object is not there. */
  read(oid: string): Promise<FoundObject>
  /** Without a process; undefined where the object is larger than `maxBytes`, not there, or only git can read it. */
  findSmall(oid: string, maxBytes: number): FoundObject | undefined
  readTree(oid: string): Promise<readonly TreeEntry[]>
  /** The tree of a commit, or the tree itself. */
  toTree(oid: string): Promise<string>
  /** Writes the content of a blob of any size to an open descriptor. */
  copyBlob(oid: string, fd: number): Promise<void>
  /** Ids that are in the person's repository, so that they need not be written again. */
  addKnown(oids: Iterable<string>): void
  /** What was written since the last time survives a loss of power once this resolves. */
  flush(): Promise<void>
  close(): void
}

export interface ObjectStoreOptions {
  readonly objectDir: string
  /** Object directories of the person's repository, which are only read. */
  readonly borrowed: readonly string[]
  readonly format: ObjectFormat
  readonly gitPath: string
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** What remembered trees may weigh, in bytes. */
const cachedTrees = 8 * 1024 * 1024
/** Ids whose existence is remembered. */
const mostKnown = 200_000
/** Larger objects are left to git, which needs no second copy of a delta's base in our memory. */
const readHere = 32 * 1024 * 1024

/** Writes loose objects itself (a process per object would cost more than the object) and reads what is there; only what it cannot read itself goes through one git. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { objectDir, format } = options
  const known = new Set<string>()
  let unflushed: string[] = []
  const trees = createByteCache<readonly TreeEntry[]>(cachedTrees)
  const packs = createPackReader([objectDir, ...options.borrowed], format === 'sha1' ? 20 : 32)
  const reader = createBatchReader(options)
  const toId: ObjectStore['toId'] = (type, bytes) => crypto.createHash(format).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
  const toPath = (oid: string, directory = objectDir): string => `${directory}/${oid.slice(0, 2)}/${oid.slice(2)}`
  const remembered = (oid: string): void => {
    if (known.size >= mostKnown) known.clear()
    known.add(oid)
  }

  const publish = (temporary: string, oid: string): void => {
    fs.mkdirSync(path.join(objectDir, oid.slice(0, 2)), { recursive: true })
    fs.renameSync(temporary, toPath(oid))
    unflushed.push(toPath(oid))
    remembered(oid)
  }
  const toTemporary = (): string => path.join(objectDir, `tmp_obj_${crypto.randomBytes(6).toString('hex')}`)

  const write: ObjectStore['write'] = (type, bytes) => {
    const oid = toId(type, bytes)
    if (known.has(oid)) return oid
    // A loss of power may have left an empty file: it is written again.
    if ((fs.statSync(toPath(oid), { throwIfNoEntry: false })?.size ?? 0) > 0) {
      remembered(oid)
      return oid
    }
    const temporary = toTemporary()
    const content = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes])
    // Most objects are small: the usual buffer of 16 KiB for each would wait for the garbage collector.
    fs.writeFileSync(temporary, zlib.deflateSync(content, { level: 1, chunkSize: Math.min(Math.max(content.length, 64), 65_536) }), { mode: 0o444 })
    publish(temporary, oid)
    return oid
  }

  const writeFile: ObjectStore['writeFile'] = async (fd, size) => {
    if (size < streamedFrom) return write('blob', fs.readFileSync(fd))
    const temporary = toTemporary()
    try {
      const oid = await deflateTo(temporary, fd, size, format)
      publish(temporary, oid)
      return oid
    } finally {
      fs.rmSync(temporary, { force: true })
    }
  }

  const findSmall: ObjectStore['findSmall'] = (oid, maxBytes) => {
    const own = readLoose(toPath(oid), maxBytes) ?? packs.find(oid, maxBytes)
    if (own !== undefined) return own
    for (const directory of options.borrowed) {
      const found = readLoose(toPath(oid, directory), maxBytes)
      if (found !== undefined) return found
    }
    return undefined
  }
  const read: ObjectStore['read'] = async (oid) => findSmall(oid, readHere) ?? (await reader.read(oid))
  const remember = (oid: string, entries: readonly TreeEntry[]): void => trees.set(oid, entries, 200 + entries.length * 160)
  const readTree: ObjectStore['readTree'] = async (oid) => {
    const cached = trees.get(oid)
    if (cached !== undefined) return cached
    const found = await read(oid)
    if (found.type !== 'tree') throw new Fault('git-failed', `${oid} is a ${found.type}, not a tree`)
    const entries = parseTree(found.bytes, format === 'sha1' ? 20 : 32)
    remember(oid, entries)
    return entries
  }
  const emptyTree = toId('tree', Buffer.alloc(0))
  return {
    format, emptyTree, toId, write, writeFile, read, findSmall, readTree,
    writeTree: (entries) => {
      const oid = write('tree', toTreeBytes(entries))
      remember(oid, entries)
      return oid
    },
    toTree: async (oid) => {
      if (oid === emptyTree || trees.get(oid) !== undefined) return oid
      const found = await read(oid)
      return found.type === 'commit' ? found.bytes.toString('latin1', 5, 5 + oid.length) : oid
    },
    copyBlob: async (oid, fd) => {
      const small = findSmall(oid, streamedFrom)
      if (small !== undefined) fs.writeFileSync(fd, small.bytes)
      else if (fs.existsSync(toPath(oid))) await inflateTo(toPath(oid), fd)
      else fs.writeFileSync(fd, (await read(oid)).bytes)
    },
    addKnown: (oids) => {
      for (const oid of oids) remembered(oid)
    },
    flush: async () => {
      const files = unflushed
      unflushed = []
      if (files.length > 0) await flushFiles(objectDir, files)
    },
    close: () => {
      reader.close()
      packs.close()
    },
  }
}

/** undefined where it is not there or larger than `maxBytes`. */
function readLoose(file: string, maxBytes: number): FoundObject | undefined {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined || stats.size > maxBytes + 4_096) return undefined
  try {
    const all = zlib.inflateSync(fs.readFileSync(file), { maxOutputLength: maxBytes + 64 })
    const zero = all.indexOf(0)
    return { type: all.toString('latin1', 0, all.indexOf(0x20)), bytes: all.subarray(zero + 1) }
  } catch (thrown) {
    // Packed and pruned since the look, or larger than it seemed.
    if (['ENOENT', 'ERR_BUFFER_TOO_LARGE'].includes(toCode(thrown))) return undefined
    throw thrown
  }
}

/** Streams a file into a loose blob. The header needs the size before the content: a file that shrinks meanwhile is refused. */
async function deflateTo(temporary: string, fd: number, size: number, format: ObjectFormat): Promise<string> {
  const header = Buffer.from(`blob ${size}\0`)
  const hash = crypto.createHash(format)
  let seen = -header.length
  const parts = async function* (): AsyncGenerator<Buffer> {
    yield header
    yield* fs.createReadStream('', { fd, autoClose: false, start: 0, end: size - 1, highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>
  }
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const part of parts()) {
      seen += part.length
      hash.update(part)
      yield part
    }
  }
  await pipeline(counted, zlib.createDeflate({ level: 1 }), fs.createWriteStream(temporary, { mode: 0o444 }))
  if (seen !== size) throw new Fault('disk-failed', 'a large file shrank while a snapshot read it; stop what is writing it and try again')
  return hash.digest('hex')
}

/** Streams a loose blob, without its header, to a descriptor. */
async function inflateTo(file: string, fd: number): Promise<void> {
  let inHeader = true
  await pipeline(fs.createReadStream(file), zlib.createInflate(), async function (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      const body = inHeader ? chunk.subarray(chunk.indexOf(0) + 1) : chunk
      inHeader = false
      fs.writeSync(fd, body)
    }
  })
}
