import { runCharacters, shortestRun } from '../rules.ts'
import { toText } from './to-text.ts'
import { createViewBuilder, type Range, type View } from './view.ts'

const isRun = new Uint8Array(128)
for (const each of runCharacters) isRun[each.charCodeAt(0)] = 1

/** Lines with a long run in them that has a digit: what may hold a secret is in one, however it is turned. */
function listLines(text: string): readonly Range[] {
  if (listed.text !== text) listed = { text, lines: searchLines(text) }
  return listed.lines
}

/** A text is turned in more ways than one. */
let listed: { readonly text: string; readonly lines: readonly Range[] } = { text: '', lines: [] }

function searchLines(text: string): readonly Range[] {
  const lines: { from: number; to: number }[] = []
  const { length } = text
  let lineStart = 0
  let start = 0
  let hasDigit = false
  let isWanted = false
  for (let at = 0; at <= length; at += 1) {
    const code = at === length ? 10 : text.charCodeAt(at)
    if (code < 128 && isRun[code] === 1) {
      if (code <= 57 && code >= 48) hasDigit = true
      continue
    }
    if (hasDigit && at - start >= shortestRun) isWanted = true
    start = at + 1
    hasDigit = false
    if (code !== 10) continue
    if (isWanted) lines.push({ from: lineStart, to: at })
    lineStart = at + 1
    isWanted = false
  }
  return lines
}

let codes = new Uint16Array(8_192)

function getCodes(length: number): Uint16Array {
  if (codes.length < length) codes = new Uint16Array(length * 2)
  return codes
}

/** Lines from their end to their beginning, as `rev` writes them. */
export function viewReversed(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const { from, to } of listLines(text)) {
    builder.add(reverse(text, from, to), to, 'back')
    builder.part()
  }
  return builder.build()
}

export function reverse(text: string, from = 0, to = text.length): string {
  const turned = getCodes(to - from)
  for (let at = to - 1, n = 0; at >= from; at -= 1, n += 1) turned[n] = text.charCodeAt(at)
  return toText(turned, 0, to - from)
}

/** Letters moved on by half the alphabet. */
export function viewRotated(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const { from, to } of listLines(text)) {
    builder.add(rotate(text, from, to), from, 'same')
    builder.part()
  }
  return builder.build()
}

export function rotate(text: string, from = 0, to = text.length): string {
  const turned = getCodes(to - from)
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    const letter = code | 32
    turned[at - from] = letter >= 97 && letter <= 122 && code < 128 ? (letter > 109 ? code - 13 : code + 13) : code
  }
  return toText(turned, 0, to - from)
}
