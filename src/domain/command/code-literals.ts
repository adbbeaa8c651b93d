import { decodeAnsi } from './decode-escapes.ts'
import { hasMarks } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** A text in quotes, as it stands in a program. `value` is undefined where something is put into it when it runs. */
export interface CodeLiteral {
  readonly from: number
  readonly to: number
  readonly value: string | undefined
  readonly isComment?: boolean
}

export type CodeLanguage = 'python' | 'javascript' | 'perl' | 'ruby' | 'php' | 'lua' | 'awk'

/** The literals of a program, comments passed over, in order. Languages differ in more than this tells; what does not fit is refused. */
export function findLiterals(code: string, language: CodeLanguage): readonly CodeLiteral[] {
  if (hasMarks(code)) throw new Unreadable('the program that an interpreter is given is not known before it runs')
  const literals: CodeLiteral[] = []
  let at = 0
  while (at < code.length) {
    const char = code.charAt(at)
    if (isComment(code, at, language)) {
      const end = code.startsWith('/*', at) ? code.indexOf('*/', at + 2) : code.indexOf('\n', at)
      const to = end === -1 ? code.length : end + (code.startsWith('/*', at) ? 2 : 0)
      literals.push({ from: at, to, value: undefined, isComment: true })
      at = Math.max(at + 1, to)
    } else if (char === '"' || char === "'" || (char === '`' && language !== 'python')) {
      const literal = readLiteral(code, at, language)
      literals.push(literal)
      at = literal.to
    } else at += 1
  }
  return literals
}

function isComment(code: string, at: number, language: CodeLanguage): boolean {
  if (language === 'javascript' || language === 'php') {
    if (code.startsWith('/*', at)) return true
    if (code.startsWith('//', at)) return code.charAt(at - 1) !== ':' && code.charAt(at - 1) !== '\\'
    return language === 'php' && code.startsWith('#', at)
  }
  if (language === 'lua') return code.startsWith('--', at)
  // `$#array` in Perl, `#{…}` in Ruby and `s#a#b#` are none.
  return code.charAt(at) === '#' && (at === 0 || /\s/.test(code.charAt(at - 1)))
}

function readLiteral(code: string, from: number, language: CodeLanguage): CodeLiteral {
  const char = code.charAt(from)
  const triple = language === 'python' && code.startsWith(char.repeat(3), from)
  const quote = triple ? char.repeat(3) : char
  const prefix = language === 'python' ? (/(?:^|[^\w])([rRbBfFuU]{1,2})$/.exec(code.slice(Math.max(0, from - 3), from))?.[1] ?? '').toLowerCase() : ''
  let at = from + quote.length
  for (;;) {
    if (at >= code.length) return { from, to: code.length, value: undefined }
    if (code.charAt(at) === '\\') at += 2
    else if (code.startsWith(quote, at)) break
    else at += 1
  }
  const raw = code.slice(from + quote.length, at)
  return { from, to: at + quote.length, value: toValue(raw, char, language, prefix) }
}

function toValue(raw: string, quote: string, language: CodeLanguage, prefix: string): string | undefined {
  if (prefix.includes('f') && /\{/.test(raw.replaceAll('{{', ''))) return undefined
  if (language === 'javascript' && quote === '`' && raw.includes('${')) return undefined
  if (language === 'ruby' && quote !== "'" && raw.includes('#{')) return undefined
  if ((language === 'perl' || language === 'php') && quote !== "'" && /(?<!\\)[$@][\w{]/.test(raw)) return undefined
  if (prefix.includes('r')) return raw
  if (language !== 'python' && language !== 'javascript' && quote === "'") return raw.replaceAll(/\\(['\\])/g, '$1')
  if (/\\(?:N\{|u\{|x\{|\d{4})/.test(raw)) return undefined
  return decodeAnsi(raw.replaceAll('\\\n', ''))
}
