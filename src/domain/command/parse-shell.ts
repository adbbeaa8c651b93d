import { parseCompound } from './parse-compound.ts'
import { parseWord, toLiteralWord, toQuotedWord } from './parse-word.ts'
import type { FilledRedirect, ListStop, ShellCursor, ShellDialect } from './shell-cursor.ts'
import { charAt, createCursor, expectBash, isAtEnd, skipBlanks, skipContinuations, spend, startsWith } from './shell-cursor.ts'
import type { Assignment, Redirect, ShellNode, ShellWord, SimpleCommand } from './shell-node.ts'
import { findClosing } from './parse-word.ts'
import { Unreadable } from './unreadable.ts'

const operators: readonly Redirect['operator'][] = ['<<<', '<<', '<>', '<&', '<', '&>>', '&>', '>>', '>|', '>&', '>']
const declaring = new Set(['export', 'declare', 'typeset', 'local', 'readonly'])

/**
 * Reads a program for bash the way bash does. Throws `Unreadable` where it is not one.
 * The grammar is bash's own rather than a highlighter's: a joined line in the middle of a name, a word after a redirection, a
 * here-document before a semicolon all have to mean here what they will mean when they run.
 */
export function parseShell(source: string, { depth = 0, dialect = 'bash' }: { readonly depth?: number; readonly dialect?: ShellDialect } = {}): ShellNode {
  const cursor = createCursor(source, { depth, dialect, budget: { nodes: 0 }, parseList })
  const list = parseList(cursor, {})
  if (!isAtEnd(cursor)) throw new Unreadable(`it cannot be parsed near "${source.slice(cursor.at, cursor.at + 40).split('\n')[0] ?? ''}"`)
  readDocuments(cursor)
  return list
}

function parseList(cursor: ShellCursor, stop: ListStop): ShellNode {
  const items: ShellNode[] = []
  for (;;) {
    skipLines(cursor)
    if (isStop(cursor, stop)) return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'list', items }
    const item = parseAndOr(cursor)
    skipBlanks(cursor)
    const char = charAt(cursor)
    if (char === '&') {
      cursor.at += 1
      items.push({ kind: 'background', body: item })
    } else {
      items.push(item)
      if (char === ';' && !isArmEnd(cursor)) cursor.at += 1
      else if (char !== '\n' && !isStop(cursor, stop)) throw new Unreadable(`it cannot be parsed near "${cursor.source.slice(cursor.at, cursor.at + 40).split('\n')[0] ?? ''}"`)
    }
  }
}

function isArmEnd(cursor: ShellCursor): boolean {
  return startsWith(cursor, ';;') || startsWith(cursor, ';&')
}

function isStop(cursor: ShellCursor, stop: ListStop): boolean {
  if (isAtEnd(cursor)) return true
  if (stop.character === ')' && charAt(cursor) === ')') return true
  if (stop.arms === true && isArmEnd(cursor)) return true
  const word = peekReserved(cursor)
  return word !== undefined && ((stop.character === '}' && word === '}') || stop.words?.includes(word) === true)
}

