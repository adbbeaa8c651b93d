import { decodeEcho } from './decode-escapes.ts'
import { toExpression } from './shell-pattern.ts'
import { ANY, hasPattern, isExact, isKnown, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/**
 * What a program that only turns text into text would print, if that can be told. `read` gives the content of a file that it is
 * given. Undefined: it cannot.
 */
export function toKnownOutput(words: readonly string[], stdin: string, read: (path: string) => string | undefined): string | undefined {
  const [name = '', ...args] = words
  if (args.some((arg) => hasPattern(arg))) {
    // A pattern that matches no file stays what it is; whether one does is not known.
    return name === 'echo' || name === 'printf' ? ANY : undefined
  }
  const options = args.filter((arg) => /^-./.test(arg))
  const operands = args.filter((arg) => !/^-./.test(arg))
  switch (name) {
    case 'echo': return echo(args)
    case 'printf': return printf(args)
    case 'cat': return options.length === 0 ? joinInputs(operands, stdin, read) : undefined
    case 'tac': return mapInput(operands, stdin, read, (text) => text.replace(/\n$/, '').split('\n').toReversed().map((line) => `${line}\n`).join(''))
    case 'rev': return mapInput(operands, stdin, read, (text) => text.split('\n').map((line) => [...line].toReversed().join('')).join('\n'))
    case 'tee': return stdin
    case 'base64': return options.some((option) => /^(?:-d|-D|--decode|-di|-id)$/.test(option)) ? mapInput(operands, stdin, read, decodeBase64) : options.length === 0 ? mapInput(operands, stdin, read, encodeBase64) : undefined
    case 'openssl': return args[0] === 'base64' || args[0] === 'enc' ? (args.includes('-d') && args.every((arg) => /^(?:base64|enc|-base64|-d|-A|-a)$/.test(arg)) ? mapInput([], stdin, read, decodeBase64) : undefined) : undefined
    case 'xxd': return options.some((option) => option.includes('r')) && options.join('').includes('p') ? mapInput(operands, stdin, read, decodeHex) : undefined
    case 'tr': return isKnown(stdin) ? translate(args, stdin) : undefined
    case 'cut': return isKnown(stdin) ? cut(args, stdin) : undefined
    case 'head': case 'tail': return args.length <= 2 && isKnown(stdin) ? takeLines(name, args, stdin) : undefined
    case 'sed': return args.length === 1 && isExact(operands[0]) && isKnown(stdin) ? replaceLines(operands[0] ?? '', stdin) : undefined
    case 'basename': return isExact(operands[0]) && operands.length === 1 && options.length === 0 ? `${(operands[0] ?? '').split('/').at(-1) ?? ''}\n` : undefined
    case 'which': case 'type': return isExact(operands[0]) && operands.length === 1 ? `${operands[0]}\n` : undefined
    default: return undefined
  }
}

function joinInputs(operands: readonly string[], stdin: string, read: (path: string) => string | undefined): string | undefined {
  if (operands.length === 0) return stdin
  let text = ''
  for (const operand of operands) {
    const content = operand === '-' ? stdin : read(operand)
    if (content === undefined) return undefined
    text += content
  }
  return text
}

function mapInput(operands: readonly string[], stdin: string, read: (path: string) => string | undefined, change: (text: string) => string): string | undefined {
  const text = joinInputs(operands, stdin, read)
  return text !== undefined && isKnown(text) ? change(text) : undefined
}

function echo(args: readonly string[]): string {
  let at = 0
  let ends = '\n'
  let decodes = false
  for (; /^-[neE]+$/.test(args[at] ?? ''); at += 1) {
    const option = args[at] ?? ''
    if (option.includes('n')) ends = ''
    if (option.includes('e')) decodes = true
    if (option.includes('E')) decodes = false
  }
  const text = args.slice(at).join(' ')
  if (!decodes) return text + ends
  const stop = text.indexOf('\\c')
  return stop === -1 ? decodeEcho(text) + ends : decodeEcho(text.slice(0, stop))
}

function printf(args: readonly string[]): string | undefined {
  const [format, ...values] = args[0] === '--' ? args.slice(1) : args
  if (format === undefined || !isExact(format)) return undefined
  if (format.includes('\\c') || values.length > 500) return undefined
  let text = ''
  let at = 0
  const take = (): string => values[at++] ?? ''
  let isClear = true
  do {
    const before = at
    text += format.replaceAll(/%%|%([-+ #0]*)(\d*)(?:\.(\d+))?([a-zA-Z])|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[^])/g, (all, flags?: string, width?: string, precision?: string, letter?: string) => {
      if (all === '%%') return '%'
      // In the format an octal number needs no zero in front, and may have one.
      if (all.startsWith('\\')) return decodeEcho(/^\\0/.test(all) ? `\\0${all.slice(1)}` : all)
      const value = take()
      if (letter === 's' || letter === 'b') {
        const own = letter === 'b' ? decodeEcho(value) : value
        if (own.includes('\\c') && letter === 'b') isClear = false
        const cut = precision === undefined ? own : own.slice(0, Number(precision))
        if (!isKnown(own) && (precision !== undefined || width !== '')) return ANY
        return flags?.includes('-') === true ? cut.padEnd(Number(width)) : cut.padStart(Number(width))
      }
      const number = /^["'](.)/.exec(value) === null ? Number(value === '' ? 0 : value) : value.charCodeAt(1)
      if (letter === 'c') return value.charAt(0)
      if (Number.isSafeInteger(number) && 'dioxXu'.includes(letter ?? '') && flags === '' ) {
        const digits = letter === 'o' ? number.toString(8) : letter === 'x' ? number.toString(16) : letter === 'X' ? number.toString(16).toUpperCase() : String(number)
        return digits.padStart(Number(width))
      }
      isClear = false
      return ANY
    })
    if (at === before) break
  } while (at < values.length)
  return isClear ? text : ANY
}

function decodeBase64(text: string): string {
  const clean = text.replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) throw new Unreadable('a text that is not well encoded')
  return toText(atob(clean.replace(/=+$/, '')))
}

function encodeBase64(text: string): string {
  if (/[^\0-\u00FF]/.test(text)) throw new Unreadable('a text that cannot be encoded here')
  return `${btoa(text)}\n`
}

function decodeHex(text: string): string {
  const clean = text.replaceAll(/\s/g, '')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(clean)) throw new Unreadable('a text that is not well encoded')
  return toText(clean.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))))
}

