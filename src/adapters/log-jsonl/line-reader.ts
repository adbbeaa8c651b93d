import fs from 'node:fs'
import { Fault } from '../../protocol/fault.ts'

const chunkBytes = 256 * 1024
/** Longer lines than this are never written; one would be a sign of damage. */
export const maxLineBytes = 256 * 1024 * 1024
const lineFeed = 0x0a

/** Reads whole lines of a growing file, from an offset on. The caller owns the descriptor. */
export interface LineReader {
  /** The next lines, as many as lie in one chunk; undefined when there is no whole line at present. */
  next(): readonly string[] | undefined
  /** Bytes up to the end of the last line that was handed out. */
  readonly offset: number
  /** What follows it: the beginning of a line that has no end yet. */
  readonly rest: Uint8Array
}

/** @throws Fault `run-corrupt` for a line beyond all bounds. */
export function createLineReader(fd: number, path: string, from: number): LineReader {
  let offset = from
  let rest: Buffer = Buffer.alloc(0)
  let isAtEnd = false
  return {
    next() {
      // A torn line may be cut off and written over by an owner that resumes: it is read afresh each time.
      if (isAtEnd) rest = Buffer.alloc(0)
      isAtEnd = false
      for (;;) {
        // A long line doubles what is read, so that joining stays linear.
        const chunk = Buffer.allocUnsafe(Math.max(chunkBytes, rest.length))
        const count = fs.readSync(fd, chunk, 0, chunk.length, offset + rest.length)
        if (count === 0) {
          isAtEnd = true
          return undefined
        }
        const bytes = rest.length === 0 ? chunk.subarray(0, count) : Buffer.concat([rest, chunk.subarray(0, count)])
        const end = bytes.lastIndexOf(lineFeed)
        rest = bytes.subarray(end + 1)
        if (end >= 0) {
          offset += end + 1
          return bytes.toString('utf8', 0, end).split('\n')
        }
        if (rest.length > maxLineBytes) throw new Fault('run-corrupt', `${path} holds a line of more than ${maxLineBytes} bytes at byte ${offset}. Restore it from a copy.`)
      }
    },
    get offset() {
      return offset
    },
    get rest() {
      return rest
    },
  }
}