/** A plain word that could be a reserved one, without moving. */
export function peekReserved(cursor: ShellCursor): string | undefined {
  const found = /^(?:[a-z]+|[{}!]|\[\[)/.exec(cursor.source.slice(cursor.at, cursor.at + 12))?.[0]
  if (found === undefined) return undefined
  const after = cursor.source.charAt(cursor.at + found.length)
  // What is cut in two by a joined line is read as a whole below, where a reserved word is refused as a name.
  return ' \t\n;&|()<>'.includes(after) || after === '' ? found : undefined
}

export function skipLines(cursor: ShellCursor): void {
  for (;;) {
    skipBlanks(cursor)
    if (charAt(cursor) !== '\n') return
    cursor.at += 1
    readDocuments(cursor)
  }
}

/** At the start of a line: the bodies of the here-documents that the line before announced. */
function readDocuments(cursor: ShellCursor): void {
  const documents = cursor.documents
  cursor.documents = []
  for (const document of documents) {
    let body = ''
    for (;;) {
      if (isAtEnd(cursor)) break
      let end = cursor.source.indexOf('\n', cursor.at)
      if (end === -1) end = cursor.source.length
      let line = cursor.source.slice(cursor.at, end)
      if (document.stripsTabs) line = line.replace(/^\t+/, '')
      cursor.at = Math.min(end + 1, cursor.source.length)
      if (line === document.delimiter) break
      // A substitution can close on the line that ends its document; then the line is not the delimiter alone.
      body += `${line}\n`
    }
    document.fill(document.literal ? toLiteralWord(body) : toQuotedWord(body, cursor))
  }
}

function parseAndOr(cursor: ShellCursor): ShellNode {
  let left = parsePipeline(cursor)
  for (;;) {
    skipBlanks(cursor)
    const kind = takeDouble(cursor, '&') ? 'and' : takeDouble(cursor, '|') ? 'or' : undefined
    if (kind === undefined) return left
    skipLines(cursor)
    left = { kind, left, right: parsePipeline(cursor) }
  }
}

/** `&&` or `||`, joined lines between the two included. */
function takeDouble(cursor: ShellCursor, char: string): boolean {
  if (charAt(cursor) !== char) return false
  const from = cursor.at
  cursor.at += 1
  skipContinuations(cursor)
  if (charAt(cursor) === char) {
    cursor.at += 1
    return true
  }
  cursor.at = from
  return false
}

function parsePipeline(cursor: ShellCursor): ShellNode {
  let negated = false
  for (;;) {
    skipBlanks(cursor)
    const word = peekReserved(cursor)
    if (word === '!') cursor.at += 1
    else if (word === 'time') {
      cursor.at += 4
      skipBlanks(cursor)
      if (/^-p(?=[ \t])/.test(cursor.source.slice(cursor.at, cursor.at + 3))) cursor.at += 2
    } else break
    negated ||= word === '!'
  }
  const items: ShellNode[] = []
  for (;;) {
    const isAlone = items.length === 0 && (isAtEnd(cursor) || '\n;&)'.includes(charAt(cursor)))
    items.push(isAlone ? { kind: 'list', items: [] } : parseCommand(cursor))
    skipBlanks(cursor)
    if (charAt(cursor) !== '|') break
    const from = cursor.at
    cursor.at += 1
    skipContinuations(cursor)
    if (charAt(cursor) === '|') {
      cursor.at = from
      break
    }
    if (charAt(cursor) === '&') cursor.at += 1
    skipLines(cursor)
  }
  const [only] = items
  return items.length === 1 && !negated && only !== undefined ? only : { kind: 'pipeline', items, negated }
}

export function parseCommand(cursor: ShellCursor): ShellNode {
  spend(cursor)
  skipBlanks(cursor)
  const compound = parseCompound(cursor)
  if (compound === undefined) return parseSimple(cursor)
  const redirects: Redirect[] = []
  for (;;) {
    skipBlanks(cursor)
    const redirect = parseRedirect(cursor)
    if (redirect === undefined) break
    redirects.push(redirect)
  }
  if (redirects.length === 0) return compound
  return { kind: 'redirected', body: compound, redirects }
}

function parseSimple(cursor: ShellCursor): ShellNode {
  const assignments: Assignment[] = []
  const words: ShellWord[] = []
  const redirects: Redirect[] = []
  let from = cursor.at
  let end = cursor.at
  for (;;) {
    skipBlanks(cursor)
    const redirect = parseRedirect(cursor)
    if (redirect !== undefined) {
      redirects.push(redirect)
      end = cursor.at
      continue
    }
    const takesArrays = declaring.has(words[0]?.text ?? '')
    const assignment = words.length === 0 || takesArrays ? parseAssignment(cursor, takesArrays) : undefined
    if (assignment !== undefined) {
      assignments.push(assignment)
      continue
    }
    if (words.length === 0) from = cursor.at
    const word = parseWord(cursor)
    if (word === undefined) break
    words.push(word)
    end = cursor.at
    skipBlanks(cursor)
    if (words.length === 1 && charAt(cursor) === '(') return parseFunction(cursor, word)
  }
  if (words.length + assignments.length + redirects.length === 0) throw new Unreadable(`it cannot be parsed near "${cursor.source.slice(cursor.at, cursor.at + 40).split('\n')[0] ?? ''}"`)
  const command: SimpleCommand = { kind: 'command', assignments, words, redirects, text: cursor.source.slice(from, end) }
  return command
}

function parseFunction(cursor: ShellCursor, word: ShellWord): ShellNode {
  cursor.at += 1
  skipBlanks(cursor)
  if (charAt(cursor) !== ')') throw new Unreadable('a bracket stands where none is expected')
  cursor.at += 1
  skipLines(cursor)
  return { kind: 'function', name: word.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''), body: parseCommand(cursor) }
}

/** `name=value`, `name[index]+=value`, `name=(values)`. `arrayOnly`: after `declare`, where the rest are ordinary words. */
function parseAssignment(cursor: ShellCursor, arrayOnly: boolean): Assignment | undefined {
  const from = cursor.at
  const name = /^[A-Za-z_]\w*/.exec(cursor.source.slice(from, from + 300))?.[0]
  if (name === undefined) return undefined
  cursor.at += name.length
  skipContinuations(cursor)
  let index: ShellWord | undefined
  if (charAt(cursor) === '[') {
    const end = findClosingOnLine(cursor)
    if (end === undefined) return back(cursor, from)
    index = toQuotedWord(cursor.source.slice(cursor.at + 1, end), cursor)
    cursor.at = end + 1
  }
  const appends = charAt(cursor) === '+'
  if (appends) cursor.at += 1
  skipContinuations(cursor)
  if (charAt(cursor) !== '=') return back(cursor, from)
  if (appends) expectBash(cursor, '+=')
  cursor.at += 1
  skipContinuations(cursor)
  if (charAt(cursor) === '(') return { name, index, appends, value: parseArray(cursor) }
  if (arrayOnly) return back(cursor, from)
  return { name, index, appends, value: parseWord(cursor) ?? { parts: [], text: '' } }
}

function findClosingOnLine(cursor: ShellCursor): number | undefined {
  const end = cursor.source.indexOf(']', cursor.at)
  if (end === -1 || !/^\]\+?=/.test(cursor.source.slice(end, end + 3))) return undefined
  return findClosing(cursor.source, cursor.at, '[', ']')
}

