import { findAssigned, findFlagged, findInAddress, isAnnounced, isSecretValue } from './assigned.ts'
import { toPlaceholderTest } from './placeholder.ts'
import { findPrivateKeys } from './private-keys.ts'
import { getTokenExpression, runCharacters, shortestRun } from './rules.ts'

/** A piece of a text that is a secret. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly kind: string
}

const isRunCode = new Uint8Array(128)
for (const each of runCharacters) isRunCode[each.charCodeAt(0)] = 1

/**
 * Everything in a text that looks like a secret, in order, without overlaps. Placeholders are not looked into.
 * One pass over the characters; patterns are tried only at signs (`=`, `:`, `@`, `--`) and on long runs with a digit in them.
 */
export function findSecrets(text: string): readonly Span[] {
  const spans: Span[] = []
  const { length } = text
  let start = 0
  let hasDigit = false
  for (let at = 0; at <= length; at += 1) {
    const code = at === length ? 32 : text.charCodeAt(at)
    if (code < 128 && isRunCode[code] === 1) {
      if (code <= 64) {
        if (code >= 48 && code <= 57) hasDigit = true
        else if (code === 61 || code === 58) addAssigned(spans, text, at)
        else if (code === 64) addAddress(spans, text, at)
        else if (code === 45 && text.charCodeAt(at + 1) === 45 && (at === 0 || text.charCodeAt(at - 1) <= 34)) addFlagged(spans, text, at)
      }
      continue
    }
    if (hasDigit && at - start >= shortestRun) addTokens(spans, text, start, at)
    start = at + 1
    hasDigit = false
  }
  if (text.includes('PRIVATE KEY')) spans.push(...findPrivateKeys(text))
  return spans.length === 0 ? spans : tidy(spans, text)
}

function addAssigned(spans: Span[], text: string, at: number): void {
  const found = findAssigned(text, at)
  if (found !== undefined) spans.push({ from: found.from, to: found.to, kind: found.telling })
}

function addFlagged(spans: Span[], text: string, at: number): void {
  const found = findFlagged(text, at)
  if (found !== undefined) spans.push({ from: found.from, to: found.to, kind: found.telling })
}

function addAddress(spans: Span[], text: string, at: number): void {
  const found = findInAddress(text, at)
  if (found !== undefined) spans.push({ ...found, kind: 'password' })
}

function addTokens(spans: Span[], text: string, from: number, to: number): void {
  if (isAnnounced(text, from)) {
    const value = text.slice(from, to)
    if (isSecretValue({ text: value, isQuoted: true }, 'token')) spans.push({ from, to, kind: 'token' })
  }
  const { expression, kinds } = getTokenExpression()
  const run = text.slice(from, to)
  expression.lastIndex = 0
  for (let match = expression.exec(run); match !== null; match = expression.exec(run)) {
    const group = match.findIndex((each, index) => index > 0 && each !== undefined)
    spans.push({ from: from + match.index, to: from + match.index + match[0].length, kind: kinds[group - 1] ?? 'token' })
  }
}

/** In order; what overlaps becomes one, named for the more telling kind; placeholders stay what they are. */
function tidy(spans: Span[], text: string): readonly Span[] {
  const isFixed = toPlaceholderTest(text)
  const free = spans.filter((span) => !isFixed(span.from, span.to))
  free.sort((a, b) => a.from - b.from || b.to - a.to)
  const merged: Span[] = []
  for (const span of free) {
    const last = merged.at(-1)
    if (last === undefined || span.from >= last.to) merged.push(span)
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to), kind: isVague(last.kind) ? span.kind : last.kind }
  }
  return merged
}

function isVague(kind: string): boolean {
  return kind === 'token' || kind === 'password'
}
