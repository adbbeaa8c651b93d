import { decodeAnsi } from './decode-escapes.ts'
import { parseExpansion } from './parse-expansion.ts'
import type { CursorParent, ShellCursor } from './shell-cursor.ts'
import { charAt, createCursor, expectBash, isAtEnd, skipContinuations, spend, startsWith } from './shell-cursor.ts'
import type { ShellWord, WordPart } from './shell-node.ts'
import { Unreadable } from './unreadable.ts'

const metacharacters = new Set([' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>', ''])
const escapedInDouble = new Set(['$', '`', '"', '\\'])

/** Collects the parts of a word; neighbouring text of one kind is one part. */
export class WordParts {
  readonly parts: WordPart[] = []

  text(text: string, quoted: boolean): void {
    const last = this.parts.at(-1)
    if (last?.kind === 'text' && last.quoted === quoted) this.parts[this.parts.length - 1] = { kind: 'text', text: last.text + text, quoted }
    else this.parts.push({ kind: 'text', text, quoted })
  }

  add(part: WordPart): void {
    this.parts.push(part)
  }
}

/** A word as it stands in a command. Undefined where none begins here. `ends` are further characters that end it, such as `}`. */
export function parseWord(cursor: ShellCursor, ends = ''): ShellWord | undefined {
  spend(cursor)
  const from = cursor.at
  const word = new WordParts()
  for (;;) {
    skipContinuations(cursor)
    const char = charAt(cursor)
    const next = charAt(cursor, 1)
    if ((char === '<' || char === '>') && next === '(') word.add(parseProcess(cursor))
    else if ('?*+@!'.includes(char) && char !== '' && next === '(') word.text(takeBalanced(cursor), false)
    else if (metacharacters.has(char) || ends.includes(char)) break
    else parsePiece(cursor, word)
  }
  return cursor.at === from || word.parts.length === 0 ? undefined : { parts: word.parts, text: cursor.source.slice(from, cursor.at) }
}

/** One quoted or plain piece outside double quotes. */
export function parsePiece(cursor: ShellCursor, word: WordParts): void {
  const char = charAt(cursor)
  if (char === '\\') {
    if (cursor.at + 1 >= cursor.source.length) word.text('\\', true)
    else word.text(charAt(cursor, 1), true)
    cursor.at += 2
  } else if (char === "'") {
    const end = cursor.source.indexOf("'", cursor.at + 1)
    if (end === -1) throw new Unreadable('a quote is not closed')
    word.text(cursor.source.slice(cursor.at + 1, end), true)
    cursor.at = end + 1
  } else if (char === '"') {
    cursor.at += 1
    word.text('', true)
    parseQuoted(cursor, word, (at) => charAt(at) === '"', '"')
    cursor.at += 1
  } else if (char === '$' || char === '`') parseDollar(cursor, word, false)
  else {
    word.text(char, false)
    cursor.at += 1
  }
}

/** Text in which only `$`, backquotes and backslashes mean something, up to where `isEnd` says. */
export function parseQuoted(cursor: ShellCursor, word: WordParts, isEnd: (cursor: ShellCursor) => boolean, quote: '"' | ''): void {
  for (;;) {
    skipContinuations(cursor)
    if (isEnd(cursor)) return
    if (isAtEnd(cursor)) throw new Unreadable('a quote is not closed')
    const char = charAt(cursor)
    if (char === '\\') {
      const next = charAt(cursor, 1)
      const drops = escapedInDouble.has(next) && !(quote === '' && next === '"')
      word.text(drops ? next : `\\${next}`, true)
      cursor.at += 2
    } else if (char === '$' || char === '`') parseDollar(cursor, word, true)
    else {
      word.text(char, true)
      cursor.at += 1
    }
  }
}

/** What a dollar sign or a backquote begins. */
export function parseDollar(cursor: ShellCursor, word: WordParts, quoted: boolean): void {
  spend(cursor)
  if (charAt(cursor) === '`') return parseBackquoted(cursor, word, quoted)
  cursor.at += 1
  skipContinuations(cursor)
  const char = charAt(cursor)
  if (char === '(') {
    const arithmetic = charAt(cursor, 1) === '(' ? findArithmetic(cursor) : undefined
    if (arithmetic === undefined) {
      cursor.at += 1
      word.add({ kind: 'command', body: parseNested(cursor), quoted })
    } else word.add({ kind: 'arithmetic', expression: toQuotedWord(arithmetic, cursor), quoted })
  } else if (char === '[') {
    const end = findClosing(cursor.source, cursor.at, '[', ']')
    word.add({ kind: 'arithmetic', expression: toQuotedWord(cursor.source.slice(cursor.at + 1, end), cursor), quoted })
    cursor.at = end + 1
  } else if (char === '{') word.add({ kind: 'parameter', expansion: parseExpansion(cursor, quoted), quoted })
  else if (char === "'" && !quoted) {
    expectBash(cursor, "$'…'")
    const end = findAnsiEnd(cursor)
    word.text(decodeAnsi(cursor.source.slice(cursor.at + 1, end)), true)
    cursor.at = end + 1
  } else if (char === '"' && !quoted) parsePiece(cursor, word)
  else {
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(cursor.source.slice(cursor.at, cursor.at + 200))?.[0]
    if (name === undefined) word.text('$', quoted)
    else {
      cursor.at += name.length
      // A name that is cut in two by a joined line would be read as another one.
      if (startsWith(cursor, '\\\n') && /^\w/.test(name) && !/^\d/.test(name)) throw new Unreadable('the name of a variable is cut in two')
      word.add({ kind: 'parameter', expansion: { name, prefix: '', index: undefined, operator: '', word: undefined, second: undefined }, quoted })
    }
  }
}

