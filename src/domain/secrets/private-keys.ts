import type { Span } from './find-secrets.ts'

const begin = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
/** Longest key that is looked at, in characters. */
const longest = 16_384

/**
 * The bodies of private keys, line by line, so that a text keeps its lines; begin and end stay to say what was there.
 * A body goes on to its end mark, or as far as it looks like one where the text was cut off.
 */
export function findPrivateKeys(text: string): Span[] {
  const spans: Span[] = []
  begin.lastIndex = 0
  let end = 0
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const from = match.index + match[0].length
    // Looked for once, however many beginnings come before it.
    if (end !== -1 && end < from) end = text.indexOf('-----END', from)
    const to = end !== -1 && end - from <= longest ? end : toOpenEnd(text, from)
    addLines(spans, text, from, to)
    begin.lastIndex = to
  }
  return spans
}

/** A body that was cut off goes on as long as its lines are Base64 or headers. */
const body = /(?:[\r\n]+[ \t]*(?:[A-Za-z0-9+/=]{4,}|[A-Z][\w-]{2,20}: [^\r\n]{1,80})(?=[\r\n]|$)|(?:\\{1,2}[rn])+[A-Za-z0-9+/=]{4,})*/y

function toOpenEnd(text: string, from: number): number {
  body.lastIndex = from
  return Math.min(from + longest, from + (body.exec(text)?.[0].length ?? 0))
}

/** Of programs, which also write such marks, the words are none: a line of a key has digits and both cases. */
function isRandom(text: string): boolean {
  return /\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text)
}

/** Runs of Base64 (with the `\n` of a string in a program between them), of at least 16 characters or the body's last line. */
const line = /[A-Za-z0-9+/=]{4,}(?:(?:\\{1,2}[rn])+[A-Za-z0-9+/=]{4,})*/g

function addLines(spans: Span[], text: string, from: number, to: number): void {
  const inner = text.slice(from, to)
  line.lastIndex = 0
  for (let match = line.exec(inner); match !== null; match = line.exec(inner)) {
    const before = inner.charCodeAt(match.index - 1)
    // Headers of old keys (`Proc-Type: 4,ENCRYPTED`) are words in a line with a colon.
    const isBody = (match[0].length >= 16 && isRandom(match[0])) || (spans.length > 0 && /^[A-Za-z0-9+/=]+$/.test(match[0]) && before === 10)
    if (!isBody) continue
    // The `n` of an escaped line feed belongs to the escape.
    const skip = before === 92 && /^[rn]/.test(match[0]) ? 1 : 0
    spans.push({ from: from + match.index + skip, to: from + match.index + match[0].length, kind: 'private-key' })
  }
}
