/** For tests of archives: what is in one, put together anew by somebody who knows the format. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { parseTarHeader, toPadding, toTarHeader } from '../../src/adapters/archive/tar-header.ts'
import { gzipHeader } from '../../src/adapters/archive/write-archive.ts'

export interface Entry { name: string; content: Buffer }

export function unpack(bytes: Buffer): Entry[] {
  const tar = gunzipSync(bytes)
  const entries: Entry[] = []
  for (let at = 0; ;) {
    const header = parseTarHeader(tar.subarray(at, at + 512))
    if (!header) return entries
    entries.push({ name: header.name, content: Buffer.from(tar.subarray(at + 512, at + 512 + header.size)) })
    at += 512 + header.size + toPadding(header.size)
  }
}

export function pack(entries: readonly Entry[], toHeader: (entry: Entry) => Buffer = ({ name, content }) => toTarHeader(name, content.length)): Buffer {
  const parts = entries.flatMap((entry) => [toHeader(entry), entry.content, Buffer.alloc(toPadding(entry.content.length))])
  return Buffer.concat([gzipHeader, gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)])).subarray(gzipHeader.length)])
}

/** One bit in the middle is another. */
export function flip(content: Buffer): Buffer {
  const changed = Buffer.from(content)
  const at = changed.length >> 1
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}
