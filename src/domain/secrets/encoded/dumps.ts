import { addStretches } from './stretches.ts'
import { createViewBuilder, without, type Range, type View, type ViewBuilder } from './view.ts'

/** Bytes that were read one after the other, with their places. */
interface Bytes {
  length: number
  values: Uint8Array
  from: Int32Array
  to: Int32Array
}

const none = new Uint8Array(0)
const nowhere = new Int32Array(0)
const createBytes = (): Bytes => ({ length: 0, values: none, from: nowhere, to: nowhere })

function push(bytes: Bytes, value: number, from: number, to: number): void {
  const { length } = bytes
  if (length === bytes.values.length) {
    const larger = { values: new Uint8Array(length * 2 + 64), from: new Int32Array(length * 2 + 64), to: new Int32Array(length * 2 + 64) }
    larger.values.set(bytes.values)
    larger.from.set(bytes.from)
    larger.to.set(bytes.to)
    Object.assign(bytes, larger)
  }
  bytes.values[length] = value
  bytes.from[length] = from
  bytes.to[length] = to
  bytes.length = length + 1
}

function add(builder: ViewBuilder, { length, values, from, to }: Bytes): void {
  if (length > 0) addStretches(builder, { bytes: values, length, places: { from, to } })
}

const isHex = new Uint8Array(128)
for (const each of '0123456789abcdefABCDEF') isHex[each.charCodeAt(0)] = 1
const isSign = new Uint8Array(128)
for (const each of ' \t\r\n,:;|{}"\'[]-') isSign[each.charCodeAt(0)] = 1
const number = /(?:0x)?([0-9a-f]+)/gi
const longestNumber = 16
const mostSigns = 6
/** Fewer digits in a list hold no secret of a length that is looked for. */
const fewestDigits = 12
const fewestNumbers = 3

/** What lists of numbers and dumps of bytes (`xxd`, `od`, `hexdump`) say. */
export function viewDumps(text: string): View | undefined {
  const builder = createViewBuilder()
  const lines = addDumps(builder, text)
  const rest = lines.length === 0 ? text : without(text, lines)
  for (const { from, to } of listLists(rest)) addList(builder, rest.slice(from, to), from)
  return builder.build()
}

const holds = (table: Uint8Array, code: number): boolean => code < 128 && table[code] === 1

/** Lists of numbers: bytes in hex (`73 6b`, `73:6b`, `0x73, 0x6b`, `736b 5f6c`), decimal or octal ones. */
function listLists(text: string): readonly Range[] {
  const lists: Range[] = []
  const { length } = text
  let from = -1
  let to = 0
  let numbers = 0
  let digits = 0
  const end = (): void => {
    if (numbers >= fewestNumbers && digits >= fewestDigits) lists.push({ from, to })
    from = -1
    numbers = 0
    digits = 0
  }
  for (let at = 0; at < length; ) {
    if (!holds(isHex, text.charCodeAt(at))) {
      at += 1
      continue
    }
    let start = at
    if (text.charCodeAt(at) === 48 && (text.charCodeAt(at + 1) | 32) === 120) start = at + 2
    let stop = start
    while (stop < length && holds(isHex, text.charCodeAt(stop))) stop += 1
    const isNumber = stop > start && stop - start <= longestNumber && !isLetter(text.charCodeAt(stop)) && (at === 0 || !isLetter(text.charCodeAt(at - 1)))
    if (from !== -1 && (!isNumber || at - to > mostSigns || !isBetween(text, to, at))) end()
    if (isNumber) {
      if (from === -1) from = at
      to = stop
      numbers += 1
      digits += stop - start
    }
    at = Math.max(stop, at + 1)
  }
  end()
  return lists
}

function isLetter(code: number): boolean {
  const letter = code | 32
  return (letter >= 97 && letter <= 122) || (code >= 48 && code <= 57) || code === 95
}

function isBetween(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (!holds(isSign, text.charCodeAt(at))) return false
  return true
}

function addList(builder: ViewBuilder, list: string, at: number): void {
  const tokens = [...list.matchAll(number)].map((match) => ({ digits: match[1] ?? '', from: at + match.index, to: at + match.index + match[0].length }))
  const bases = [
    { base: 16, fits: tokens.every(({ digits }) => digits.length % 2 === 0) },
    { base: 10, fits: tokens.every(({ digits }) => /^\d{1,3}$/.test(digits) && Number(digits) < 256) },
    { base: 8, fits: tokens.every(({ digits }) => /^[0-3]?[0-7]{2}$/.test(digits)) },
  ]
  for (const { base, fits } of bases) {
    if (!fits) continue
    const bytes = createBytes()
    for (const { digits, from, to } of tokens) {
      if (base !== 16 || digits.length === 2) push(bytes, Number.parseInt(digits, base), from, to)
      else for (let n = 0; n < digits.length; n += 2) push(bytes, Number.parseInt(digits.slice(n, n + 2), 16), to - digits.length + n, to - digits.length + n + 2)
    }
    add(builder, bytes)
  }
}

