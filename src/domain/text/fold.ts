/** Characters that editors and models swap for plain ones, by the plain one. Each is one UTF-16 unit, so offsets hold. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ...[...'‘’‚‛′'].map((char) => [char, "'"] as const),
  ...[...'“”„‟″'].map((char) => [char, '"'] as const),
  ...[...'‐‑‒–—―−'].map((char) => [char, '-'] as const),
  ...[...'\u00a0\u2002\u2003\u2007\u2009\u202f\u3000'].map((char) => [char, ' '] as const),
])
const FANCY = new RegExp(`[${[...PLAIN.keys()].join('')}]`, 'g')

/** Curly quotes, long dashes and unusual spaces as their plain characters. The length does not change. */
export function foldPunctuation(text: string): string {
  return text.replaceAll(FANCY, (char) => PLAIN.get(char) ?? char)
}

/** A text with `\r\n` as `\n`, and where each of its characters was. */
export interface Folded {
  readonly text: string
  /** Offset in the original of every character; one more entry than characters. */
  readonly origin: Uint32Array
}

export function foldLineEnds(content: string): Folded {
  const origin = new Uint32Array(content.length + 1)
  let length = 0
  for (let at = 0; at < content.length; at++) {
    if (content.charCodeAt(at) === 13 && content.charCodeAt(at + 1) === 10) continue
    origin[length++] = at
  }
  origin[length] = content.length
  return { text: content.replaceAll('\r\n', '\n'), origin: origin.subarray(0, length + 1) }
}

export function toIndent(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