/** Bytes beyond ASCII stay what they are: a program is told by its ASCII words. */
function toText(text: string): string {
  if (text.includes('\0')) throw new Unreadable('it has a character that no text holds')
  return text
}

function translate(args: readonly string[], stdin: string): string | undefined {
  if (args[0] === '-d' && args.length === 2) {
    const drop = toSet(args[1])
    return drop === undefined ? undefined : [...stdin].filter((char) => !drop.includes(char)).join('')
  }
  if (args.length !== 2) return undefined
  const [from, to] = [toSet(args[0]), toSet(args[1])]
  if (from === undefined || to === undefined || to.length === 0) return undefined
  return [...stdin].map((char) => {
    const at = from.lastIndexOf(char)
    return at === -1 ? char : (to[at] ?? to.at(-1) ?? '')
  }).join('')
}

const classes: Readonly<Record<string, string>> = { '[:upper:]': 'A-Z', '[:lower:]': 'a-z', '[:digit:]': '0-9', '[:alpha:]': 'A-Za-z' }

function toSet(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || !isKnown(text)) return undefined
  const spelled = decodeEcho(toPlain(text).replaceAll(/\[:\w+:\]/g, (name) => classes[name] ?? name))
  if (/\[[:=]|\[.\*/.test(spelled)) return undefined
  const set: string[] = []
  for (let at = 0; at < spelled.length; at += 1) {
    if (spelled.charAt(at + 1) === '-' && at + 2 < spelled.length) {
      for (let code = spelled.charCodeAt(at); code <= spelled.charCodeAt(at + 2); code += 1) set.push(String.fromCharCode(code))
      at += 2
    } else set.push(spelled.charAt(at))
  }
  return set
}

function cut(args: readonly string[], stdin: string): string | undefined {
  const joined = args.join('')
  const match = /^(?:-d(.))?-([cf])(\d+)(?:(-)(\d*))?$/.exec(joined) ?? /^()-([cf])(\d+)(?:(-)(\d*))?$/.exec(joined)
  if (match === null || !isExact(joined)) return undefined
  const [, separator, letter, from, dash, to] = match
  const begin = Number(from) - 1
  const end = dash === undefined ? begin + 1 : to === '' || to === undefined ? undefined : Number(to)
  return stdin.split('\n').map((line) => {
    if (letter === 'c') return line.slice(begin, end)
    const sign = separator ?? '\t'
    return line.includes(sign) ? line.split(sign).slice(begin, end).join(sign) : line
  }).join('\n')
}

function takeLines(name: string, args: readonly string[], stdin: string): string | undefined {
  const match = /^(?:-n?(\d+))?$/.exec(args.join(''))
  if (match === null) return undefined
  const count = Number(match[1] ?? 10)
  const lines = stdin.split(/(?<=\n)/)
  return (name === 'head' ? lines.slice(0, count) : count === 0 ? [] : lines.slice(-count)).join('')
}

function replaceLines(script: string, stdin: string): string | undefined {
  const match = /^s([/|,#@:])((?:(?!\1)[^\\])*)\1((?:(?!\1)[^\\&])*)\1(g?)$/.exec(script)
  if (match === null) return undefined
  const [, , pattern = '', replacement = '', flag = ''] = match
  // Only what means the same in every dialect of expressions.
  if (!/^[\w .^$:-]*$/.test(pattern)) return undefined
  const test = toExpression(pattern, flag)
  return stdin.split('\n').map((line, index, all) => (index === all.length - 1 && line === '' ? line : line.replace(test, () => replacement))).join('\n')
}
