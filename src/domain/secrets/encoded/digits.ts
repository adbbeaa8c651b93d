import { addStretches } from './stretches.ts'
import { createViewBuilder, type Bits, type View, type ViewBuilder } from './view.ts'

/** A way to write bytes in digits (RFC 4648). */
interface Alphabet {
  readonly bits: Bits
  /** Digits that may come before the first whole byte, where a run is a piece of a longer one. */
  readonly phases: number
  /** Digits by character code; 255 is none. */
  readonly values: Uint8Array
}

/** Digits in a row: fewer hold no secret of a length that is looked for. */
const fewest = 10
const none = 255

function toAlphabet(bits: Bits, phases: number, ...digits: readonly string[]): Alphabet {
  const values = new Uint8Array(128).fill(none)
  for (const some of digits) for (const [value, each] of [...some].entries()) values[each.charCodeAt(0)] = value
  return { bits, phases, values }
}

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lower = upper.toLowerCase()
const ten = '0123456789'
/** Both alphabets of base64 in one. */
const base64 = toAlphabet(6, 4, `${upper}${lower}${ten}+/`, `${upper}${lower}${ten}-_`)
const base32 = toAlphabet(5, 8, `${upper}234567`)
const hex = toAlphabet(4, 2, `${ten}abcdef`, `${ten}ABCDEF`)

/** What runs of base64, base32 and hex digits say, read from each digit with which a byte may begin. */
export function viewDigits(text: string): View | undefined {
  const builder = createViewBuilder()
  for (let from = nextDigit(text, 0); from < text.length; ) {
    const to = endOfRun(text, from, base64.values)
    if (to - from >= fewest) {
      builder.tried += to - from
      if (!addDigits(builder, text, { from, to, alphabet: base64 })) for (const alphabet of [hex, base32]) addWithin(builder, text, { from, to, alphabet })
    }
    from = nextDigit(text, to + 1)
  }
  return builder.build()
}

function nextDigit(text: string, from: number): number {
  const { values } = base64
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 128 && values[code] !== none) return at
  }
  return text.length
}

function endOfRun(text: string, from: number, values: Uint8Array): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= 128 || values[code] === none) return at
  }
  return text.length
}

interface Run { readonly from: number; readonly to: number; readonly alphabet: Alphabet }

/** Digits of a smaller alphabet in a run of a larger one. */
function addWithin(builder: ViewBuilder, text: string, { from, to, alphabet }: Run): void {
  for (let at = from; at < to; ) {
    const end = Math.min(to, endOfRun(text, at, alphabet.values))
    if (end - at >= fewest) addDigits(builder, text, { from: at, to: end, alphabet })
    at = end + 1
  }
}

let digits = new Uint8Array(4096)
let buffer = new Uint8Array(4096)

/** Returns whether all of the run is text, read from one digit: then it is none from another. */
function addDigits(builder: ViewBuilder, text: string, { from, to, alphabet: { bits, phases, values } }: Run): boolean {
  const count = to - from
  if (digits.length < count) {
    digits = new Uint8Array(count * 2)
    buffer = new Uint8Array(count * 2)
  }
  const [given, bytes] = [digits, buffer]
  for (let at = 0; at < count; at += 1) given[at] = values[text.charCodeAt(from + at)] ?? 0
  for (let phase = 0; phase < phases; phase += 1) {
    const length = bits === 6 ? decodeSixes(given, count, phase, bytes) : decode(given, count, phase, { bits, bytes })
    const sure = addStretches(builder, { bytes, length, places: { source: from + phase, bits } })
    if (sure > 0 && sure >= length - 2) return true
  }
  return false
}

/** Four digits, three bytes: most of what is decoded is base64. */
function decodeSixes(given: Uint8Array, count: number, phase: number, bytes: Uint8Array): number {
  let length = 0
  let at = phase
  for (; at + 4 <= count; at += 4) {
    const held = ((given[at] ?? 0) << 18) | ((given[at + 1] ?? 0) << 12) | ((given[at + 2] ?? 0) << 6) | (given[at + 3] ?? 0)
    bytes[length] = held >> 16
    bytes[length + 1] = (held >> 8) & 0xff
    bytes[length + 2] = held & 0xff
    length += 3
  }
  if (count - at >= 2) bytes[length++] = ((given[at] ?? 0) << 2) | ((given[at + 1] ?? 0) >> 4)
  if (count - at >= 3) bytes[length++] = (((given[at + 1] ?? 0) & 15) << 4) | ((given[at + 2] ?? 0) >> 2)
  return length
}

function decode(given: Uint8Array, count: number, phase: number, { bits, bytes }: { readonly bits: Bits; readonly bytes: Uint8Array }): number {
  let length = 0
  let open = 0
  let held = 0
  for (let at = phase; at < count; at += 1) {
    held = ((held << bits) | (given[at] ?? 0)) & 0xffff
    open += bits
    if (open < 8) continue
    open -= 8
    bytes[length] = (held >> open) & 0xff
    length += 1
  }
  return length
}
