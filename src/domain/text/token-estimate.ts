/**
 * An upper estimate of the tokens that a text costs in the vocabularies in use (o200k, cl100k). Prose costs about a token
 * per four characters; digits, base64, punctuation and other scripts cost far more, and a limit in characters alone
 * would let a hex dump cost three times its budget.
 */
export function toTokenEstimate(text: string): number {
  let tokens = 0
  for (const word of text.matchAll(/[A-Za-z]+|\d+| +|[\t\n\r]+|./gsu)) tokens += toTokens(word[0])
  return Math.ceil(tokens)
}

function toTokens(word: string): number {
  const code = word.codePointAt(0) ?? 0
  if (code > 0x7f) return toForeignTokens(code)
  if (code === 32) return word.length === 1 ? 0.1 : 1
  if (code === 9 || code === 10 || code === 13) return 0.9 + word.length / 16
  if (code < 32) return 1.5
  if (code >= 48 && code <= 57) return Math.ceil(word.length / 3)
  const isLetter = (code | 32) >= 97 && (code | 32) <= 122
  return isLetter ? toWordTokens(word) : 0.7
}

function toForeignTokens(code: number): number {
  if (code > 0xffff) return 3
  if (code >= 0x2190 && code < 0x2c00) return code >= 0x2500 && code < 0x2580 ? 1 : 2
  if (code > 0x2fff || code < 0x100) return 1.4
  return 0.8
}

/** Names break where their case changes; where it changes all the time (base64) hardly two characters stay together. */
function toWordTokens(word: string): number {
  let changes = 0
  let starts = 1
  for (let at = 1; at < word.length; at++) {
    const isUpper = word.charCodeAt(at) < 97
    if (isUpper === word.charCodeAt(at - 1) < 97) continue
    changes++
    if (isUpper) starts++
  }
  if (word.length > 3 && changes / word.length > 0.3) return word.length / 1.4
  // Between digits, as in hex, even short runs of letters are tokens of their own; long words without sense are too.
  return Math.max(starts, word.length / 6)
}
