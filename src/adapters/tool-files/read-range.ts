import { findBinaryKind } from './file-content.ts'
import { openFile } from './open-file.ts'
import type { ResolvedPath } from './resolve-path.ts'

export interface RangeFound {
  readonly lines: readonly string[]
  /** Set where it turned out to be no text. */
  readonly binary: string | undefined
  /** Bytes looked at. */
  readonly scanned: number
}

const CHUNK = 1024 * 1024
/** A range that lies further in is not looked for. */
const MAX_SCAN = 4 * 1024 * 1024 * 1024

/** Reads some lines out of a file of any size in constant memory. Lines are cut at `maxLine`. */
export async function readRange(
  resolved: ResolvedPath, range: { from: number; lines: number; maxLine: number }, signal: AbortSignal,
): Promise<RangeFound> {
  const handle = await openFile(resolved)
  const collector = createCollector(range)
  const buffer = Buffer.allocUnsafe(CHUNK)
  let scanned = 0
  try {
    while (scanned < MAX_SCAN && !collector.isDone()) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, scanned)
      if (bytesRead === 0) break
      const chunk = buffer.subarray(0, bytesRead)
      const binary = scanned === 0 ? findBinaryKind(chunk) : undefined
      if (binary !== undefined) return { lines: [], binary, scanned }
      collector.take(chunk)
      scanned += bytesRead
    }
    return { lines: collector.finish(), binary: undefined, scanned }
  } finally {
    await handle.close()
  }
}

function createCollector(range: { from: number; lines: number; maxLine: number }): { take(chunk: Buffer): void; isDone(): boolean; finish(): string[] } {
  const lines: string[] = []
  let number = 1
  let pieces: Buffer[] = []
  let length = 0
  const keep = (piece: Buffer): void => {
    if (number < range.from || length > range.maxLine * 4) return
    pieces.push(Buffer.from(piece.subarray(0, range.maxLine * 4 + 4)))
    length += piece.length
  }
  const end = (): void => {
    if (number >= range.from) {
      const text = Buffer.concat(pieces).toString('utf8').replace(/\r$/, '')
      lines.push(text.length > range.maxLine ? `${text.slice(0, range.maxLine)}… [cut]` : text)
    }
    pieces = []
    length = 0
    number++
  }
  const isDone = (): boolean => lines.length >= range.lines
  return {
    take: (chunk) => {
      let start = 0
      for (let at = chunk.indexOf(10); at !== -1 && !isDone(); at = chunk.indexOf(10, start)) {
        keep(chunk.subarray(start, at))
        end()
        start = at + 1
      }
      if (!isDone()) keep(chunk.subarray(start))
    },
    isDone,
    finish: () => {
      if (!isDone() && length > 0) end()
      return lines
    },
  }
}
