import type { ExpansionHost, PartValue } from './expand-word.ts'
import { expandText, runArithmetic } from './expand-word.ts'
import { toExpression, toExpressionSource } from './shell-pattern.ts'
import type { Expansion, ShellWord } from './shell-node.ts'
import { findVariable, setVariable } from './shell-state.ts'
import { ANY, FIELD, FIELDS, isKnown, toUnknown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** The value of `$name` or `${…}`. */
export function expandParameter(expansion: Expansion, quoted: boolean, host: ExpansionHost): PartValue {
  const { operator } = expansion
  if (operator === 'names') return FIELDS
  const value = expansion.prefix === '!' ? findIndirect(expansion, quoted, host) : findValue(expansion, quoted, host)
  if (expansion.prefix === '#') return toLength(value)
  const isOptional = /^:?[-=+?]$/.test(operator)
  if (isOptional) return choose(expansion, value, host)
  if (operator === '') return value ?? ''
  if (value === undefined) return ''
  return typeof value === 'string' ? transform(value, expansion, host) : transformAll(value, expansion, host)
}

function toLength(value: PartValue | undefined): string {
  if (value === undefined) return '0'
  if (typeof value === 'string') return isKnown(value) ? String(value.length) : FIELD
  return value.every((each) => isKnown(each)) ? String(value.length) : FIELD
}

function findIndirect(expansion: Expansion, quoted: boolean, host: ExpansionHost): PartValue {
  if (expansion.index !== undefined) return FIELDS
  const name = findValue({ ...expansion, prefix: '' }, quoted, host)
  if (typeof name !== 'string' || !isKnown(name)) return ANY
  if (!/^(?:[A-Za-z_]\w*|\d+|[@*#])$/.test(name)) throw new Unreadable('a variable is named in a way that is not understood')
  return findValue({ ...expansion, name, prefix: '' }, quoted, host) ?? ''
}

/** Undefined where it is not set. */
function findValue(expansion: Expansion, quoted: boolean, host: ExpansionHost): PartValue | undefined {
  const { name, index } = expansion
  const special = findSpecial(name, quoted, host)
  if (special !== undefined) return special
  if (/^\d+$/.test(name)) return findPositional(Number(name), host)
  const variable = findVariable(host.state, name, host.env)
  if (variable === undefined) return undefined
  if (index === undefined) return typeof variable.value === 'string' ? variable.value : variable.value[0]
  const items = typeof variable.value === 'string' ? [variable.value] : variable.value
  const key = expandText(index, host)
  if (key === '@') return items
  if (key === '*') return quoted ? joinByIfs(items, host) : items
  if (typeof variable.value === 'string' && !isKnown(variable.value)) return variable.value
  const at = runArithmetic(index, host)
  if (!/^-?\d+$/.test(at)) return toUnknown(...items)
  return items.at(Number(at))
}

function findSpecial(name: string, quoted: boolean, host: ExpansionHost): PartValue | undefined {
  const { state } = host
  switch (name) {
    case '@': return state.positional
    case '*': return quoted ? joinByIfs(state.positional, host) : state.positional
    case '#': return state.positional.every((each) => isKnown(each)) ? String(state.positional.length) : FIELD
    case '?': case '$': case '!': case 'RANDOM': case 'SECONDS': case 'LINENO': case 'BASHPID': case 'PPID': case 'UID': case 'EUID': case 'SRANDOM': return FIELD
    case '-': return 'hBc'
    case 'PWD': return state.cwd ?? FIELD
    case '_': case 'OLDPWD': case 'BASH_COMMAND': case 'FUNCNAME': case 'BASH_SOURCE': case 'REPLY': case 'DIRSTACK': return state.variables.has(name) ? undefined : ANY
    default: return undefined
  }
}

function findPositional(at: number, host: ExpansionHost): string | undefined {
  const { positional, self } = host.state
  if (at === 0) return self
  const before = positional.slice(0, at)
  // A place among words of unknown number could be any of them.
  if (before.some((each) => /[\uE001\uE004]/.test(each))) return toUnknown(...positional)
  return positional[at - 1]
}

function joinByIfs(items: readonly string[], host: ExpansionHost): string {
  const separators = findVariable(host.state, 'IFS', host.env)?.value
  if (typeof separators !== 'string') return items.join(' ')
  return isKnown(separators) ? items.join(separators.charAt(0)) : toUnknown(...items)
}

/** `${name:-word}` and its kin. What may or may not be set could be either. */
function choose(expansion: Expansion, value: PartValue | undefined, host: ExpansionHost): PartValue {
  const { operator, word } = expansion
  const sign = operator.slice(-1)
  const text = typeof value === 'string' || value === undefined ? value : value.length === 0 ? undefined : value.join(' ')
  const isUnknown = text !== undefined && !isKnown(text) && text.length <= 1
  const isUnset = text === undefined || (operator.startsWith(':') && text === '')
  const alternative = (): string => (word === undefined ? '' : expandText(word, host))
  if (sign === '+') {
    if (isUnknown) return toUnknown(alternative())
    return isUnset ? '' : alternative()
  }
  if (sign === '?') return isUnset ? '' : (value ?? '')
  if (isUnknown) {
    const other = alternative()
    if (sign === '=') setVariable(host.state, expansion.name, toUnknown(text, other))
    return toUnknown(text, other)
  }
  if (!isUnset) return value ?? ''
  const other = alternative()
  if (sign === '=') setVariable(host.state, expansion.name, other)
  return other
}

function transformAll(items: readonly string[], expansion: Expansion, host: ExpansionHost): PartValue {
  if (expansion.operator !== ':') return items.map((each) => transform(each, expansion, host))
  const from = toNumber(expansion.word, host)
  const count = expansion.second === undefined ? undefined : toNumber(expansion.second, host)
  if (from === undefined || (expansion.second !== undefined && count === undefined) || items.some((each) => !isKnown(each))) return [toUnknown(...items).replace(ANY, FIELDS)]
  // Of "$@" the first is number 1, and number 0 is the shell itself.
  const whole = expansion.name === '@' || expansion.name === '*' ? [host.state.self, ...items] : items
  const at = from < 0 ? Math.max(0, whole.length + from) : from
  return whole.slice(at, count === undefined ? undefined : count < 0 ? count : at + count)
}

function toNumber(word: ShellWord | undefined, host: ExpansionHost): number | undefined {
  if (word === undefined) return undefined
  const text = runArithmetic(word, host)
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

function transform(value: string, expansion: Expansion, host: ExpansionHost): string {
  const { operator, word, second } = expansion
  host.charge(value.length)
  if (operator === ':') {
    const from = toNumber(word, host)
    const count = second === undefined ? undefined : toNumber(second, host)
    if (!isKnown(value) || from === undefined || (second !== undefined && count === undefined)) return toUnknown(value)
    const at = from < 0 ? value.length + from : from
    return at < 0 ? '' : value.slice(at, count === undefined ? undefined : count < 0 ? count : at + count)
  }
  const pattern = word === undefined ? '' : expandText(word, host, true)
  if (!isKnown(value) || !isKnown(pattern)) {
    if (second !== undefined) return toUnknown(value, expandText(second, host))
    return toUnknown(value)
  }
  switch (operator) {
    case '#': return value.replace(toExpression(`^(?:${toExpressionSource(pattern, 'lazy')})`), '')
    case '##': return value.replace(toExpression(`^(?:${toExpressionSource(pattern)})`), '')
    case '%': return removeEnd(value, pattern, 'short')
    case '%%': return removeEnd(value, pattern, 'long')
    case '/': case '//': case '/#': case '/%': return substitute(value, pattern, second === undefined ? '' : expandText(second, host), operator)
    case '^': return value.charAt(0).toUpperCase() + value.slice(1)
    case '^^': return changeCase(value, pattern, (char) => char.toUpperCase())
    case ',': return value.charAt(0).toLowerCase() + value.slice(1)
    case ',,': return changeCase(value, pattern, (char) => char.toLowerCase())
    case '@': return toTransformed(value, pattern)
    default: throw new Unreadable('an expansion is not understood')
  }
}

function toTransformed(value: string, letter: string): string {
  if (letter === 'U') return value.toUpperCase()
  if (letter === 'L') return value.toLowerCase()
  if (letter === 'u') return value.charAt(0).toUpperCase() + value.slice(1)
  throw new Unreadable('an expansion is not understood')
}

function changeCase(value: string, pattern: string, change: (char: string) => string): string {
  if (pattern === '') return change(value)
  const test = toExpression(`^(?:${toExpressionSource(pattern)})$`)
  return [...value].map((char) => (test.test(char) ? change(char) : char)).join('')
}

function removeEnd(value: string, pattern: string, which: 'short' | 'long'): string {
  const test = toExpression(`^(?:${toExpressionSource(pattern)})$`)
  if (value.length > 5000) return ANY
  const places = Array.from({ length: value.length + 1 }, (_, index) => index)
  const at = (which === 'long' ? places : places.toReversed()).find((place) => test.test(value.slice(place)))
  return at === undefined ? value : value.slice(0, at)
}

function substitute(value: string, pattern: string, replacement: string, operator: string): string {
  const source = toExpressionSource(pattern)
  if (source === '') return value
  // Whether it stands for what was found depends on the version of bash.
  if (replacement.includes('&')) return ANY
  const anchored = operator === '/#' ? `^(?:${source})` : operator === '/%' ? `(?:${source})$` : source
  return value.replace(toExpression(anchored, operator === '//' ? 'g' : ''), () => replacement)
}