/** A line of a dump: its place, groups of digits of one width, and perhaps the same bytes as text. */
const dumpLine = /^[ \t]*(?:[0-9a-f]{6,16}:?|0x[0-9a-f]{4,16}:)[ \t]{1,9}([0-9a-f]{1,16}(?:[ \t]{1,4}[0-9a-f]{1,16}(?![^ \t\r])){0,31})(?:[ \t]{1,60}(\S[^\n]*)?)?\r?$/i
const letterLine = /^[0-7]{7}((?: {3}.| {2}\\.| [0-7]{3}){1,32})$/
/** Longer lines are no dump's. */
const longestLine = 512
const shownControls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, a: 7, b: 8, f: 12, v: 11 }

/** Returns the lines that are dumps. */
function addDumps(builder: ViewBuilder, text: string): readonly Range[] {
  const lines: Range[] = []
  const read = { forward: createBytes(), swapped: createBytes(), octal: createBytes(), words: createBytes(), decimal: createBytes(), shown: createBytes(), letters: createBytes() }
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end === -1 ? text.length : end
    if (to - from <= longestLine && isPlace(text, from)) {
      const line = text.slice(from, to)
      const match = dumpLine.exec(line)
      const letters = letterLine.exec(line)
      if (match !== null) {
        addGroups(read, match[1] ?? '', from + line.indexOf(match[1] ?? '', line.search(/\S/) + (/\S+\s/.exec(line)?.[0].length ?? 0)))
        addShown(read.shown, match[2], to)
      }
      if (letters !== null) addLetters(read.letters, letters[1] ?? '', from + 7)
      if (match !== null || letters !== null) lines.push({ from, to })
    }
    from = to + 1
  }
  for (const bytes of Object.values(read)) add(builder, bytes)
  return lines
}

/** A dump begins its lines with at least four digits, perhaps behind `0x`. */
function isPlace(text: string, from: number): boolean {
  let at = from
  while (text.charCodeAt(at) === 32) at += 1
  if (text.startsWith('0x', at)) at += 2
  for (let n = at; n < at + 4; n += 1) if (!holds(isHex, text.charCodeAt(n))) return false
  return true
}

type Read = Readonly<Record<'forward' | 'swapped' | 'octal' | 'words' | 'decimal', Bytes>>

function addGroups(read: Read, groups: string, at: number): void {
  for (const match of groups.matchAll(/\S+/g)) {
    const [digits, from] = [match[0], at + match.index]
    const to = from + digits.length
    if (digits.length % 2 === 0 && !(digits.length === 6 && /^[0-7]+$/.test(digits))) {
      for (let n = 0; n < digits.length; n += 2) push(read.forward, Number.parseInt(digits.slice(n, n + 2), 16), from + n, from + n + 2)
      for (let n = digits.length - 2; n >= 0; n -= 2) push(read.swapped, Number.parseInt(digits.slice(n, n + 2), 16), from + n, from + n + 2)
    }
    if (digits.length === 6 && /^[0-7]+$/.test(digits)) {
      const word = Number.parseInt(digits, 8)
      push(read.words, word & 0xff, from, to)
      push(read.words, (word >> 8) & 0xff, from, to)
    }
    if (digits.length === 3 && /^[0-3][0-7]{2}$/.test(digits)) push(read.octal, Number.parseInt(digits, 8), from, to)
    if (/^\d{1,3}$/.test(digits) && Number(digits) < 256) push(read.decimal, Number(digits), from, to)
  }
}

/** The column that shows the bytes as text, perhaps between bars. */
function addShown(shown: Bytes, column: string | undefined, end: number): void {
  if (column === undefined) return
  const inner = /^[|>](.*)[|<]\r?$/.exec(column)?.[1] ?? column
  const from = end - column.length + (inner === column ? 0 : 1)
  for (let n = 0; n < inner.length; n += 1) push(shown, inner.charCodeAt(n) & 0xff, from + n, from + n + 1)
}

function addLetters(letters: Bytes, cells: string, at: number): void {
  for (let n = 0; n + 4 <= cells.length; n += 4) {
    const cell = cells.slice(n, n + 4)
    const value = cell.startsWith('   ') ? cell.charCodeAt(3) : cell.startsWith('  \\') ? (shownControls[cell.charAt(3)] ?? 0) : Number.parseInt(cell, 8)
    push(letters, value & 0xff, at + n, at + n + 4)
  }
}
