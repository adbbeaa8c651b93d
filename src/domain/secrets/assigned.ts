/**
 * Values that only their name gives away: `password = …`, `"api_key": "…"`, `--token …`, `https://user:…@host`.
 * A name alone is not enough, because programs are full of them: the value must look made up by a machine or a careful person.
 */

/** How telling a name is: behind `password` a short value counts, behind `token` only a long and random one. */
export type Telling = 'password' | 'token'

const passwordName = /(?:^|[\W_]|[a-z0-9](?=P)|[A-Z])(?:pass(?:word|wd|phrase|code)|passwd|pwd|pass)(?:[_-]?\d)?$/i
const tokenName = /(?:secret|token|credentials?|api[_.-]?key|app[_.-]?key|(?:access|account|admin|auth|client|deploy|encryption|license|master|private|root|secret|service|shared|shared[_-]?access|signing|storage|webhook|write)[_.-]?key|auth|authorization|bearer|private[_.-]?token|access[_.-]?key[_.-]?id|secret[_.-]?(?:id|string|value|access[_.-]?key)|session[_.-]?id|jwt|dsn|webhook[_.-]?url)(?:[_-]?\d)?$/i

/** Names come again and again: what they tell is remembered for so many. */
const mostNames = 4_000
const toldBefore = new Map<string, Telling | undefined>()

/** Is this the name of a variable, a field or a flag that holds a secret? */
export function toTelling(name: string): Telling | undefined {
  if (name.length < 3) return undefined
  if (toldBefore.has(name)) return toldBefore.get(name)
  const telling = judgeName(name)
  if (toldBefore.size >= mostNames) toldBefore.clear()
  toldBefore.set(name, telling)
  return telling
}

function judgeName(name: string): Telling | undefined {
  if (passwordName.test(name)) return 'password'
  return tokenName.test(name) ? 'token' : undefined
}

/** Stands for a value rather than being one. */
const isStandIn = /^(?:x{3,}|[*.#-]{3,}|<.*>|\$.*|%.*%|\{.*|\[.*|your.*|my[-_]?(?:password|secret|token|key).*|(?:some|a|the|my|test|fake|dummy|sample|example|invalid|wrong|bad|new|old)[-_]?(?:password|passwd|pass|secret|token|key|value)\d{0,3}|password\d{0,3}|changeme\d*|placeholder.*|redacted.*|example.*|undefined|null|none|true|false|function|process\.env.*|env\..*|import\.meta.*|secrets\..*|vars\..*|os\.environ.*)$/i
const isUuid = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i
/** `sha512-…`, `sha256:…` and the like name what they are. */
const isDigest = /^(?:sha\d{1,3}|md5|blake\w+)[-:=$]/i
const isAddress = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|\.{0,2}\/|~\/|[a-z]:\\)/i
const isVersion = /^[~^]?v?\d+(?:\.\d+){1,3}(?:[-+].*)?$/

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<number, number>()
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Made of words and a few digits, as identifiers and messages are: `accessTokenV2`, `refresh-token-2`, `next.page.token1`. */
function isWords(value: string): boolean {
  const parts = value.split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/)
  return parts.every((part) => part === '' || /^\d{1,4}$/.test(part) || (/^[A-Z]?[a-z]+$|^[A-Z]+$/.test(part) && part.length >= 2 && (part.length <= 3 || /[aeiouy]/i.test(part))))
}

export interface Value {
  readonly text: string
  /** Between quotation marks, rather than up to the next space. */
  readonly isQuoted: boolean
}