function parseNested(cursor: ShellCursor): ReturnType<ShellCursor['parseList']> {
  const inner: ShellCursor = { ...createCursor('', cursor), source: cursor.source, at: cursor.at }
  const body = inner.parseList(inner, { character: ')' })
  if (charAt(inner) !== ')' || inner.documents.length > 0) throw new Unreadable('a substitution is not closed')
  cursor.at = inner.at + 1
  return body
}

function parseProcess(cursor: ShellCursor): WordPart {
  const direction = charAt(cursor) === '<' ? 'in' : 'out'
  cursor.at += 2
  return { kind: 'process', direction, body: parseNested(cursor) }
}

function parseBackquoted(cursor: ShellCursor, word: WordParts, quoted: boolean): void {
  let text = ''
  cursor.at += 1
  for (;;) {
    if (isAtEnd(cursor)) throw new Unreadable('a backquote is not closed')
    const char = charAt(cursor)
    if (char === '`') break
    const next = charAt(cursor, 1)
    if (char === '\\' && ('`\\$'.includes(next) || (quoted && next === '"')) && next !== '') {
      text += next
      cursor.at += 2
    } else {
      text += char
      cursor.at += 1
    }
  }
  cursor.at += 1
  const inner = createCursor(text, cursor)
  const body = inner.parseList(inner, {})
  if (!isAtEnd(inner)) throw new Unreadable('a substitution is not closed')
  word.add({ kind: 'command', body, quoted })
}

/** At `((`: the text up to `))` if it closes like arithmetic, and the cursor is past it. Otherwise these are two subshells. */
export function findArithmetic(cursor: ShellCursor): string | undefined {
  const end = findClosing(cursor.source, cursor.at + 1, '(', ')')
  if (cursor.source.charAt(end + 1) !== ')') return undefined
  const text = cursor.source.slice(cursor.at + 2, end)
  cursor.at = end + 2
  return text
}

/** The place of the bracket that closes the one at `from`; quotes and backslashes are passed over. */
export function findClosing(source: string, from: number, open: string, close: string): number {
  let depth = 0
  for (let at = from; at < source.length; at += 1) {
    const char = source.charAt(at)
    if (char === '\\') at += 1
    else if (char === "'" || char === '"') at = findQuoteEnd(source, at)
    else if (char === open) depth += 1
    else if (char === close) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  throw new Unreadable('a bracket is not closed')
}

function findQuoteEnd(source: string, from: number): number {
  const quote = source.charAt(from)
  for (let at = from + 1; at < source.length; at += 1) {
    if (source.charAt(at) === '\\' && quote === '"') at += 1
    else if (source.charAt(at) === quote) return at
  }
  throw new Unreadable('a quote is not closed')
}

function findAnsiEnd(cursor: ShellCursor): number {
  for (let at = cursor.at + 1; at < cursor.source.length; at += 1) {
    if (cursor.source.charAt(at) === '\\') at += 1
    else if (cursor.source.charAt(at) === "'") return at
  }
  throw new Unreadable('a quote is not closed')
}

function takeBalanced(cursor: ShellCursor): string {
  const end = findClosing(cursor.source, cursor.at + 1, '(', ')')
  const text = cursor.source.slice(cursor.at, end + 1)
  if (/[$`]/.test(text)) throw new Unreadable('a pattern has something to expand in it')
  cursor.at = end + 1
  return text
}

/** A text of its own, such as the body of a here-document, read like one in double quotes. */
export function toQuotedWord(text: string, parent: CursorParent): ShellWord {
  const cursor = createCursor(text, parent)
  const word = new WordParts()
  parseQuoted(cursor, word, isAtEnd, '')
  return { parts: word.parts, text }
}

export function toLiteralWord(text: string): ShellWord {
  return { parts: [{ kind: 'text', text, quoted: true }], text }
}
