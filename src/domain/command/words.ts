import type { ShellNode } from './shell-node.ts'

/** Stands in a word for what cannot be known before the command runs. */
export const unknownPart = '\u0000'

/** A word after expansion: text in which `unknownPart` may stand. */
export type Word = string

export function isKnown(word: Word): boolean {
  return !word.includes(unknownPart)
}

/** What expansions need to know, and the way to look into the commands in a word. */
export interface Scope {
  /** Undefined where nothing is known of it; a list for an array. */
  find(name: string): Word | readonly Word[] | undefined
  positional(): readonly Word[]
  assign(name: string, value: Word): void
  /** Runs a substitution's commands in analysis; their output as far as it is known. */
  substitute(node: ShellNode): Word
  /** `<(…)` and `>(…)`: what would be read from it, as far as it is known. */
  open(node: ShellNode): void
}

interface Char {
  readonly c: string
  readonly quoted: boolean
  /** It came of an expansion: white space divides fields. */
  readonly splits: boolean
}

/** Bounds of one word. */
const longestWord = 20_000
const mostFields = 256

/** The fields that a word becomes. */
export function expandWord(node: ShellNode, scope: Scope): Word[] {
  const chars = toChars(node, scope, false)
  // "" is a word; an empty expansion is none.
  if (chars.length === 0) return isQuoted(node) ? [''] : []
  return expandBraces(chars.slice(0, longestWord)).slice(0, mostFields).flatMap(splitFields)
}

function isQuoted(node: ShellNode): boolean {
  return ['string', 'raw_string', 'ansi_c_string', 'translated_string'].includes(node.type) || (['command_name', 'concatenation'].includes(node.type) && node.children.some(isQuoted))
}

/** As in an assignment or a quoted place: one word, nothing is divided. */
export function expandWhole(node: ShellNode, scope: Scope): Word {
  return toChars(node, scope, true).map(({ c }) => (c === fieldEnd ? ' ' : c)).join('').slice(0, longestWord)
}

/** Between the fields of "$@" and the like, which stay apart although they are quoted. */
const fieldEnd = '\u0001'

function plain(text: string, quoted: boolean, splits = false): Char[] {
  return [...text].map((c) => ({ c, quoted, splits }))
}

function toChars(node: ShellNode, scope: Scope, quoted: boolean): Char[] {
  switch (node.type) {
    case 'word': case 'number': case 'variable_name': case 'special_variable_name': case 'extglob_pattern': case 'regex': case 'test_operator': case 'file_descriptor':
      return node.children.length > 0 && node.children.some((each) => each.named) ? pieces(node, scope, quoted) : fromEscaped(node.text, quoted)
    case 'raw_string': return plain(node.text.slice(1, -1), true)
    case 'ansi_c_string': return plain(decodeAnsi(node.text.slice(2, -1)), true)
    case 'translated_string': return node.children.flatMap((each) => (each.named ? toChars(each, scope, true) : []))
    case 'string': return fromString(node, scope)
    case 'string_content': return fromDoubleQuoted(node.text)
    case 'simple_expansion': return fromValue(valueOf(node.text.slice(1), scope, quoted), quoted)
    case 'expansion': return fromValue(expandParameter(node, scope, quoted), quoted)
    case 'command_substitution': return plain(scope.substitute(node).replace(/\n+$/, ''), quoted, true)
    case 'process_substitution': {
      scope.open(node)
      return plain('/dev/fd/63', true)
    }
    case 'arithmetic_expansion': return plain(/^\$\(\(\s*\d+\s*\)\)$/.test(node.text) ? node.text.replaceAll(/[^\d]/g, '') : unknownPart, quoted, false)
    case 'brace_expression': return plain(node.text, false)
    case 'command_name': case 'concatenation': case 'array': return pieces(node, scope, quoted)
    default: return node.children.some((each) => each.named) ? pieces(node, scope, quoted) : fromEscaped(node.text, quoted)
  }
}

function pieces(node: ShellNode, scope: Scope, quoted: boolean): Char[] {
  return node.children.flatMap((each) => toChars(each, scope, quoted))
}

/** Gaps between the parts of a string are text that the grammar passes over. */
function fromString(node: ShellNode, scope: Scope): Char[] {
  const chars: Char[] = []
  let at = node.start + 1
  for (const child of node.children) {
    if (child.text === '"' && !child.named) continue
    if (child.start > at) chars.push(...fromDoubleQuoted(node.text.slice(at - node.start, child.start - node.start)))
    chars.push(...toChars(child, scope, true))
    at = child.start + child.text.length
  }
  const end = node.start + node.text.length - 1
  if (end > at) chars.push(...fromDoubleQuoted(node.text.slice(at - node.start, end - node.start)))
  return chars
}

