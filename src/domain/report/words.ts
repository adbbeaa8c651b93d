/** Control characters, and the marks that reorder text on a screen: none of them reaches a person from outside. */
const unseen = /\u001B\[[0-9;?]*[ -/]*[@-~]|\u001B[@-_]|[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g

/** Text from outside on one line, cut to `most` characters. */
export function toLine(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll(unseen, '').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}

/** Text from outside on its own lines. */
export function toLines(text: string): string[] {
  return text.replaceAll('\r\n', '\n').replaceAll(unseen, '').trimEnd().split('\n')
}

/** `1 test`, `2 tests`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** `840 ms`, `4.1 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function toDuration(ms: number): string {
  if (ms < 995) return `${Math.round(ms)} ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `950`, `12.3k`, `4.56M`. */
export function toAmount(n: number): string {
  if (n < 1000) return String(n)
  if (n < 999_950) return `${(n / 1000).toFixed(n < 99_950 ? 1 : 0)}k`
  return `${(n / 1_000_000).toFixed(2)}M`
}

/** Dollars with as many digits as say something. */
export function toMoney(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 0.01 ? `$${usd.toFixed(4)}` : usd < 1 ? `$${usd.toFixed(3)}` : `$${usd.toFixed(2)}`
}

/** `38%`; a share that is not all is never called 100%. */
export function toShare(part: number, whole: number): string {
  if (whole <= 0) return '0%'
  const share = Math.round((100 * part) / whole)
  return `${part < whole ? Math.min(99, share) : share}%`
}

/** Inline code in Markdown whatever backticks it holds. */
export function toCode(text: string, most = 300): string {
  const line = toLine(text, most)
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}
