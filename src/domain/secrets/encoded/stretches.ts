import { toText } from './to-text.ts'
import { toDigits, type Bits, type Places, type ViewBuilder } from './view.ts'

/** Fewer characters in a row hold no secret that is looked for. */
const shortestStretch = 6
/** So much of a stretch is ASCII: what is decoded on trial looks like other characters often, and like these seldom. */
const leastAscii = 0.75

/** What a byte is: 1 text, 2 the beginning of a wider character, 3 the rest of one, 4 zero, 0 none. */
const classes = new Uint8Array(256)
for (let byte = 32; byte < 127; byte += 1) classes[byte] = 1
for (const byte of [9, 10, 13]) classes[byte] = 1
for (let byte = 0xc2; byte < 0xf5; byte += 1) classes[byte] = 2
for (let byte = 0x80; byte < 0xc0; byte += 1) classes[byte] = 3
classes[0] = 4

export interface Decoded {
  readonly bytes: Uint8Array
  readonly length: number
  /** Where each of them stands: in digits that begin at `source`, or listed one by one. */
  readonly places: { readonly source: number; readonly bits: Bits } | Places
}

/** So many characters of text in a row do not come by chance. */
const sureStretch = 24

/**
 * Adds what reads as text of decoded bytes: most of what is decoded on trial is none, and costs nothing more. Returns how many
 * characters of it are surely text.
 */
export function addStretches(builder: ViewBuilder, decoded: Decoded): number {
  const { bytes, length, places } = decoded
  let sure = 0
  for (let at = 0; at < length; at += 1) {
    if (classes[bytes[at] ?? 0] !== 1) continue
    const start = at
    let ascii = 0
    while (at < length) {
      const what = classes[bytes[at] ?? 0]
      if (what === 1) ascii += 1
      else if (!isBetween(bytes, at, length)) break
      at += 1
    }
    if (ascii < shortestStretch || (ascii < (at - start) * leastAscii - 1 && !bytes.subarray(start, at).includes(0))) continue
    addStretch(builder, decoded, start, at)
    if (ascii < sureStretch) continue
    sure += at - start
    if ('bits' in places) {
      const { from, to } = toDigits(places.bits, { first: start, last: at - 1 })
      builder.isSure({ from: places.source + from, to: places.source + to })
    }
  }
  return sure
}

/** Is this byte a part of a wider character: one of UTF-8, or the zero between two bytes of UTF-16? */
function isBetween(bytes: Uint8Array, at: number, length: number): boolean {
  const what = classes[bytes[at] ?? 0]
  if (what === 3) return (bytes[at - 1] ?? 0) >= 0x80
  if (what === 0 || at + 1 >= length) return false
  const next = classes[bytes[at + 1] ?? 0]
  return what === 2 ? next === 3 : next === 1 && classes[bytes[at - 1] ?? 0] === 1
}

/** So many bytes fill whole digits. */
const groups = { 4: 1, 5: 5, 6: 3 } as const

function addStretch(builder: ViewBuilder, { bytes, places }: Decoded, from: number, to: number): void {
  builder.part()
  if (!('bits' in places)) {
    builder.add(toText(bytes, from, to), from, places)
    return
  }
  const { source, bits } = places
  // Pieces begin where a byte begins with a digit, so that the layout holds for each by itself.
  const even = Math.min(to, Math.ceil(from / groups[bits]) * groups[bits])
  for (let at = from; at < even; at += 1) {
    const digits = toDigits(bits, { first: at, last: at })
    builder.add(String.fromCharCode(bytes[at] ?? 0), source + digits.from, 'whole', digits.to - digits.from)
  }
  if (even < to) builder.add(toText(bytes, even, to), source + (even * 8) / bits, bits)
}
