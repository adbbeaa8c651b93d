import { toTelling } from './assigned.ts'
import { reverse, rotate } from './encoded/turned.ts'
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
/** Shorter values may be words when they are turned. */
const shortestTurned = 8

/** Values that are known to be secret, looked for as they are, as addresses and JSON write them, and turned (`rev`, `rot13`). */
export function createKnownValues(): KnownValues {
  const kinds = new Map<string, string>()
  const index = createIndex()
  let values = 0
  return {
    add(given, kind) {
      const before = kinds.size
      for (const value of given) {
        const forms = values < mostValues ? toForms(value).filter((form) => form.length >= shortest && !kinds.has(form)) : []
        for (const form of forms) {
          kinds.set(form, kind)
          index.add(form)
        }
        if (forms.length > 0) values += 1
      }
      return kinds.size > before
    },
    find(text) {
      if (kinds.size === 0) return []
      const spans: Span[] = []
      let isFixed: ((from: number, to: number) => boolean) | undefined
      index.each(text, (from, to) => {
        isFixed ??= toPlaceholderTest(text)
        if (!isFixed(from, to)) spans.push({ from, to, kind: kinds.get(text.slice(from, to)) ?? 'variable' })
      })
      return spans
    },
  }
}

interface Index {
  add(form: string): void
  /** Calls for each place of a form, the longest that begins there, in order, without overlaps. */
  each(text: string, at: (from: number, to: number) => void): void
}

/** Forms by a sum of their first four characters, so that a text is passed over once, however many there are. */
function createIndex(): Index {
  const isFirst = new Uint8Array(65_536)
  const bySum = new Map<number, string[]>()
  const sumOf = (sum: number, code: number): number => ((sum << 4) ^ code) & 0xffff
  return {
    add(form) {
      let sum = 0
      for (let at = 0; at < 4; at += 1) sum = sumOf(sum, form.charCodeAt(at))
      isFirst[sum] = 1
      bySum.set(sum, [...(bySum.get(sum) ?? []), form].sort((a, b) => b.length - a.length))
    },
    each(text, found) {
      let sum = 0
      let free = 0
      for (let at = 0; at < text.length; at += 1) {
        sum = sumOf(sum, text.charCodeAt(at))
        if (isFirst[sum] === 0 || at - 3 < free) continue
        const from = at - 3
        const form = bySum.get(sum)?.find((each) => text.startsWith(each, from))
        if (form === undefined) continue
        free = from + form.length
        found(from, free)
      }
    },
  }
}

function toForms(value: string): readonly string[] {
  const forms = new Set([value, value.trim()])
  if (/[^\w.~-]/.test(value)) forms.add(encodeURIComponent(value.toWellFormed())).add(JSON.stringify(value).slice(1, -1))
  for (const form of value.trim().length >= shortestTurned ? [value.trim()] : []) forms.add(reverse(form)).add(rotate(form)).add(reverse(rotate(form)))
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