/** Would this value, behind such a name, be a secret? */
export function isSecretValue({ text, isQuoted }: Value, telling: Telling): boolean {
  if (text.length < (telling === 'password' ? 8 : 16) || text.length > 512) return false
  const hasDigit = /\d/.test(text)
  const hasLetter = /[A-Za-z]/.test(text)
  if (/\s/.test(text) || isStandIn.test(text) || isUuid.test(text) || isDigest.test(text) || isAddress.test(text) || isVersion.test(text)) return false
  if (/[()[\]{}<>`\\]|\$\{|=>|\.\.\./.test(text)) return false
  if (telling === 'password') {
    const hasSymbol = /[!#%^&*@?+$]/.test(text)
    if (!hasLetter || !(hasDigit || (hasSymbol && /[a-z]/.test(text) && /[A-Z]/.test(text)))) return false
    return entropyOf(text) >= 2.5 && (isQuoted || hasSymbol || !isWords(text) || !/[A-Z]|[._-]/.test(text))
  }
  if (!hasDigit || !hasLetter || isWords(text)) return false
  // Dotted and slashed names that somebody calls a token.
  if (/^[A-Za-z_$][\w$]*(?:[.:/][A-Za-z_$][\w$-]*)+$/.test(text) && entropyOf(text) < 4) return false
  return entropyOf(text) >= (/^[0-9a-fA-F]+$/.test(text) ? 2.7 : 3.3)
}

/** Names are looked for at most this far before the sign. */
const longestName = 64
const isNameCode = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45 || code === 46
/** What may stand between a name and its sign: space, tab, quotation marks, `\`, `?`, `:`. */
const isBetween = (code: number): boolean => code === 32 || code === 9 || code === 34 || code === 39 || code === 92 || code === 63 || code === 58
/** The last letters of telling names. */
const lastLetters = new Set([...'dDeEtTnNyYsShHlLrRcCgGkK0123456789'].map((each) => each.charCodeAt(0)))

const valueAt = /(?:=|>){0,2}[ \t]{0,4}(?:(\\{0,3}["'`])([^"'`\r\n\\]{6,512})\1|([^\s"'`,;)}\]<>|\\]{6,512}))/y

/** The value that the `=` or `:` at `at` gives to a telling name, as a span of the text. */
export function findAssigned(text: string, at: number): { readonly from: number; readonly to: number; readonly telling: Telling } | undefined {
  let end = at
  while (end > 0 && at - end < 6 && isBetween(text.charCodeAt(end - 1))) end -= 1
  if (end === 0 || !lastLetters.has(text.charCodeAt(end - 1))) return undefined
  let start = end
  while (start > 0 && end - start < longestName && isNameCode(text.charCodeAt(start - 1))) start -= 1
  const name = text.slice(start, end)
  // The signature of a signed address (`?sv=…&sig=…`).
  const telling = name === 'sig' && '?&;'.includes(text.charAt(start - 1)) ? 'token' : toTelling(name)
  if (telling === undefined) return undefined
  return findValue(text, at + 1, telling, text.charAt(at) === '=' && at === end)
}

/** The value at a place where one is expected. `isTight`: nothing stands between name, sign and value, as in environments. */
function findValue(text: string, at: number, telling: Telling, isTight: boolean): { from: number; to: number; telling: Telling } | undefined {
  valueAt.lastIndex = at
  const match = valueAt.exec(text)
  if (match === null) return undefined
  const isQuoted = match[2] !== undefined
  let value = match[2] ?? match[3] ?? ''
  // `&` joins the fields of a form; a mark at the end belongs to the sentence.
  if (!isQuoted) value = value.replace(/&.*$/s, '').replace(/[.:!?]$/, '')
  const from = match.index + match[0].length - (isQuoted ? (match[1] ?? '').length : 0) - (match[2] ?? match[3] ?? '').length
  const next = text.charAt(from + value.length)
  if (!isQuoted && (next === '(' || next === '[' || (!isTight && /^[,)};]/.test(next) && !/;$/.test(next)))) return undefined
  return isSecretValue({ text: value, isQuoted: isQuoted || isTight }, telling) ? { from, to: from + value.length, telling } : undefined
}

const flag = /--?([A-Za-z][\w-]{2,40})[ \t]+/y

/** `--token VALUE`: the value behind the flag that begins at `at`. */
export function findFlagged(text: string, at: number): { readonly from: number; readonly to: number; readonly telling: Telling } | undefined {
  flag.lastIndex = at
  const match = flag.exec(text)
  const telling = match === null ? undefined : toTelling(match[1] ?? '')
  return match === null || telling === undefined ? undefined : findValue(text, at + match[0].length, telling, true)
}

const credentials = /:\/\/([^\s/:@'"<>`\\]{0,128}):([^\s/@'"<>`\\]{6,256})$/

/** The password of the address whose `@` is at `at`. */
export function findInAddress(text: string, at: number): { readonly from: number; readonly to: number } | undefined {
  const match = credentials.exec(text.slice(Math.max(0, at - 400), at))
  const value = match?.[2]
  if (value === undefined || isStandIn.test(value) || /^(?:pass|pwd|pw|secret|token|user|port|\d{1,5})$/i.test(value) || /[${}()*]{2}|^\*+$/.test(value)) return undefined
  return { from: at - value.length, to: at }
}

const scheme = /(?:\b(?:bearer|basic|digest|apikey|token|jwt)|\bx-[\w-]{2,30}-(?:token|key):)[ \t]{1,3}["']?$/i

/** Does a credential follow here: `Authorization: Bearer …`? */
export function isAnnounced(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  // A space, or a quotation mark behind one.
  if (before !== 32 && before !== 9 && before !== 34 && before !== 39) return false
  return scheme.test(text.slice(Math.max(0, at - 44), at))
}
