import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { findSystemFault } from '../../protocol/system-error.ts'
import { blockBytes, parseTarHeader, toPadding } from './tar-header.ts'
import { gzipHeader } from './write-archive.ts'

export interface ArchiveLimits {
  /** Of one entry, and of all together, uncompressed. */
  readonly entryBytes: number
  readonly totalBytes: number
  readonly entries: number
}

/**
 * Hands out the entries of an archive one by one, in their order. It takes only what `writeArchive` writes, byte for byte, so
 * that nothing can be hidden in it. @throws Fault `request-invalid` naming what is wrong, `disk-failed`; and whatever `take` throws.
 */
export async function readArchive(path: string, limits: ArchiveLimits, take: (name: string, content: Buffer) => Promise<void>): Promise<void> {
  const refuse = (why: string, cause?: unknown): Fault => new Fault('request-invalid', `${path} is no whole archive of a run: ${why}`, { cause })
  if (!fs.existsSync(path)) throw new Fault('request-invalid', `there is no file ${path}; name one that writ export made`)
  const size = requireHeader(path, refuse)
  const gunzip = createGunzip()
  try {
    await pipeline(fs.createReadStream(path), gunzip, async (source: AsyncIterable<Buffer>) => {
      const bytes = createByteSource(source, limits.totalBytes)
      const names = new Set<string>()
      for (;;) {
        const entry = parseTarHeader(await bytes.take(blockBytes))
        if (entry === undefined) break
        if (names.has(entry.name)) throw new Error(`${entry.name} is in it twice`)
        names.add(entry.name)
        if (names.size > limits.entries) throw new Error(`it has more than ${limits.entries} entries`)
        if (entry.size > limits.entryBytes) throw new Error(`${entry.name} has ${entry.size} bytes; at most ${limits.entryBytes} are read`)
        const content = await bytes.take(entry.size)
        if ((await bytes.take(toPadding(entry.size))).some((byte) => byte !== 0)) throw new Error(`something is hidden after ${entry.name}`)
        await take(entry.name, content)
      }
      if ((await bytes.take(blockBytes)).some((byte) => byte !== 0)) throw new Error('its end is damaged')
      if (!(await bytes.isAtEnd())) throw new Error('something follows its end')
    })
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    // A full disk where its parts are laid down says nothing of it.
    throw findSystemFault(thrown, 'try again.') ?? refuse(toMessage(thrown), thrown)
  }
  if (gunzip.bytesWritten !== size) throw refuse(`${size - gunzip.bytesWritten} bytes follow its end`)
}

function requireHeader(path: string, refuse: (why: string, cause?: unknown) => Fault): number {
  try {
    const stat = fs.statSync(path)
    if (!stat.isFile()) throw new Error('it is not a file')
    const fd = fs.openSync(path, 'r')
    try {
      const head = Buffer.alloc(gzipHeader.length)
      fs.readSync(fd, head, 0, head.length, 0)
      if (!head.equals(gzipHeader)) throw new Error('it does not begin as one (writ export makes them)')
      return stat.size
    } finally {
      fs.closeSync(fd)
    }
  } catch (thrown) {
    throw refuse(toMessage(thrown), thrown)
  }
}

interface ByteSource {
  take(count: number): Promise<Buffer>
  isAtEnd(): Promise<boolean>
}

function createByteSource(source: AsyncIterable<Buffer>, mostBytes: number): ByteSource {
  const chunks = source[Symbol.asyncIterator]()
  let waiting: Buffer[] = []
  let length = 0
  let total = 0
  const more = async (): Promise<boolean> => {
    const next = await chunks.next()
    if (next.done === true) return false
    waiting.push(next.value)
    length += next.value.length
    total += next.value.length
    if (total > mostBytes) throw new Error(`it holds more than ${mostBytes} bytes`)
    return true
  }
  return {
    async take(count) {
      while (length < count) if (!(await more())) throw new Error('it ends in the middle')
      const all = waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting)
      waiting = all.length > count ? [all.subarray(count)] : []
      length -= count
      return all.subarray(0, count)
    },
    isAtEnd: async () => length === 0 && !(await more()),
  }
}
