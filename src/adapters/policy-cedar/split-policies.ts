/** One policy of a file: its text from the first annotation to the semicolon, and where it begins. */
export interface PolicyText {
  readonly text: string
  /** Of its first character, in UTF-16 code units. */
  readonly offset: number
  /** 1-based. */
  readonly line: number
}

/**
 * Cuts a file of Cedar policies at its semicolons. Only for text that Cedar parses: inside strings and comments a semicolon
 * is none, and nothing else of the grammar matters.
 */
export function splitPolicies(text: string): PolicyText[] {
  const found: PolicyText[] = []
  const tokens = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|;|[^\s"/;]+|\//gs
  let start: number | undefined
  for (const token of text.matchAll(tokens)) {
    if (token[0].startsWith('//')) continue
    start ??= token.index
    if (token[0] !== ';') continue
    found.push({ text: text.slice(start, token.index + 1), offset: start, line: lineAt(text, start) })
    start = undefined
  }
  return found
}

/** 1-based line of a UTF-16 offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

/** Cedar counts bytes of UTF-8 where JavaScript counts code units. */
export function lineAtByte(text: string, byte: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, byte)).split('\n').length
}

const annotations = /^(?:\s|\/\/[^\n]*\n|@\w+\s*(?:\(\s*"(?:[^"\\]|\\.)*"\s*\))?)*/s

/** A rule from `permit` or `forbid` on. */
export function withoutAnnotations(text: string): string {
  return text.replace(annotations, '')
}
