import { createViewBuilder, type View, type ViewBuilder } from './view.ts'

/**
 * A byte or a character written as a number: `%41`, `\x41`, `\u0041`, `\101`, `=41`, `&#65;`, `&#x41;`; a soft end of a line; and
 * the `\n` of a string behind a run.
 */
const escape = /%([0-9a-f]{2})|\\x([0-9a-f]{2})|\\u\{?([0-9a-f]{4})\}?|\\([0-3][0-7]{2})|=([0-9A-F]{2})|&#(\d{1,5});|&#x([0-9a-f]{1,4});|=\r?\n|\\([nrt])(?<=[A-Za-z0-9+/=_-]{12}\\.)/gi
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
/** So much is read before and behind an escape: it may tell what the rest is. */
const around = 256

/** What stands near escapes, with each as what it stands for. */
export function viewEscapes(text: string): View | undefined {
  const builder = createViewBuilder()
  let at = 0
  for (const match of text.matchAll(escape)) {
    addSame(builder, text, at, match.index)
    const said = toSaid(match)
    if (said !== '') builder.add(said, match.index, 'whole', match[0].length)
    at = match.index + match[0].length
  }
  if (at > 0) addSame(builder, text, at, text.length)
  return builder.build()
}

function toSaid([, percent, x, u, octal, quoted, decimal, entity, control]: RegExpExecArray): string {
  const hex = percent ?? x ?? u ?? quoted ?? entity
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
  if (decimal !== undefined) return String.fromCharCode(Number(decimal))
  return controls[control?.toLowerCase() ?? ''] ?? ''
}

/** What stands between two escapes; of much of it only what is near them. */
function addSame(builder: ViewBuilder, text: string, from: number, to: number): void {
  if (to <= from) return
  if (to - from <= around * 2) {
    builder.add(text.slice(from, to), from, 'same')
    return
  }
  if (from > 0) builder.add(text.slice(from, from + around), from, 'same')
  builder.part()
  if (to < text.length) builder.add(text.slice(to - around, to), to - around, 'same')
}
