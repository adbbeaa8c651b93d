import { parseCommand, parseRedirect, peekReserved, skipLines } from './parse-shell.ts'
import { findArithmetic, parseWord, toQuotedWord } from './parse-word.ts'
import type { ListStop, ShellCursor } from './shell-cursor.ts'
import { charAt, expectBash, isAtEnd, skipBlanks, spend, startsWith } from './shell-cursor.ts'
import type { ShellNode, ShellWord } from './shell-node.ts'
import { Unreadable } from './unreadable.ts'

/** A command that has others in it. Undefined, and nothing read, where a simple one begins. */
export function parseCompound(cursor: ShellCursor): ShellNode | undefined {
  if (charAt(cursor) === '(') return parseRound(cursor)
  const word = peekReserved(cursor)
  if (word !== undefined && /^(?:\[\[|select|function|coproc)$/.test(word)) expectBash(cursor, word)
  switch (word) {
    case '{': return take(cursor, word, () => ({ kind: 'group', body: parseUntil(cursor, { character: '}' }, '}') }))
    case '[[': return take(cursor, word, () => parseCondition(cursor))
    case 'if': return take(cursor, word, () => parseIf(cursor))
    case 'while': case 'until': return take(cursor, word, () => ({ kind: 'while', test: parseUntil(cursor, { words: ['do'] }, 'do'), body: parseUntil(cursor, { words: ['done'] }, 'done') }))
    case 'for': case 'select': return take(cursor, word, () => parseFor(cursor))
    case 'case': return take(cursor, word, () => parseCase(cursor))
    case 'function': return take(cursor, word, () => parseNamedFunction(cursor))
    case 'coproc': return take(cursor, word, () => parseCoprocess(cursor))
    case 'then': case 'else': case 'elif': case 'fi': case 'do': case 'done': case 'esac': case '}': throw new Unreadable(`"${word}" stands where no command can`)
    default: return undefined
  }
}

function take(cursor: ShellCursor, word: string, parse: () => ShellNode): ShellNode {
  cursor.at += word.length
  return parse()
}

/** A list and the word that closes it. */
function parseUntil(cursor: ShellCursor, stop: ListStop, word: string): ShellNode {
  const body = cursor.parseList(cursor, stop)
  expectWord(cursor, word)
  return body
}

function expectWord(cursor: ShellCursor, word: string): void {
  if (peekReserved(cursor) !== word) throw new Unreadable(`"${word}" is missing`)
  cursor.at += word.length
}

function parseRound(cursor: ShellCursor): ShellNode {
  if (charAt(cursor, 1) === '(') {
    const arithmetic = findArithmetic(cursor)
    if (arithmetic !== undefined) expectBash(cursor, '((')
    if (arithmetic !== undefined) return { kind: 'arithmetic', expression: toQuotedWord(arithmetic, cursor) }
  }
  cursor.at += 1
  const body = cursor.parseList(cursor, { character: ')' })
  if (charAt(cursor) !== ')') throw new Unreadable('a bracket is not closed')
  cursor.at += 1
  return { kind: 'subshell', body }
}

function parseCondition(cursor: ShellCursor): ShellNode {
  const words: ShellWord[] = []
  for (;;) {
    skipLines(cursor)
    if (isAtEnd(cursor)) throw new Unreadable('"]]" is missing')
    if (peekReservedEnd(cursor)) {
      cursor.at += 2
      return { kind: 'condition', words }
    }
    const word = parseWord(cursor)
    if (word !== undefined) words.push(word)
    else if ('()<>&|;'.includes(charAt(cursor))) cursor.at += 1
    else throw new Unreadable('a condition cannot be parsed')
  }
}

function peekReservedEnd(cursor: ShellCursor): boolean {
  const after = charAt(cursor, 2)
  return startsWith(cursor, ']]') && (after === '' || ' \t\n;&|()<>'.includes(after))
}

function parseIf(cursor: ShellCursor): ShellNode {
  const branches: { test: ShellNode | undefined; body: ShellNode }[] = []
  const stop: ListStop = { words: ['elif', 'else', 'fi'] }
  for (;;) {
    const test = parseUntil(cursor, { words: ['then'] }, 'then')
    branches.push({ test, body: cursor.parseList(cursor, stop) })
    const word = peekReserved(cursor)
    if (word === 'elif') {
      cursor.at += 4
      continue
    }
    if (word === 'else') {
      cursor.at += 4
      branches.push({ test: undefined, body: cursor.parseList(cursor, { words: ['fi'] }) })
    }
    expectWord(cursor, 'fi')
    return { kind: 'if', branches }
  }
}

function parseFor(cursor: ShellCursor): ShellNode {
  skipBlanks(cursor)
  if (startsWith(cursor, '((')) {
    const text = findArithmetic(cursor)
    if (text === undefined) throw new Unreadable('a loop cannot be parsed')
    return { kind: 'counting', expressions: toQuotedWord(text, cursor), body: parseBody(cursor) }
  }
  const name = parseWord(cursor)?.text ?? ''
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Unreadable('a loop has no name')
  skipLines(cursor)
  let words: ShellWord[] | undefined
  if (peekReserved(cursor) === 'in') {
    cursor.at += 2
    words = []
    for (;;) {
      skipBlanks(cursor)
      const word = parseWord(cursor)
      if (word === undefined) break
      words.push(word)
    }
  }
  return { kind: 'for', name, words, body: parseBody(cursor) }
}

function parseBody(cursor: ShellCursor): ShellNode {
  skipBlanks(cursor)
  if (charAt(cursor) === ';') cursor.at += 1
  skipLines(cursor)
  const word = peekReserved(cursor) === '{' ? '{' : 'do'
  expectWord(cursor, word)
  return word === '{' ? parseUntil(cursor, { character: '}' }, '}') : parseUntil(cursor, { words: ['done'] }, 'done')
}

function parseCase(cursor: ShellCursor): ShellNode {
  skipBlanks(cursor)
  const subject = parseWord(cursor)
  if (subject === undefined) throw new Unreadable('a case has no subject')
  skipLines(cursor)
  expectWord(cursor, 'in')
  const arms: { patterns: ShellWord[]; body: ShellNode }[] = []
  for (;;) {
    spend(cursor)
    skipLines(cursor)
    if (peekReserved(cursor) === 'esac') {
      cursor.at += 4
      return { kind: 'case', subject, arms }
    }
    if (charAt(cursor) === '(') cursor.at += 1
    const patterns: ShellWord[] = []
    for (;;) {
      skipBlanks(cursor)
      const pattern = parseWord(cursor)
      if (pattern === undefined) throw new Unreadable('a case cannot be parsed')
      patterns.push(pattern)
      skipBlanks(cursor)
      const char = charAt(cursor)
      cursor.at += 1
      if (char === ')') break
      if (char !== '|') throw new Unreadable('a case cannot be parsed')
    }
    arms.push({ patterns, body: cursor.parseList(cursor, { words: ['esac'], arms: true }) })
    for (const end of [';;&', ';;', ';&']) {
      if (!startsWith(cursor, end)) continue
      cursor.at += end.length
      break
    }
  }
}

function parseNamedFunction(cursor: ShellCursor): ShellNode {
  skipBlanks(cursor)
  const name = parseWord(cursor)?.text
  if (name === undefined) throw new Unreadable('a function has no name')
  skipBlanks(cursor)
  if (charAt(cursor) === '(') {
    cursor.at += 1
    skipBlanks(cursor)
    if (charAt(cursor) !== ')') throw new Unreadable('a function cannot be parsed')
    cursor.at += 1
  }
  skipLines(cursor)
  return { kind: 'function', name, body: parseCommand(cursor) }
}

function parseCoprocess(cursor: ShellCursor): ShellNode {
  skipBlanks(cursor)
  const from = cursor.at
  // `coproc NAME { … }`: a name only where a compound command comes after it.
  if (/^[A-Za-z_]\w*[ \t]+[({]/.test(cursor.source.slice(from, from + 200))) {
    parseWord(cursor)
    skipBlanks(cursor)
  }
  if (parseRedirect(cursor) !== undefined) throw new Unreadable('a coprocess cannot be parsed')
  return { kind: 'coprocess', body: parseCommand(cursor) }
}
