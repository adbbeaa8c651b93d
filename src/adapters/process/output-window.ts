/** Keeps the head and the tail of what a command prints, so that a flood costs a fixed amount of memory. */

export type StreamName = 'stdout' | 'stderr'

interface Piece {
  readonly stream: StreamName
  readonly bytes: Uint8Array
}

export interface KeptOutput {
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  /** Both streams in the order they came. */
  readonly output: Uint8Array
  /** Bytes dropped from the middle. Where some were, each stream that lost bytes carries a marker line at the gap. */
  readonly droppedBytes: number
}

export interface OutputWindow {
  push(stream: StreamName, chunk: Uint8Array): void
  /** What was kept so far; call it once, at the end. */
  take(): KeptOutput
}

/** Half of `capBytes` goes to the head, half to a sliding tail; both streams share them. */
export function createOutputWindow(capBytes: number): OutputWindow {
  const headCap = Math.max(1, Math.ceil(capBytes / 2))
  const tailCap = Math.max(1, capBytes - headCap)
  const head: Piece[] = []
  const tail: Piece[] = []
  const dropped = { stdout: 0, stderr: 0 }
  let headBytes = 0
  let tailBytes = 0
  let first = 0

  /** Forgets from the front of the tail; compacts now and then so that shifting stays cheap. */
  const trim = (): void => {
    while (tailBytes > tailCap) {
      const oldest = tail[first]
      if (oldest === undefined) return
      const over = tailBytes - tailCap
      if (oldest.bytes.length <= over) {
        first += 1
        tailBytes -= oldest.bytes.length
        dropped[oldest.stream] += oldest.bytes.length
      } else {
        tail[first] = { stream: oldest.stream, bytes: oldest.bytes.slice(over) }
        tailBytes -= over
        dropped[oldest.stream] += over
      }
    }
    if (first > 256) {
      tail.splice(0, first)
      first = 0
    }
  }

  return {
    push(stream, chunk) {
      let rest = chunk
      if (headBytes < headCap) {
        const bytes = rest.subarray(0, headCap - headBytes)
        head.push({ stream, bytes })
        headBytes += bytes.length
        rest = rest.subarray(bytes.length)
      }
      if (rest.length === 0) return
      tail.push({ stream, bytes: rest })
      tailBytes += rest.length
      trim()
    },
    take() {
      const kept = tail.slice(first)
      const all = dropped.stdout + dropped.stderr
      return {
        stdout: join(head, kept, 'stdout', dropped.stdout),
        stderr: join(head, kept, 'stderr', dropped.stderr),
        output: join(head, kept, undefined, all),
        droppedBytes: all,
      }
    },
  }
}

function join(head: readonly Piece[], tail: readonly Piece[], only: StreamName | undefined, dropped: number): Uint8Array {
  const pick = (pieces: readonly Piece[]): Uint8Array[] =>
    pieces.filter((piece) => only === undefined || piece.stream === only).map((piece) => piece.bytes)
  const gap = dropped === 0 ? [] : [Buffer.from(`\n[… ${dropped} bytes dropped …]\n`)]
  const joined = Buffer.concat([...pick(head), ...gap, ...pick(tail)])
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.byteLength)
}
