import { decodeEscapes, isKnown, unknownPart, type Word } from './words.ts'

/**
 * What a program prints, where its words and its input say so: enough to see through text that is put together or decoded
 * only to be run. Undefined where it is not known.
 */
export function printedBy(name: string, rest: readonly Word[], stdin: Word | undefined | null, readFile: (path: string) => string | undefined): Word | undefined {
  const input = typeof stdin === 'string' ? stdin : undefined
  const names = rest.filter((word) => !word.startsWith('-') || word === '-')
  switch (name) {
    case 'echo': return echo(rest)
    case 'printf': return printf(rest)
    case 'cat': case 'tee': {
      if (name === 'tee' || names.length === 0 || (names.length === 1 && names[0] === '-')) return input
      const texts = names.map((each) => readFile(each))
      return texts.every((each) => each !== undefined) ? texts.join('') : undefined
    }
    case 'rev': return map(input, (text) => text.split('\n').map((line) => [...line].reverse().join('')).join('\n'))
    case 'tac': return map(input, (text) => text.trimEnd().split('\n').reverse().join('\n'))
    case 'base64': return decodeIf(rest, /^(-\w*[dD]\w*|--decode)$/, input, names, readFile, decodeBase64)
    case 'base32': return undefined
    case 'xxd': return decodeIf(rest, /^-\w*r\w*$/, input, names, readFile, decodeHex)
    case 'openssl': return rest.includes('base64') && rest.includes('-d') || rest.includes('enc') && rest.includes('-d') && rest.includes('-base64') ? map(input, decodeBase64) : undefined
    case 'tr': return map(input, (text) => transliterate(text, rest))
    case 'basename': return names[0]?.replace(/\/+$/, '').replace(/^.*\//, '')
    case 'dirname': return names[0]?.includes('/') ? names[0].replace(/\/[^/]*\/?$/, '') || '/' : '.'
    case 'seq': return undefined
    case 'true': return ''
    default: return undefined
  }
}

function map(input: Word | undefined, change: (text: string) => string | undefined): Word | undefined {
  return input === undefined || !isKnown(input) ? undefined : change(input)
}

function decodeIf(rest: readonly Word[], flag: RegExp, input: Word | undefined, names: readonly Word[], readFile: (path: string) => string | undefined, decode: (text: string) => string | undefined): Word | undefined {
  if (!rest.some((word) => flag.test(word))) return undefined
  return map(names[0] !== undefined && names[0] !== '-' && !/^\d+$/.test(names[0]) ? readFile(names[0]) : input, decode)
}

function echo(rest: readonly Word[]): Word {
  let n = 0
  let escapes = false
  let newline = true
  while (/^-[neE]+$/.test(rest[n] ?? '')) {
    if (rest[n]?.includes('e')) escapes = true
    if (rest[n]?.includes('n')) newline = false
    n += 1
  }
  const text = rest.slice(n).join(' ')
  return `${escapes ? decodeEscapes(text) : text}${newline ? '\n' : ''}`
}

function printf(rest: readonly Word[]): Word {
  const words = rest[0] === '--' ? rest.slice(1) : rest
  const [format = '', ...values] = words
  if (format === '-v') return ''
  if (!isKnown(format)) return unknownPart
  let left = [...values]
  let text = ''
  do {
    const before = left.length
    // A % that an escape makes is a plain one.
    text += format.split(/(%-?\d*[sbdqxc%])/).map((part, n) => {
      if (n % 2 === 0) return decodeEscapes(part)
      const kind = part.slice(-1)
      if (kind === '%') return '%'
      const value = left.shift() ?? ''
      if (kind === 'b') return decodeEscapes(value)
      return kind === 's' || kind === 'd' ? value : kind === 'c' ? value.slice(0, 1) : unknownPart
    }).join('')
    if (left.length === before) left = []
  } while (left.length > 0 && text.length < 20_000)
  return text
}

function decodeBase64(text: string): string | undefined {
  const clean = text.replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(clean)) return undefined
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let bits = 0
  let count = 0
  const bytes: number[] = []
  for (const c of clean.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')) {
    bits = (bits << 6) | alphabet.indexOf(c)
    count += 6
    if (count >= 8) {
      count -= 8
      bytes.push((bits >> count) & 255)
      bits &= (1 << count) - 1
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}

function decodeHex(text: string): string | undefined {
  const clean = text.replaceAll(/^[0-9a-f]+: /gim, '').replaceAll(/\s/g, '')
  if (!/^[0-9A-Fa-f]*$/.test(clean)) return undefined
  return new TextDecoder().decode(new Uint8Array((clean.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))))
}

/** `tr`, with ranges and classes as far as people use them to hide words. */
function transliterate(text: string, rest: readonly Word[]): string | undefined {
  const deletes = rest.some((word) => /^-\w*d/.test(word))
  const [from, to] = rest.filter((word) => !/^-[a-zA-Z]+$/.test(word))
  if (from === undefined || (!deletes && to === undefined) || rest.some((word) => /^-\w*[cCs]/.test(word))) return undefined
  const source = toSet(from)
  if (deletes) return [...text].filter((c) => !source.includes(c)).join('')
  const target = toSet(to ?? '')
  return [...text].map((c) => {
    const at = source.lastIndexOf(c)
    return at < 0 ? c : (target[Math.min(at, target.length - 1)] ?? '')
  }).join('')
}

function toSet(text: string): string[] {
  const classes: Readonly<Record<string, string>> = { '[:lower:]': 'a-z', '[:upper:]': 'A-Z', '[:digit:]': '0-9', '[:space:]': ' \t\n' }
  const plain = decodeEscapes(text.replaceAll(/\[:\w+:\]/g, (name) => classes[name] ?? name))
  return [...plain.replaceAll(/(.)-(.)/gs, (_, a: string, b: string) => {
    const [start, end] = [a.codePointAt(0) ?? 0, b.codePointAt(0) ?? 0]
    return end < start || end - start > 256 ? `${a}${b}` : Array.from({ length: end - start + 1 }, (_each, n) => String.fromCodePoint(start + n)).join('')
  })]
}
