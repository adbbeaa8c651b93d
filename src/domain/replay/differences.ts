import { toCanonicalJson } from '../chain.ts'

/** One place where two versions of an event's payload differ; undefined where one of them has nothing there. */
export interface Difference {
  /** Members from the outside in: `reply.parts.0.text`; empty for the payload itself. */
  readonly path: string
  readonly recorded: unknown
  readonly derived: unknown
}

/** Would both be stored as the same bytes? Members that are undefined count as absent. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'string' && typeof b === 'string') return a.toWellFormed() === b.toWellFormed()
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, n) => isSameJson(item ?? null, b[n] ?? null))
  }
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  for (const key in left) if (!isSameJson(left[key], right[key])) return false
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false
  return true
}

/** Where two payloads differ, outermost first; at most `most` places. */
export function findDifferences(recorded: unknown, derived: unknown, most = 20): readonly Difference[] {
  const found: Difference[] = []
  const visit = (a: unknown, b: unknown, path: readonly string[]): void => {
    if (found.length >= most || isSameJson(a, b)) return
    if (isPlain(a) && isPlain(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) visit(a[key], b[key], [...path, key])
    } else if (Array.isArray(a) && Array.isArray(b)) {
      for (let n = 0; n < Math.max(a.length, b.length); n += 1) visit(a[n], b[n], [...path, String(n)])
    } else {
      found.push({ path: path.join('.'), recorded: a, derived: b })
    }
  }
  visit(recorded, derived, [])
  return found
}

/** A value as one line of text; absent where there is none. */
export function toShownValue(value: unknown): string {
  return value === undefined ? '(absent)' : typeof value === 'string' ? value : toCanonicalJson(value)
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
