import { findClosing, parseDollar, parsePiece, toQuotedWord, WordParts } from './parse-word.ts'
import type { ShellCursor } from './shell-cursor.ts'
import { charAt, isAtEnd, skipContinuations } from './shell-cursor.ts'
import type { Expansion, ShellWord } from './shell-node.ts'
import { Unreadable } from './unreadable.ts'

const operators = [':-', ':=', ':+', ':?', '##', '#', '%%', '%', '//', '/#', '/%', '/', '^^', '^', ',,', ',', '@', '-', '=', '+', '?', ':']
/** Their word is text, in double quotes as well; that of the others is a pattern, where quotes mean something. */
const textual = new Set([':-', ':=', ':+', ':?', '-', '=', '+', '?'])

/** At the brace of `${…}`; leaves the cursor behind it. */
export function parseExpansion(cursor: ShellCursor, quoted: boolean): Expansion {
  cursor.at += 1
  skipContinuations(cursor)
  const rest = (): string => cursor.source.slice(cursor.at, cursor.at + 300)
  let prefix: Expansion['prefix'] = ''
  const mark = /^[!#](?=[A-Za-z_0-9@*?$!-])/.exec(rest())?.[0]
  if (mark === '!' || (mark === '#' && !/^#[-?](?!\})/.test(rest()))) {
    prefix = mark
    cursor.at += 1
  }
  const name = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/.exec(rest())?.[0]
  if (name === undefined) throw new Unreadable('an expansion has no name')
  cursor.at += name.length
  skipContinuations(cursor)
  if (/^\w/.test(charAt(cursor))) throw new Unreadable('the name of a variable is cut in two')
  let index: ShellWord | undefined
  if (charAt(cursor) === '[') {
    const end = findClosing(cursor.source, cursor.at, '[', ']')
    index = toQuotedWord(cursor.source.slice(cursor.at + 1, end), cursor)
    cursor.at = end + 1
  }
  // `${!name*}` and `${!name@}` list names.
  if (prefix === '!' && /^[*@]\}/.test(rest())) {
    cursor.at += 2
    return { name, prefix, index, operator: 'names', word: undefined, second: undefined }
  }
  const operator = operators.find((each) => cursor.source.startsWith(each, cursor.at)) ?? ''
  cursor.at += operator.length
  const isLiteral = quoted && textual.has(operator)
  const splits = operator.startsWith('/') ? '/' : operator === ':' ? ':' : ''
  const word = operator === '' ? undefined : parseOperand(cursor, isLiteral, splits, quoted)
  let second: ShellWord | undefined
  if (splits !== '' && charAt(cursor) === splits) {
    cursor.at += 1
    second = parseOperand(cursor, false, '', quoted)
  }
  if (charAt(cursor) !== '}') throw new Unreadable('an expansion is not closed')
  cursor.at += 1
  return { name, prefix, index, operator, word, second }
}

function parseOperand(cursor: ShellCursor, isLiteral: boolean, end: string, quoted: boolean): ShellWord {
  const from = cursor.at
  const word = new WordParts()
  for (;;) {
    skipContinuations(cursor)
    if (isAtEnd(cursor)) throw new Unreadable('an expansion is not closed')
    const char = charAt(cursor)
    if (char === '}' || (end !== '' && char === end)) break
    if (isLiteral && char === "'") {
      word.text(char, true)
      cursor.at += 1
    } else if (isLiteral && char === '\\' && !'$`"\\}'.includes(charAt(cursor, 1))) {
      word.text('\\', true)
      cursor.at += 1
    } else if (char === '$' || char === '`') parseDollar(cursor, word, quoted)
    else parsePiece(cursor, word)
  }
  return { parts: word.parts, text: cursor.source.slice(from, cursor.at) }
}
