import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { createByteCache } from './byte-cache.ts'

/*
 * Reads objects out of git's packs (index version 2, see gitformat-pack) without a process. Owns: open descriptors of the
 * packs, and recently used delta bases (4 MiB).
 * Whatever is unusual (other index versions, very many packs, damage) is left to git: the answer is then undefined.
 */
export interface PackReader {
  /** undefined: not here, larger than `maxBytes`, or nothing that we can read. */
  find(oid: string, maxBytes: number): FoundObject | undefined
  /** Lets go of the descriptors; a later `find` opens them again. */
  close(): void
}

export interface FoundObject {
  readonly type: string
  readonly bytes: Buffer
}

const mostPacks = 64
const mostDeltas = 4_096
const cachedBytes = 4 * 1024 * 1024
const types: Readonly<Record<number, string>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' }

export function createPackReader(objectDirectories: readonly string[], oidBytes: number): PackReader {
  let packs: Pack[] | undefined
  let stamp = ''
  const open = (): Pack[] => {
    const directories = objectDirectories.map((directory) => path.join(directory, 'pack'))
    const now = directories.map((directory) => fs.statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0).join()
    if (packs !== undefined && now === stamp) return packs
    for (const pack of packs ?? []) pack.close()
    stamp = now
    const files = directories.flatMap((directory) => (fs.existsSync(directory) ? fs.readdirSync(directory).map((name) => path.join(directory, name)) : []))
    const indexes = files.filter((file) => file.endsWith('.idx'))
    packs = indexes.length > mostPacks ? [] : indexes.map((file) => new Pack(file, oidBytes))
    return packs
  }
  const search = (oid: Buffer, maxBytes: number): FoundObject | undefined => {
    for (const pack of packs ?? open()) {
      const offset = pack.findOffset(oid)
      if (offset !== undefined) return pack.read(offset, maxBytes)
    }
    return undefined
  }
  return {
    find: (oid, maxBytes) => {
      const bytes = Buffer.from(oid, 'hex')
      try {
        const known = packs
        const found = search(bytes, maxBytes)
        // Somebody may have packed what was loose when we looked first.
        return found === undefined && known !== undefined && open() !== known ? search(bytes, maxBytes) : found
      } catch {
        // Damaged, or not as we know it: git reads it, or says what is wrong.
        return undefined
      }
    },
    close: () => {
      for (const pack of packs ?? []) pack.close()
      packs = undefined
    },
  }
}

class Pack {
  private readonly indexFile: string
  private readonly oidBytes: number
  private index: number | undefined
  private data: number | undefined
  private fanout: Buffer = Buffer.alloc(0)
  private readonly bases = createByteCache<FoundObject>(cachedBytes)

  constructor(indexFile: string, oidBytes: number) {
    this.indexFile = indexFile
    this.oidBytes = oidBytes
  }

  close(): void {
    for (const fd of [this.index, this.data]) if (fd !== undefined) fs.closeSync(fd)
    this.index = undefined
    this.data = undefined
    this.bases.clear()
  }

  findOffset(oid: Buffer): number | undefined {
    if (this.index === undefined) {
      this.index = fs.openSync(this.indexFile, 'r')
      const head = readAt(this.index, 0, 8 + 1024)
      if (head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) throw new Error('an index of another version')
      this.fanout = head.subarray(8)
    }
    const first = oid[0] ?? 0
    const count = this.fanout.readUInt32BE(1020)
    let low = first === 0 ? 0 : this.fanout.readUInt32BE((first - 1) * 4)
    let high = this.fanout.readUInt32BE(first * 4)
    const names = 8 + 1024
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = Buffer.compare(readAt(this.index, names + middle * this.oidBytes, this.oidBytes), oid)
      if (order === 0) return this.toOffset(this.index, middle, count)
      if (order < 0) low = middle + 1
      else high = middle
    }
    return undefined
  }

  private toOffset(index: number, at: number, count: number): number {
    const offsets = 8 + 1024 + count * (this.oidBytes + 4)
    const offset = readAt(index, offsets + at * 4, 4).readUInt32BE(0)
    if (offset < 0x80000000) return offset
    return Number(readAt(index, offsets + count * 4 + (offset - 0x80000000) * 8, 8).readBigUInt64BE(0))
  }

  read(start: number, maxBytes: number): FoundObject | undefined {
    this.data ??= fs.openSync(this.indexFile.replace(/\.idx$/, '.pack'), 'r')
    const deltas: Buffer[] = []
    let offset = start
    let base: FoundObject | undefined
    while (base === undefined) {
      base = this.bases.get(String(offset))
      if (base !== undefined) break
      const entry = readEntry(this.data, offset, this.oidBytes)
      if (entry.size > maxBytes || deltas.length > mostDeltas) return undefined
      const bytes = inflateAt(this.data, entry.at, entry.size)
      const type = types[entry.type]
      if (type !== undefined) {
        base = { type, bytes }
        this.bases.set(String(offset), base, bytes.length + 64)
        break
      }
      deltas.push(bytes)
      const next = entry.baseOffset ?? (entry.baseOid === undefined ? undefined : this.findOffset(entry.baseOid))
      if (next === undefined) return undefined
      offset = next
    }
    let found = base
    for (const delta of deltas.reverse()) {
      const bytes = applyDelta(found.bytes, delta, maxBytes)
      if (bytes === undefined) return undefined
      found = { type: found.type, bytes }
    }
    if (deltas.length > 0) this.bases.set(String(start), found, found.bytes.length + 64)
    return found.bytes.length > maxBytes ? undefined : found
  }
}

