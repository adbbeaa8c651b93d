import { runCharacters, shortestRun } from '../rules.ts'
import { createViewBuilder, type View } from './view.ts'

const isRun = new Uint8Array(128)
for (const each of runCharacters) isRun[each.charCodeAt(0)] = 1

/** Lines with a long run in them that has a digit: what may hold a secret is in one, however it is turned. */
function listLines(text: string): readonly { readonly from: number; readonly to: number }[] {
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

/** Lines from their end to their beginning, as `rev` writes them. */
export function viewReversed(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const { from, to } of listLines(text)) {
    builder.add(reverse(text.slice(from, to)), to, 'back')
    builder.add('\n', from, 'whole')
  }
  return builder.build()
}

export function reverse(text: string): string {
  let turned = ''
  for (let at = text.length - 1; at >= 0; at -= 1) turned += text.charAt(at)
  return turned
}

/** Letters moved on by half the alphabet. */
export function viewRotated(text: string): View | undefined {
  const builder = createViewBuilder()
  for (const { from, to } of listLines(text)) {
    builder.add(rotate(text.slice(from, to)), from, 'same')
    builder.add('\n', to, 'whole')
  }
  return builder.build()
}

export function rotate(text: string): string {
  return text.replaceAll(/[A-Za-z]+/g, (letters) => {
    let turned = ''
    for (let at = 0; at < letters.length; at += 1) {
      const code = letters.charCodeAt(at)
      turned += String.fromCharCode((code & 31) > 13 ? code - 13 : code + 13)
    }
    return turned
  })
}