function fromDoubleQuoted(text: string): Char[] {
  return plain(text.replaceAll(/\\\n/g, '').replaceAll(/\\([$`"\\])/g, '$1'), true)
}

function fromEscaped(text: string, quoted: boolean): Char[] {
  const chars: Char[] = []
  for (let n = 0; n < text.length; n += 1) {
    if (text[n] === '\\' && n + 1 < text.length) {
      n += 1
      if (text[n] !== '\n') chars.push({ c: text[n] as string, quoted: true, splits: false })
    } else chars.push({ c: text[n] as string, quoted, splits: false })
  }
  return chars
}

function fromValue(value: Word | readonly Word[], quoted: boolean): Char[] {
  if (typeof value === 'string') return plain(value, quoted, true)
  return value.flatMap((each, n) => [...(n > 0 ? [{ c: fieldEnd, quoted: true, splits: true }] : []), ...plain(each, quoted, true)])
}

function valueOf(name: string, scope: Scope, quoted: boolean): Word | readonly Word[] {
  if (name === '@' || name === '*') return scope.positional()
  if (/^\d+$/.test(name)) return scope.positional()[Number(name) - 1] ?? (name === '0' ? unknownPart : '')
  if (/^[?!$#\-_]$/.test(name)) return unknownPart
  const value = scope.find(name)
  if (value === undefined) return unknownPart
  return typeof value === 'string' || quoted ? (typeof value === 'string' ? value : (value[0] ?? '')) : (value[0] ?? '')
}

/** `${name…}` in the forms that a shell has; what is not known stays unknown. */
function expandParameter(node: ShellNode, scope: Scope, quoted: boolean): Word | readonly Word[] {
  const inner = node.text.slice(2, -1)
  const array = /^([A-Za-z_]\w*|[@*])(\[[@*]\])?$/.exec(inner)
  if (array) {
    const [, name = '', all] = array
    const value = scope.find(name)
    if (all !== undefined) return value === undefined ? unknownPart : value
    return valueOf(name, scope, quoted)
  }
  const indexed = /^([A-Za-z_]\w*)\[(\d+)\]$/.exec(inner)
  if (indexed) {
    const value = scope.find(indexed[1] ?? '')
    return value === undefined || typeof value === 'string' ? unknownPart : (value[Number(indexed[2])] ?? '')
  }
  const parts = /^([A-Za-z_]\w*|\d+|[@*])(:?[-=+?]|##?|%%?|\/\/?|:|\^\^?|,,?)([\s\S]*)$/.exec(inner)
  if (!parts) return unknownPart
  const [, name = '', operator = '', rest = ''] = parts
  const found = /^\d+$/.test(name) ? scope.positional()[Number(name) - 1] : name === '@' || name === '*' ? scope.positional().join(' ') : scope.find(name)
  const argument = operandOf(node, scope)
  const value = found === undefined || typeof found === 'string' ? found : found[0]
  return applyOperator({ name, operator, rest, value, argument }, scope)
}

function applyOperator({ name, operator, rest, value, argument }: { readonly name: string; readonly operator: string; readonly rest: string; readonly value: Word | undefined; readonly argument: Word }, scope: Scope): Word {
  const isUnset = value === undefined || (operator.startsWith(':') && value === '')
  switch (operator) {
    case '-': case ':-':
      // An unknown variable may be set by the environment to anything.
      return isUnset ? argument : value
    case '=': case ':=':
      if (isUnset) scope.assign(name, argument)
      return isUnset ? argument : value
    case '+': case ':+': return isUnset ? '' : argument
    case '?': case ':?': return value ?? unknownPart
    default: break
  }
  if (value === undefined || !isKnown(value) || !isKnown(argument)) return unknownPart
  const pattern = toExpression(argument)
  switch (operator) {
    case '#': return value.replace(new RegExp(`^(?:${toExpression(argument, true)})`, 's'), '')
    case '##': return value.replace(new RegExp(`^(?:${pattern})`, 's'), '')
    case '%': return cutEnd(value, pattern, false)
    case '%%': return cutEnd(value, pattern, true)
    case '^': return value.slice(0, 1).toUpperCase() + value.slice(1)
    case '^^': return value.toUpperCase()
    case ',': return value.slice(0, 1).toLowerCase() + value.slice(1)
    case ',,': return value.toLowerCase()
    case ':': {
      const [from = '', length] = rest.split(':')
      if (!/^\s*-?\d+\s*$/.test(from) || (length !== undefined && !/^\s*-?\d+\s*$/.test(length))) return unknownPart
      const start = Number(from) < 0 ? value.length + Number(from) : Number(from)
      return length === undefined ? value.slice(start) : value.slice(start, Number(length) < 0 ? value.length + Number(length) : start + Number(length))
    }
    case '/': case '//': {
      const slash = rest.search(/(?<!\\)\//)
      const [from, to] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)]
      if (/[$`'"]/.test(rest)) return unknownPart
      return value.replace(new RegExp(toExpression(from), operator === '//' ? 'gs' : 's'), () => to)
    }
    default: return unknownPart
  }
}

function cutEnd(value: string, pattern: string, longest: boolean): string {
  const whole = new RegExp(`^(?:${pattern})$`, 's')
  const starts = Array.from({ length: value.length + 1 }, (_, n) => n)
  const at = (longest ? starts : starts.toReversed()).find((n) => whole.test(value.slice(n)))
  return at === undefined ? value : value.slice(0, at)
}

/** What stands behind the operator, expanded as far as it is known. */
function operandOf(node: ShellNode, scope: Scope): Word {
  const at = node.children.findIndex((each) => each.field === 'operator')
  if (at < 0) return ''
  return node.children.slice(at + 1, -1).filter((each) => each.text !== '}').map((each) => expandWhole(each, scope)).join('')
}

/** A shell pattern as a regular expression's source. */
function toExpression(pattern: string, shortest = false): string {
  const more = shortest ? '*?' : '*'
  return pattern.replaceAll(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', `[\\s\\S]${more}`).replaceAll('?', '[\\s\\S]')
}

function decodeAnsi(text: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', e: '\u001B', E: '\u001B', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"', '?': '?' }
  return text.replaceAll(/\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|c.|[\s\S])/g, (whole, code: string) => {
    if (/^[xuU]/.test(code) && code.length > 1) return String.fromCodePoint(Math.min(0x10FFFF, Number.parseInt(code.slice(1), 16)))
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255)
    return named[code] ?? whole
  })
}

