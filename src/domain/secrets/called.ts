import { isSecretValue, toTelling } from './assigned.ts'
import type { Span } from './find-secrets.ts'

/**
 * Values that a name gives away without a sign between them, as programs and settings write them:
 * `define('DB_PASSWORD', '…')`, `<add key="ApiKey" value="…"/>`, `<password>…</password>`, `.setPassword("…")`, `-u name:…`.
 */
const forms: readonly RegExp[] = [
  /["'`]([A-Za-z][\w.-]{2,60})["'`]\s{0,4},\s{0,4}["'`]([^"'`\s]{8,200})["'`]/dg,
  /\bkey="([A-Za-z][\w.:-]{2,60})"\s{1,4}value="([^"\s]{8,200})"/dg,
  /<([A-Za-z][\w.-]{2,60})>\s{0,4}([^<>\s]{8,200})\s{0,4}<\/\1>/dg,
  /\.(?:set|with|use)([A-Z][A-Za-z]{2,40})\(\s{0,4}["'`]([^"'`\s]{8,200})["'`]\s{0,4}\)/dg,
  /\s(?:-(u)|--(?:proxy-)?(user))[ =]["']?[^\s:"']{1,60}:([^\s"'@]{8,200})["']?/dg,
]

/** Secrets that stand in a call or an element named for them. */
export function findCalled(text: string): readonly Span[] {
  const spans: Span[] = []
  for (const form of forms) {
    for (const match of text.matchAll(form)) {
      const last = match.length - 1
      const name = match[1] ?? match[2] ?? ''
      const telling = /^(?:u|user)$/.test(name) ? 'password' : toTelling(name)
      const [value, place] = [match[last], match.indices?.[last]]
      if (telling !== undefined && value !== undefined && place !== undefined && isSecretValue({ text: value, isQuoted: true }, telling)) spans.push({ from: place[0], to: place[1], kind: telling })
    }
  }
  return spans
}
