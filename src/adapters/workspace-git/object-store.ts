import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { finished, pipeline } from 'node:stream/promises'
import path from 'node:path'
import zlib from 'node:zlib'
import { Fault } from '../../protocol/fault.ts'
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
  read(oid: string): Promise<{ type: string; bytes: Buffer }>
  readTree(oid: string): Promise<readonly TreeEntry[]>
  /** The tree of a commit, or the tree itself. */
  toTree(oid: string): Promise<string>
  /** Writes the content of a blob of any size to an open descriptor. */
  copyBlob(oid: string, fd: number): Promise<void>
  /** Ids that are in the person's repository, so that they need not be written again. */
  addKnown(oids: Iterable<string>): void
  close(): void
}

export interface ObjectStoreOptions {
  readonly objectDir: string
  readonly format: ObjectFormat
  readonly gitPath: string
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

const knownTrees = 20_000

/** Writes loose objects itself (a process per object would cost more than the object) and reads what is packed through one git. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { objectDir, format } = options
  const known = new Set<string>()
  const trees = new Map<string, readonly TreeEntry[]>()
  const reader = createBatchReader(options)
  const toId: ObjectStore['toId'] = (type, bytes) => crypto.createHash(format).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
  const toPath = (oid: string): string => path.join(objectDir, oid.slice(0, 2), oid.slice(2))

  const publish = (temporary: string, oid: string): void => {
    fs.mkdirSync(path.join(objectDir, oid.slice(0, 2)), { recursive: true })
    fs.renameSync(temporary, toPath(oid))
    known.add(oid)
  }
  const toTemporary = (): string => path.join(objectDir, `tmp_obj_${crypto.randomBytes(6).toString('hex')}`)

  const write: ObjectStore['write'] = (type, bytes) => {
    const oid = toId(type, bytes)
    if (known.has(oid)) return oid
    if (fs.existsSync(toPath(oid))) {
      known.add(oid)
      return oid
    }
    const temporary = toTemporary()
    fs.writeFileSync(temporary, zlib.deflateSync(Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]), { level: 1 }), { mode: 0o444 })
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

  const read: ObjectStore['read'] = async (oid) => {
    const loose = readLoose(toPath(oid))
    return loose ?? (await reader.read(oid))
  }
  const remember = (oid: string, entries: readonly TreeEntry[]): void => {
    if (trees.size > knownTrees) trees.clear()
    trees.set(oid, entries)
  }
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
    format, emptyTree, toId, write, writeFile, read, readTree,
    writeTree: (entries) => {
      const oid = write('tree', toTreeBytes(entries))
      remember(oid, entries)
      return oid
    },
    toTree: async (oid) => {
      if (trees.has(oid) || oid === emptyTree) return oid
      const found = await read(oid)
      return found.type === 'commit' ? found.bytes.toString('latin1', 5, 5 + oid.length) : oid
    },
    copyBlob: async (oid, fd) => {
      const source = toPath(oid)
      const size = fs.existsSync(source) ? fs.statSync(source).size : undefined
      if (size !== undefined && size < streamedFrom / 4) {
        const found = await read(oid)
        fs.writeFileSync(fd, found.bytes)
        return
      }
      if (size === undefined) {
        const found = await reader.read(oid)
        fs.writeFileSync(fd, found.bytes)
        return
      }
      await inflateTo(source, fd)
    },
    addKnown: (oids) => {
      for (const oid of oids) known.add(oid)
    },
    close: () => reader.close(),
  }
}

function readLoose(file: string): { type: string; bytes: Buffer } | undefined {
  let raw: Buffer
  try {
    raw = fs.readFileSync(file)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
  const all = zlib.inflateSync(raw)
  const zero = all.indexOf(0)
  return { type: all.toString('latin1', 0, all.indexOf(0x20)), bytes: all.subarray(zero + 1) }
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

interface BatchReader {
  read(oid: string): Promise<{ type: string; bytes: Buffer }>
  close(): void
}

/** One `git cat-file --batch`, started when first needed, that does not keep our process alive while it is idle. */
function createBatchReader(options: ObjectStoreOptions): BatchReader {
  let child: ChildProcessWithoutNullStreams | undefined
  let last: Promise<unknown> = Promise.resolve()
  const start = (): ChildProcessWithoutNullStreams => {
    const started = spawn(options.gitPath, [...options.flags, 'cat-file', '--batch'], { cwd: options.cwd, env: { ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] })
    started.stderr.resume()
    started.stdin.on('error', () => undefined)
    finished(started.stdout).catch(() => undefined)
    const forget = (): void => {
      if (child === started) child = undefined
    }
    started.once('close', forget).once('error', forget)
    return started
  }
  const hold = (held: boolean): void => {
    const how = held ? 'ref' : 'unref'
    child?.[how]()
    for (const stream of [child?.stdin, child?.stdout, child?.stderr]) (stream as unknown as { ref(): void; unref(): void } | undefined)?.[how]()
  }
  const readNow = async (oid: string): Promise<{ type: string; bytes: Buffer }> => {
    child ??= start()
    hold(true)
    try {
      return await ask(child, oid)
    } finally {
      hold(false)
    }
  }
  return {
    read: (oid) => {
      const answer = last.then(() => readNow(oid))
      last = answer.catch(() => undefined)
      return answer
    },
    close: () => {
      child?.kill('SIGKILL')
      child = undefined
    },
  }
}

function ask(child: ChildProcessWithoutNullStreams, oid: string): Promise<{ type: string; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let have = 0
    let header: { type: string; size: number; length: number } | undefined
    const done = (): void => {
      child.stdout.off('data', onData)
      child.off('close', onClose)
      child.off('error', onClose)
    }
    const onClose = (): void => {
      done()
      reject(new Fault('git-failed', `git cat-file ended before it answered for ${oid}`))
    }
    const onData = (chunk: Buffer): void => {
      parts.push(chunk)
      have += chunk.length
      if (header === undefined) {
        const all = Buffer.concat(parts)
        const end = all.indexOf(0x0a)
        if (end < 0) return
        const [, type = '', size = ''] = all.toString('latin1', 0, end).split(' ')
        if (!/^\d+$/.test(size)) {
          done()
          reject(new Fault('git-failed', `the object ${oid} is not in the repository (a partial clone, or it was pruned): fetch it with git first`))
          return
        }
        header = { type, size: Number(size), length: end + 1 }
      }
      if (have < header.length + header.size + 1) return
      done()
      resolve({ type: header.type, bytes: Buffer.concat(parts).subarray(header.length, header.length + header.size) })
    }
    child.stdout.on('data', onData)
    child.once('close', onClose)
    child.once('error', onClose)
    child.stdin.write(`${oid}\n`)
  })
}
