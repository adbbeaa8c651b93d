import { runCharacters, shortestRun } from '../rules.ts'
import { toText } from './to-text.ts'
import { createViewBuilder, type Range, type View } from './view.ts'

const isRun = new Uint8Array(128)
for (const each of runCharacters) isRun[each.charCodeAt(0)] = 1
/** So much of the line before and behind a run is turned with it: it may tell what the run is. */
const around = 200

/** Long runs with a digit in them, with what is around them in their lines: there a secret is, however it is turned. */
function listPlaces(text: string): readonly Range[] {
  const places: { from: number; to: number }[] = []
  const { length } = text
  let lineStart = 0
  let start = 0
  let hasDigit = false
  for (let at = 0; at <= length; at += 1) {
    const code = at === length ? 10 : text.charCodeAt(at)
    if (code < 128 && isRun[code] === 1) {
      if (code <= 57 && code >= 48) hasDigit = true
      continue
    }
    if (hasDigit && at - start >= shortestRun) {
      const from = Math.max(lineStart, start - around)
      const lineEnd = text.slice(at, at + around).indexOf('\n')
      const to = lineEnd === -1 ? Math.min(length, at + around) : at + lineEnd
      const last = places.at(-1)
      if (last !== undefined && from <= last.to && lineStart <= last.to) last.to = Math.max(last.to, to)
      else places.push({ from, to })
    }
    start = at + 1
    hasDigit = false
    if (code === 10) lineStart = at + 1
  }
  return places
}

/** Lines from their end to their beginning, as `rev` writes them. */
export function viewReversed(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const { from, to } of listPlaces(text)) {
    builder.add(reverse(text.slice(from, to)), to, 'back')
    builder.part()
  }
  return builder.build()
}

export function reverse(text: string): string {
  const { length } = text
  const bytes = new Uint8Array(length)
  let all = 0
  for (let at = 0, to = length - 1; at < length; at += 1, to -= 1) {
    const code = text.charCodeAt(at)
    all |= code
    bytes[to] = code
  }
  return all < 256 ? toText(bytes, 0, length) : toText(Uint16Array.from({ length }, (_, at) => text.charCodeAt(length - 1 - at)), 0, length)
}

/** Letters moved on by half the alphabet. */
export function viewRotated(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const { from, to } of listPlaces(text)) {
    builder.add(rotate(text.slice(from, to)), from, 'same')
    builder.part()
  }
  return builder.build()
}

const rotated = Uint8Array.from({ length: 256 }, (_, code) => {
  const letter = code | 32
  return letter < 97 || letter > 122 || code > 127 ? code : letter > 109 ? code - 13 : code + 13
})

export function rotate(text: string): string {
  const { length } = text
  const bytes = new Uint8Array(length)
  let all = 0
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at)
    all |= code
    bytes[at] = rotated[code & 255] ?? 0
  }
  return all < 256 ? toText(bytes, 0, length) : text.replaceAll(/[A-Za-z]+/g, rotate)
}
