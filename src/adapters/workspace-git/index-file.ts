import crypto from 'node:crypto'
import fs from 'node:fs'
import type { ObjectFormat } from './object-store.ts'

/** A file of the worktree as git's index remembers it. */
export interface IndexedFile {
  /** Byte string. */
  readonly path: string
  readonly mode: string
  readonly oid: string
  /** undefined for a submodule. */
  readonly stats: fs.BigIntStats | undefined
}

/** Writes an index of version 2 (see gitformat-index), so that git finds every file as the commit has it. */
export function writeIndex(file: string, entries: readonly IndexedFile[], format: ObjectFormat): void {
  const head = Buffer.alloc(12)
  head.write('DIRC', 'latin1')
  head.writeUInt32BE(2, 4)
  head.writeUInt32BE(entries.length, 8)
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const body = Buffer.concat([head, ...sorted.map(toEntry)])
  fs.writeFileSync(file, Buffer.concat([body, crypto.createHash(format).update(body).digest()]))
}

function toEntry({ path, mode, oid, stats }: IndexedFile): Buffer {
  const id = Buffer.from(oid, 'hex')
  const name = Buffer.from(path, 'latin1')
  const length = 40 + id.length + 2 + name.length
  // One to eight zero bytes end the name.
  const entry = Buffer.alloc(length + 8 - (length % 8))
  const second = 1_000_000_000n
  const fields = stats === undefined ? [] : [stats.ctimeNs / second, stats.ctimeNs % second, stats.mtimeNs / second, stats.mtimeNs % second, stats.dev, stats.ino]
  for (const [index, field] of fields.entries()) entry.writeUInt32BE(Number(BigInt.asUintN(32, field)), index * 4)
  entry.writeUInt32BE(Number.parseInt(mode, 8), 24)
  for (const [index, field] of (stats === undefined ? [] : [stats.uid, stats.gid, stats.size]).entries()) entry.writeUInt32BE(Number(BigInt.asUintN(32, field)), 28 + index * 4)
  id.copy(entry, 40)
  entry.writeUInt16BE(Math.min(name.length, 0xfff), 40 + id.length)
  name.copy(entry, 42 + id.length)
  return entry
}
