import { createViewBuilder, type View, type ViewBuilder } from './view.ts'

/** A byte or a character written as a number: `%41`, `\x41`, `\u0041`, `\101`, `=41`, `&#65;`, `&#x41;`; and a soft end of a line. */
const escape = /%([0-9a-f]{2})|\\x([0-9a-f]{2})|\\u\{?([0-9a-f]{4})\}?|\\([0-3][0-7]{2})|=([0-9A-F]{2})|&#(\d{1,5});|&#x([0-9a-f]{1,4});|=\r?\n|\\([nrt])/gi
const hint = /%[0-9a-f]{2}|\\x[0-9a-f]{2}|\\u\{?[0-9a-f]{4}|\\[0-3][0-7]{2}|=[0-9A-F]{2}|&#\w{1,5};|=\r?\n|[A-Za-z0-9+/]{16}\\n/i
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** Text whose escapes are what they stand for; what stands around them stays, because it may tell what they are. */
export function viewEscapes(text: string): View | undefined {
  if (!hint.test(text)) return undefined
  const builder = createViewBuilder()
  let at = 0
  escape.lastIndex = 0
  for (const match of text.matchAll(escape)) {
    addSame(builder, text, at, match.index)
    const [all, percent, x, u, octal, quoted, decimal, entity, control] = match
    const hex = percent ?? x ?? u ?? quoted ?? entity
    const code = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : decimal !== undefined ? Number(decimal) : -1
    const said = code >= 0 ? String.fromCharCode(code) : (controls[control?.toLowerCase() ?? ''] ?? '')
    if (said !== '') builder.add(said, match.index, 'whole', all.length)
    at = match.index + all.length
  }
  if (at === 0) return undefined
  addSame(builder, text, at, text.length)
  return builder.build()
}

function addSame(builder: ViewBuilder, text: string, from: number, to: number): void {
  if (to > from) builder.add(text.slice(from, to), from, 'same')
}
