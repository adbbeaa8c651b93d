import { toTelling } from './assigned.ts'
import type { Span } from './find-secrets.ts'
import { toPlaceholderTest } from './placeholder.ts'

export interface KnownValues {
  /** Returns whether anything was new. */
  add(values: Iterable<string>, kind: string): boolean
  find(text: string): readonly Span[]
}

/** More than these are never looked for: a marked file of any size must not slow every text down. */
const mostValues = 512
const shortest = 6

/** Values that are known to be secret, looked for as they are and as addresses and JSON write them. */
export function createKnownValues(): KnownValues {
  const kinds = new Map<string, string>()
  let ordered: readonly string[] = []
  let expression: RegExp | undefined
  return {
    add(values, kind) {
      const before = kinds.size
      for (const value of values) {
        for (const form of toForms(value)) if (form.length >= shortest && kinds.size < mostValues && !kinds.has(form)) kinds.set(form, kind)
      }
      if (kinds.size === before) return false
      ordered = [...kinds.keys()].sort((a, b) => b.length - a.length)
      expression = undefined
      return true
    },
    find(text) {
      if (!ordered.some((value) => text.includes(value))) return []
      expression ??= new RegExp(ordered.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|'), 'g')
      const isFixed = toPlaceholderTest(text)
      const spans: Span[] = []
      for (const match of text.matchAll(expression)) {
        const [from, to] = [match.index, match.index + match[0].length]
        if (isFixed(from, to)) continue
        spans.push({ from, to, kind: kinds.get(match[0]) ?? 'variable' })
      }
      return spans
    },
  }
}

function toForms(value: string): readonly string[] {
  const forms = new Set([value, value.trim()])
  if (/[^\w.~-]/.test(value)) forms.add(encodeURIComponent(value.toWellFormed())).add(JSON.stringify(value).slice(1, -1))
  // As text that was read byte by byte has it.
  for (const form of [...forms]) if (/[^\0-\x7f]/.test(form)) forms.add(String.fromCharCode(...new TextEncoder().encode(form)))
  return [...forms]
}

const secretVariable = /(?:KEY|TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|CREDENTIALS?|AUTH|DSN|COOKIE|PRIVATE)(?:_\d+)?$/i
const neverSecret = new Set(['PWD', 'OLDPWD', 'SSH_AUTH_SOCK'])
/** Words that anybody may use: were they masked, half of every text would be. */
const isCommon = /^(?:password|passwort|passw0rd|changeme|default|postgres|postgresql|username|localhost|(?:1)?2345678?9?0?|admin\w{0,5}|undefined|disabled|enabled|required|optional|development|production|staging|testing|secrets?|private|example|qwerty\d*)$/i
const isPlace = /^(?:\.{0,2}\/|~\/|[a-z]:\\)[\w./ @~:\\-]*$/i

/** Values of the variables whose names say that they hold a secret, and of those that the person marked. */
export function listSecretVariables(env: Readonly<Record<string, string | undefined>>, marked: readonly string[] = []): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (marked.includes(name)) return [value]
    if (!secretVariable.test(name) || neverSecret.has(name)) return []
    return isWorthHiding(value) ? [value] : []
  })
}

function isWorthHiding(value: string): boolean {
  const text = value.trim()
  return text.length >= 8 && !isCommon.test(text) && !isPlace.test(text) && !/^\d{1,9}$/.test(text) && !/\s.*\s.*\s/s.test(text)
}

/** Largest file whose values are taken, in characters. */
const longestFile = 262_144

/**
 * The values of a file that holds secrets: what its lines give to names, and the lines of keys. Of a file that only its name
 * marks, common words, numbers, places and addresses without a password are left out, unless the name in the line is telling.
 */
export function listSecretsOfFile(content: string, how: { readonly isMarked: boolean }): string[] {
  const values = new Set<string>()
  for (const raw of content.slice(0, longestFile).split(/\r?\n/)) {
    const text = raw.trim()
    if (text === '' || text.startsWith('#') || text.startsWith('-----')) continue
    const given = /^(?:export\s+)?["']?([\w./@:-]{1,200}?)["']?\s*(?:=|:(?!\/\/))\s*(.*)$/.exec(text)
    const value = unquote(given?.[2] ?? '')
    const name = given?.[1] ?? ''
    if (given === null) {
      if (/^[A-Za-z0-9+/=_-]{20,}$/.test(text) || (how.isMarked && !/\s/.test(text))) values.add(text)
      for (const word of text.matchAll(/\b(?:password|token|secret)\s+(\S{6,})/gi)) values.add(word[1] ?? '')
    } else if (how.isMarked ? value.length >= shortest : isValueOf(name, value)) values.add(value)
  }
  return [...values]
}

function unquote(value: string): string {
  const match = /^(["'`])(.*?)\1\s*(?:[,;#].*)?$/.exec(value)
  return match?.[2] ?? value.replace(/\s+#.*$/, '').replace(/[,;]$/, '').trim()
}

function isValueOf(name: string, value: string): boolean {
  if (!isWorthHiding(value)) return false
  if (toTelling(name) !== undefined || secretVariable.test(name)) return true
  // Addresses without a password, hosts, file names, words, versions: not secret by themselves.
  if (/^[a-z][\w+.-]*:\/\/[^@]*$/i.test(value) || /^[\w-]+(?:\.[\w-]+)+(?::\d+)?$/.test(value) && !/\d.*[A-Z]|[A-Z].*\d/.test(value)) return false
  return /\d/.test(value) && /[A-Za-z]/.test(value) && !/\s/.test(value) && value.length >= 12
}
