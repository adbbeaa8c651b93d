import { addStretches } from './stretches.ts'
import { createViewBuilder, type View, type ViewBuilder } from './view.ts'

/** Bytes that were read one after the other, with their places. */
interface Bytes {
  readonly values: number[]
  readonly from: number[]
  readonly to: number[]
}

const createBytes = (): Bytes => ({ values: [], from: [], to: [] })

function push(bytes: Bytes, value: number, from: number, to: number): void {
  bytes.values.push(value)
  bytes.from.push(from)
  bytes.to.push(to)
}

function add(builder: ViewBuilder, { values, from, to }: Bytes): void {
  if (values.length > 0) addStretches(builder, { bytes: Uint8Array.from(values), length: values.length, places: { from, to } })
}

/** Lists of bytes in hex (`73 6b`, `73:6b`, `0x73, 0x6b`, `736b 5f6c`), and of decimal or octal numbers. */
const lists = /(?<![0-9a-z])(?:(?:0x)?[0-9a-f]{2}(?:[\s,:;|{}"'[\]-]{1,6}(?:0x)?[0-9a-f]{2}(?![0-9a-z])){5,}|(?:0x)?(?:[0-9a-f]{2}){1,4}(?:[\s,:-]{1,4}(?:0x)?(?:[0-9a-f]{2}){1,4}(?![0-9a-z])){3,}|\d{1,3}(?:[\s,;]{1,6}\d{1,3}(?![0-9a-z])){5,})/gi
const number = /(?:0x)?([0-9a-f]+)/gi

/** What lists of numbers and dumps of bytes (`xxd`, `od`, `hexdump`) say. */
export function viewDumps(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const match of text.matchAll(lists)) addList(builder, match[0], match.index)
  addDumps(builder, text)
  return builder.build()
}

function addList(builder: ViewBuilder, list: string, at: number): void {
  const tokens = [...list.matchAll(number)].map((match) => ({ digits: match[1] ?? '', from: at + match.index, to: at + match.index + match[0].length }))
  const bases = [
    { base: 16, fits: tokens.every(({ digits }) => digits.length % 2 === 0) },
    { base: 10, fits: tokens.every(({ digits }) => /^\d{1,3}$/.test(digits)) },
    { base: 8, fits: tokens.every(({ digits }) => /^[0-7]{2,3}$/.test(digits)) },
  ]
  for (const { base, fits } of bases) {
    if (!fits) continue
    const bytes = createBytes()
    for (const { digits, from, to } of tokens) {
      if (base !== 16 || digits.length === 2) push(bytes, Number.parseInt(digits, base), from, to)
      else for (let n = 0; n < digits.length; n += 2) push(bytes, Number.parseInt(digits.slice(n, n + 2), 16), to - digits.length + n, to - digits.length + n + 2)
    }
    if (bytes.values.every((value) => value < 256)) add(builder, bytes)
  }
}

/** A line of a dump: its place, groups of digits of one width, and perhaps the same bytes as text. */
const dumpLine = /^[ \t]*(?:[0-9a-f]{6,16}:?|0x[0-9a-f]{4,16}:)[ \t]{1,9}((?:(?:[0-9a-f]{2}){1,8}|[0-7]{3}|[0-7]{6}|\d{1,3})(?:[ \t]{1,4}(?:(?:[0-9a-f]{2}){1,8}|[0-7]{3}|[0-7]{6}|\d{1,3})){0,31})(?:[ \t]{1,60}(\S.*)?)?$/gim
const letterLine = /^[0-7]{7}((?: {3}.| {2}\\.| [0-7]{3}){1,32})$/gm
const shownControls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, a: 7, b: 8, f: 12, v: 11 }

function addDumps(builder: ViewBuilder, text: string): void {
  const read = { forward: createBytes(), swapped: createBytes(), octal: createBytes(), words: createBytes(), decimal: createBytes(), shown: createBytes(), letters: createBytes() }
  for (const match of text.matchAll(dumpLine)) {
    const groups = match[1] ?? ''
    const at = match.index + match[0].indexOf(groups, match[0].search(/[ \t]+\S*$|(?<=\S)[ \t]/))
    addGroups(read, groups, at)
    addShown(read.shown, match)
  }
  for (const match of text.matchAll(letterLine)) addLetters(read.letters, match[1] ?? '', match.index + 7)
  for (const bytes of Object.values(read)) add(builder, bytes)
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
function addShown(shown: Bytes, match: RegExpExecArray): void {
  const column = match[2]
  if (column === undefined) return
  const inner = /^[|>](.*)[|<]$/.exec(column)?.[1] ?? column
  const from = match.index + match[0].length - column.length + (inner === column ? 0 : 1)
  for (let n = 0; n < inner.length; n += 1) push(shown, inner.charCodeAt(n) & 0xff, from + n, from + n + 1)
}

function addLetters(letters: Bytes, cells: string, at: number): void {
  for (let n = 0; n + 4 <= cells.length; n += 4) {
    const cell = cells.slice(n, n + 4)
    const value = cell.startsWith('   ') ? cell.charCodeAt(3) : cell.startsWith('  \\') ? (shownControls[cell.charAt(3)] ?? 0) : Number.parseInt(cell, 8)
    push(letters, value & 0xff, at + n, at + n + 4)
  }
}
