import { promisify } from 'node:util'
import zlib from 'node:zlib'

/**
 * How a compressed blob lies in its file: a head, then frames of 256 KiB of the plain bytes, each compressed by itself, so that a
 * range costs the frames it lies in.
 *
 *     WRZ1 · bytes of a frame (u32) · plain bytes (u48) · for each frame its length in the file (u32)
 *
 * Numbers are little-endian. A frame as long as its plain bytes is not compressed.
 */
export interface Head {
  readonly plainBytes: number
  readonly frameBytes: number
  /** Lengths of the frames in the file. */
  readonly frames: readonly number[]
  /** Bytes before the first frame. */
  readonly headBytes: number
  /** What the whole file must have. */
  readonly fileBytes: number
}

const magic = 'WRZ1'
/** Bytes before the table of frames. */
export const fixedBytes = 14
const frameBytes = 256 * 1024
/** Level 3 packs the outputs of test runs to a twelfth at 300 MB/s; level 6 gains a tenth for three times the time. */
const level = 3
/** Smaller contents take a block of the disk either way. */
const leastBytes = 1024
/** Savings below this share are not worth unpacking. */
const leastSaving = 0.1

const compress = promisify(zlib.zstdCompress)
const decompress = promisify(zlib.zstdDecompress)
const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }

/** The file of a compressed blob, or undefined where compressing it is not worth it. Works beside the main thread. */
export async function toFrames(plain: Uint8Array): Promise<Uint8Array | undefined> {
  if (plain.length < leastBytes || !(await isWorthIt(plain))) return undefined
  const count = Math.ceil(plain.length / frameBytes)
  const packed = await Promise.all(Array.from({ length: count }, async (_, index) => {
    const part = plain.subarray(index * frameBytes, (index + 1) * frameBytes)
    const bytes = await compress(part, options)
    return bytes.length < part.length ? bytes : part
  }))
  const head = Buffer.alloc(fixedBytes + 4 * count)
  head.write(magic, 0, 'latin1')
  head.writeUInt32LE(frameBytes, 4)
  head.writeUIntLE(plain.length, 8, 6)
  for (const [index, frame] of packed.entries()) head.writeUInt32LE(frame.length, fixedBytes + 4 * index)
  const file = Buffer.concat([head, ...packed])
  return file.length <= plain.length * (1 - leastSaving) ? file : undefined
}

/** Random bytes show in a sample. */
async function isWorthIt(plain: Uint8Array): Promise<boolean> {
  if (plain.length <= frameBytes) return true
  const middle = Math.floor(plain.length / 2)
  const sample = Buffer.concat([plain.subarray(0, 16_384), plain.subarray(middle, middle + 16_384)])
  return (await compress(sample, options)).length <= sample.length * (1 - leastSaving)
}

/** How many bytes the head has, from its fixed part; undefined where it is none. */
export function findHeadBytes(fixed: Uint8Array): number | undefined {
  if (fixed.length < fixedBytes) return undefined
  const view = Buffer.from(fixed.buffer, fixed.byteOffset, fixed.length)
  if (view.toString('latin1', 0, 4) !== magic || view.readUInt32LE(4) === 0) return undefined
  return fixedBytes + 4 * Math.ceil(view.readUIntLE(8, 6) / view.readUInt32LE(4))
}

/** Undefined where it is not a head. */
export function findHead(bytes: Uint8Array): Head | undefined {
  const headBytes = findHeadBytes(bytes)
  if (headBytes === undefined || bytes.length < headBytes) return undefined
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const frames = Array.from({ length: (headBytes - fixedBytes) / 4 }, (_, index) => view.readUInt32LE(fixedBytes + 4 * index))
  return { plainBytes: view.readUIntLE(8, 6), frameBytes: view.readUInt32LE(4), frames, headBytes, fileBytes: frames.reduce((sum, length) => sum + length, headBytes) }
}

/** Where the frames lie that hold a range of the plain bytes (`from` < `to`). */
export function toFrameRange(head: Head, from: number, to: number): { readonly first: number; readonly at: number; readonly bytes: number } {
  const first = Math.floor(from / head.frameBytes)
  const last = Math.ceil(to / head.frameBytes)
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0)
  return { first, at: head.headBytes + sum(head.frames.slice(0, first)), bytes: sum(head.frames.slice(first, last)) }
}

/** Unpacks frames that follow each other, beginning with number `first`. @throws where one of them is damaged. */
export async function fromFrames(head: Head, first: number, packed: Uint8Array): Promise<Uint8Array> {
  const parts: Promise<Uint8Array>[] = []
  for (let index = first, at = 0; at < packed.length; index += 1) {
    const length = head.frames[index] ?? 0
    const plainBytes = Math.min(head.frameBytes, head.plainBytes - index * head.frameBytes)
    const frame = packed.subarray(at, at + length)
    parts.push(length === plainBytes ? Promise.resolve(frame) : decompress(frame, { maxOutputLength: plainBytes }))
    at += length
    if (length === 0) break
  }
  return Buffer.concat(await Promise.all(parts))
}
