import { toDigits, type Bits, type ViewBuilder } from './view.ts'

/** Fewer characters in a row hold no secret that is looked for. */
export const shortestStretch = 6

/** Bytes as texts have them; a zero between two of them is how wider characters are stored. */
function isTextAt(bytes: Uint8Array, at: number, length: number): boolean {
  const byte = bytes[at] ?? 0
  if (byte >= 32) return byte < 127 || (byte >= 0xc2 ? at + 1 < length && isContinuation(bytes[at + 1] ?? 0) : isContinuation(byte) && at > 0 && (bytes[at - 1] ?? 0) >= 0x80)
  if (byte !== 0) return byte === 10 || byte === 13 || byte === 9
  return at > 0 && at + 1 < length && (bytes[at - 1] ?? 0) >= 32 && (bytes[at + 1] ?? 0) >= 32
}

const isContinuation = (byte: number): boolean => byte >= 0x80 && byte < 0xc0

export interface Decoded {
  readonly bytes: Uint8Array
  readonly length: number
  /** Where each of them stands: in digits that begin at `source`, or listed one by one. */
  readonly places: { readonly source: number; readonly bits: Bits } | { readonly from: readonly number[]; readonly to: readonly number[] }
}

/** Adds what reads as text of decoded bytes: most of what is decoded on trial is none, and costs nothing more. */
export function addStretches(builder: ViewBuilder, decoded: Decoded): void {
  const { bytes, length } = decoded
  let start = -1
  for (let at = 0; at <= length; at += 1) {
    if (at < length && isTextAt(bytes, at, length)) {
      if (start === -1) start = at
      continue
    }
    if (start !== -1 && at - start >= shortestStretch) addStretch(builder, decoded, start, at)
    start = -1
  }
}

/** As many characters are made of bytes in one go: a multiple of every group below. */
const atOnce = 6_120
/** So many bytes fill whole digits. */
const groups = { 4: 1, 5: 5, 6: 3 } as const

function addStretch(builder: ViewBuilder, { bytes, places }: Decoded, from: number, to: number): void {
  builder.part()
  if (!('bits' in places)) {
    for (let at = from; at < to; at += 1) builder.add(String.fromCharCode(bytes[at] ?? 0), places.from[at] ?? 0, 'whole', (places.to[at] ?? 0) - (places.from[at] ?? 0))
    return
  }
  const { source, bits } = places
  // Pieces begin where a byte begins with a digit, so that the layout holds for each by itself.
  const even = Math.min(to, Math.ceil(from / groups[bits]) * groups[bits])
  for (let at = from; at < even; at += 1) {
    const digits = toDigits(bits, { first: at, last: at })
    builder.add(String.fromCharCode(bytes[at] ?? 0), source + digits.from, 'whole', digits.to - digits.from)
  }
  for (let at = even; at < to; at += atOnce) builder.add(String.fromCharCode(...bytes.subarray(at, Math.min(to, at + atOnce))), source + (at * 8) / bits, bits)
}