function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  if (fs.readSync(fd, bytes, 0, length, position) !== length) throw new Error('the file is shorter than it says')
  return bytes
}

interface Entry {
  readonly type: number
  /** Bytes after inflating. */
  readonly size: number
  readonly at: number
  readonly baseOffset: number | undefined
  readonly baseOid: Buffer | undefined
}

function readEntry(fd: number, offset: number, oidBytes: number): Entry {
  const head = Buffer.alloc(64)
  fs.readSync(fd, head, 0, head.length, offset)
  let at = 0
  let byte = head.readUInt8(at++)
  const type = (byte >> 4) & 7
  let size = byte & 15
  for (let factor = 16; (byte & 0x80) !== 0; factor *= 128) {
    byte = head.readUInt8(at++)
    size += (byte & 0x7f) * factor
  }
  if (type === 7) return { type, size, at: offset + at + oidBytes, baseOffset: undefined, baseOid: head.subarray(at, at + oidBytes) }
  if (type !== 6) {
    if (types[type] === undefined) throw new Error('an entry of unknown type')
    return { type, size, at: offset + at, baseOffset: undefined, baseOid: undefined }
  }
  byte = head.readUInt8(at++)
  let distance = byte & 0x7f
  while ((byte & 0x80) !== 0) {
    byte = head.readUInt8(at++)
    distance = (distance + 1) * 128 + (byte & 0x7f)
  }
  return { type, size, at: offset + at, baseOffset: offset - distance, baseOid: undefined }
}

/** The packed length is not written down anywhere; what follows the end of the stream does not disturb. */
function inflateAt(fd: number, position: number, size: number): Buffer {
  const packed = Buffer.allocUnsafe(size + Math.ceil(size / 64) + 512)
  const length = fs.readSync(fd, packed, 0, packed.length, position)
  const bytes = zlib.inflateSync(packed.subarray(0, length), { maxOutputLength: Math.max(size, 1), chunkSize: Math.min(Math.max(size, 64), 65_536) })
  if (bytes.length !== size) throw new Error('an entry of another size than it says')
  return bytes
}

/** A delta: sizes of base and result, then pieces that are copied from the base or stand in the delta itself. */
function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer | undefined {
  let at = 0
  const readSize = (): number => {
    let size = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = delta.readUInt8(at++)
      size += (byte & 0x7f) * factor
      if ((byte & 0x80) === 0) return size
    }
  }
  if (readSize() !== base.length) throw new Error('a delta for another base')
  const size = readSize()
  if (size > maxBytes) return undefined
  const result = Buffer.allocUnsafe(size)
  let end = 0
  while (at < delta.length) {
    const step = delta.readUInt8(at++)
    if ((step & 0x80) === 0) {
      if (step === 0 || end + step > size) throw new Error('a delta that we do not know')
      delta.copy(result, end, at, at + step)
      at += step
      end += step
      continue
    }
    const read = (bits: readonly number[]): number => bits.reduce((sum, bit, index) => ((step & bit) === 0 ? sum : sum + delta.readUInt8(at++) * 256 ** index), 0)
    const from = read([1, 2, 4, 8])
    const length = read([16, 32, 64]) || 0x10000
    if (from + length > base.length || end + length > size) throw new Error('a delta that leaves its base')
    base.copy(result, end, from, from + length)
    end += length
  }
  if (end !== size) throw new Error('a delta of another size than it says')
  return result
}
