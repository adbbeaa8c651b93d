import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Transform } from 'node:stream'
import { createGzip } from 'node:zlib'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { blockBytes, toPadding, toTarHeader } from './tar-header.ts'

export interface ArchiveEntry {
  readonly name: string
  /** Asked for when it is its turn, so that no more than one is held. */
  readonly content: () => Promise<Uint8Array>
}

/** Deflate, no name, no time, no system: the header says nothing about where it was made. */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

/** Writes a compressed tar file, whole or not at all; the same entries give the same bytes. @throws Fault `disk-failed`, `request-invalid` where it is there already. */
export async function writeArchive(path: string, entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>): Promise<number> {
  if (fs.existsSync(path)) throw new Fault('request-invalid', `${path} is there already and was left as it is; name another file with -o, or take it away`)
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await pipeline(toTar(entries), createGzip({ level: 6 }), plainHeader(), fs.createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true }))
    const { size } = fs.statSync(temporary)
    fs.linkSync(temporary, path)
    return size
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault('disk-failed', `${path} could not be written: ${toMessage(thrown)}. Look at free space and permissions there, then try again.`, { cause: thrown })
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}

async function* toTar(entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  for await (const { name, content } of entries) {
    const bytes = await content()
    yield toTarHeader(name, bytes.length)
    yield bytes
    yield Buffer.alloc(toPadding(bytes.length))
  }
  yield Buffer.alloc(2 * blockBytes)
}

/** Puts `gzipHeader` in place of the library's, which names the system. */
function plainHeader(): Transform {
  let head: Buffer | undefined = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (head === undefined) return done(null, chunk)
      head = Buffer.concat([head, chunk])
      if (head.length < gzipHeader.length) return done()
      const first = Buffer.concat([gzipHeader, head.subarray(gzipHeader.length)])
      head = undefined
      done(null, first)
    },
  })
}
