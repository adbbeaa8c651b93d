/**
 * An upper estimate of the tokens that a text costs, in the vocabularies that are in use. Prose costs about a token
 * per four characters, but digits, base64, punctuation and other scripts cost far more; a limit in characters alone
 * would let a hex dump cost three times its budget.
 */
export function toTokenEstimate(text: string): number {
  let tokens = 0
  for (const word of text.matchAll(/[A-Za-z]+|\d+| +|[\t\n\r]+|[^\x00-\x7f]|./gsu)) tokens += toTokens(word[0])
  return Math.ceil(tokens)
}

function toTokens(word: string): number {
  const code = word.charCodeAt(0)
  if (code > 0x7f) return code > 0x2fff ? 1.5 : 1
  if (code === 32) return word.length === 1 ? 0 : 0.5 + word.length / 24
  if (code === 9 || code === 10 || code === 13) return 0.5 + word.length / 8
  if (code >= 48 && code <= 57) return Math.ceil(word.length / 3)
  const isLetter = (code | 32) >= 97 && (code | 32) <= 122
  return isLetter ? toWordTokens(word) : 0.8
}

/** Words of one case are short in tokens; mixed case (base64, camel) breaks at each change. */
function toWordTokens(word: string): number {
  let breaks = 0
  for (let at = 1; at < word.length; at++) {
    if (isUpper(word, at) && !isUpper(word, at - 1)) breaks++
  }
  return Math.max(1, word.length / 5, breaks + 1)
}

function isUpper(word: string, at: number): boolean {
  return word.charCodeAt(at) < 97
}