function back(cursor: ShellCursor, to: number): undefined {
  cursor.at = to
  return undefined
}

function parseArray(cursor: ShellCursor): readonly ShellWord[] {
  cursor.at += 1
  const words: ShellWord[] = []
  for (;;) {
    skipLines(cursor)
    if (charAt(cursor) === ')') break
    const word = parseWord(cursor)
    if (word === undefined) throw new Unreadable('a list of values is not closed')
    words.push(word)
  }
  cursor.at += 1
  return words
}

export function parseRedirect(cursor: ShellCursor): Redirect | undefined {
  const head = /^(?:\d+(?=[<>])|\{[A-Za-z_]\w*\}(?=[<>]))/.exec(cursor.source.slice(cursor.at, cursor.at + 200))?.[0] ?? ''
  const operator = operators.find((each) => cursor.source.startsWith(each, cursor.at + head.length))
  const after = operator === undefined ? '' : cursor.source.charAt(cursor.at + head.length + operator.length)
  if (operator === undefined || ((operator === '<' || operator === '>') && after === '(')) return undefined
  if (/[<>]/.test(operator) && cursor.source.startsWith('\\\n', cursor.at + head.length + operator.length)) throw new Unreadable('a redirection is cut in two')
  if (operator.startsWith('&') || operator === '<<<') expectBash(cursor, operator)
  cursor.at += head.length + operator.length
  const descriptor = head === '' ? undefined : head.startsWith('{') ? head.slice(1, -1) : Number(head)
  const stripsTabs = operator === '<<' && charAt(cursor) === '-'
  if (stripsTabs) cursor.at += 1
  skipBlanks(cursor)
  const target = parseWord(cursor)
  if (target === undefined) throw new Unreadable('a redirection goes nowhere')
  const redirect: FilledRedirect = { descriptor, operator, target }
  if (operator === '<<') {
    const quoted = target.parts.some((part) => part.kind === 'text' && part.quoted)
    if (target.parts.some((part) => part.kind !== 'text')) throw new Unreadable('the end of a here-document has something to expand in it')
    const delimiter = target.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
    redirect.target = { parts: [], text: '' }
    cursor.documents.push({ delimiter, literal: quoted, stripsTabs, fill: (body) => { redirect.target = body } })
  }
  return redirect
}
