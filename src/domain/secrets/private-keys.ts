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
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const from = match.index + match[0].length
    const end = text.indexOf('-----END', from)
    const to = end !== -1 && end - from <= longest ? end : Math.min(text.length, from + longest)
    addLines(spans, text, from, to)
    begin.lastIndex = to
  }
  return spans
}

/** Runs of Base64 (with the `\n` of a string in a program between them), of at least 16 characters or the body's last line. */
const line = /[A-Za-z0-9+/=]{4,}(?:(?:\\{1,2}[rn])+[A-Za-z0-9+/=]{4,})*/g

function addLines(spans: Span[], text: string, from: number, to: number): void {
  const body = text.slice(from, to)
  line.lastIndex = 0
  for (let match = line.exec(body); match !== null; match = line.exec(body)) {
    const before = body.charCodeAt(match.index - 1)
    // Headers of old keys (`Proc-Type: 4,ENCRYPTED`) are words in a line with a colon.
    const isBody = match[0].length >= 16 || (spans.length > 0 && /^[A-Za-z0-9+/=]+$/.test(match[0]) && before === 10)
    if (!isBody) continue
    // The `n` of an escaped line feed belongs to the escape.
    const skip = before === 92 && /^[rn]/.test(match[0]) ? 1 : 0
    spans.push({ from: from + match.index + skip, to: from + match.index + match[0].length, kind: 'private-key' })
  }
}
