/**
 * Text that is known only in part. What cannot be known stands in it as one character out of Unicode's private use area, and so
 * do the signs of an unquoted pattern: `*`, `?` and `[` that files will be put in place of.
 */
const unknownText = { any: '\uE000', fields: '\uE001', field: '\uE002' }
/** The same three, where what is not known comes from a secret. */
const secretText = { any: '\uE003', fields: '\uE004', field: '\uE005' }
const patterns: Readonly<Record<string, string>> = { '*': '\uE010', '?': '\uE011', '[': '\uE012' }
const plain: Readonly<Record<string, string>> = { '\uE010': '*', '\uE011': '?', '\uE012': '[' }

/** Any text at all. Unquoted it becomes any number of words. */
export const ANY = unknownText.any
/** Any number of words. */
export const FIELDS = unknownText.fields
/** One word, also where it is not quoted: a file's name out of a pattern. */
export const FIELD = unknownText.field
export const SECRET = secretText.any

/** Does a source use the characters that stand for what is not known? Then nothing could be told about it. */
export function hasMarks(text: string): boolean {
  return /[\uE000-\uE01F]/.test(text)
}

export function isKnown(text: string | undefined): boolean {
  return text !== undefined && !/[\uE000-\uE005]/.test(text)
}

/** Known, and no pattern that files could be put in place of. */
export function isExact(text: string | undefined): boolean {
  return text !== undefined && !/[\uE000-\uE012]/.test(text)
}

export function hasPattern(text: string): boolean {
  return /[\uE010-\uE012]/.test(text)
}

export function hasSecret(text: string): boolean {
  return /[\uE003-\uE005]/.test(text)
}

/** Could it be any number of words? */
export function isSpread(text: string): boolean {
  return /[\uE001\uE004]/.test(text)
}

/** Signs of patterns as they are written. */
export function toPlain(text: string): string {
  return text.replaceAll(/[\uE010-\uE012]/g, (char) => plain[char] ?? char)
}

export function markPatterns(text: string): string {
  return text.replaceAll(/[*?[]/g, (char) => patterns[char] ?? char)
}

/** What an unquoted use makes of a value before it is split. */
export function toUnquoted(text: string): string {
  return markPatterns(text).replaceAll(ANY, FIELDS).replaceAll(SECRET, secretText.fields)
}

/** For a person or a rule: null where it is not wholly known. */
export function toKnownWord(text: string): string | null {
  return isKnown(text) ? toPlain(text) : null
}

/** For a path or a message: `*` for what is not known. */
export function toShown(text: string): string {
  return toPlain(text).replaceAll(/[\uE000-\uE005]+/g, '*')
}

/** What one of several texts could be. */
export function joinTexts(a: string, b: string): string {
  if (a === b) return a
  return hasSecret(a) || hasSecret(b) ? SECRET : ANY
}

/** A text about which nothing is known but whether it may hold a secret. */
export function toUnknown(...from: readonly string[]): string {
  return from.some(hasSecret) ? SECRET : ANY
}