/** Escapes as `echo -e` and `printf` know them. */
export function decodeEscapes(text: string): string {
  return decodeAnsi(text.replaceAll(/\\0([0-7]{1,3})/g, '\\$1'))
}

function textOf(chars: readonly Char[]): string {
  return chars.map(({ c }) => c).join('')
}

/** `{a,b}` and `{1..3}`, where they are not quoted. */
function expandBraces(chars: readonly Char[], depth = 0): Char[][] {
  if (depth > 6) return [[...chars]]
  for (let open = 0; open < chars.length; open += 1) {
    if (!isBare(chars[open], '{') || (open > 0 && isBare(chars[open - 1], '$'))) continue
    const close = findClose(chars, open)
    if (close === undefined) continue
    const inner = chars.slice(open + 1, close)
    const options = optionsOf(inner)
    if (options.length === 0) continue
    const tails = expandBraces(chars.slice(close + 1), depth + 1)
    return options.flatMap((option) => expandBraces(option, depth + 1)).flatMap((option) => tails.map((tail) => [...chars.slice(0, open), ...option, ...tail])).slice(0, mostFields)
  }
  return [[...chars]]
}

function isBare(char: Char | undefined, c: string): boolean {
  return char !== undefined && char.c === c && !char.quoted && !char.splits
}

function findClose(chars: readonly Char[], open: number): number | undefined {
  let depth = 0
  for (let n = open; n < chars.length; n += 1) {
    if (isBare(chars[n], '{')) depth += 1
    if (isBare(chars[n], '}') && --depth === 0) return n
  }
  return undefined
}

function optionsOf(inner: readonly Char[]): Char[][] {
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(textOf(inner))
  if (range) {
    const [from, to] = [Number(range[1]), Number(range[2])]
    const count = Math.min(Math.abs(to - from) + 1, 64)
    return Array.from({ length: count }, (_, n) => plain(String(from + (to >= from ? n : -n)), true))
  }
  const options: Char[][] = [[]]
  let depth = 0
  for (const char of inner) {
    if (isBare(char, '{')) depth += 1
    if (isBare(char, '}')) depth -= 1
    if (depth === 0 && isBare(char, ',')) options.push([])
    else options.at(-1)?.push(char)
  }
  return options.length > 1 ? options : []
}

/** An unquoted expansion is divided at white space, and gone where it is empty. */
function splitFields(chars: readonly Char[]): Word[] {
  const fields: string[] = []
  let current = ''
  let there = false
  const end = (): void => {
    if (there) fields.push(current)
    current = ''
    there = false
  }
  for (const { c, quoted, splits } of chars) {
    if (c === fieldEnd) {
      there = true
      end()
    } else if (splits && !quoted && /\s/.test(c)) end()
    else {
      current += c
      there = true
    }
  }
  end()
  return fields
}
