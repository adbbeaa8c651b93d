import { createHmac } from 'node:crypto'

/** What stands where a secret was: `[secret:github-token:3f9a2c1b]`. */
export const placeholderPattern = '\\[secret:[a-z][a-z0-9-]{1,30}:[0-9a-f]{8}\\]'

const every = new RegExp(placeholderPattern, 'g')

/**
 * Stable for one key: the same value has the same placeholder wherever it stands, so that a request and its replay agree.
 * Without the key nothing can be learned from it, not even by trying values.
 */
export function toPlaceholder(kind: string, value: string, key: string): string {
  return `[secret:${kind}:${toMark(value, key)}]`
}

/** The part of a placeholder that the value decides. */
export function toMark(value: string, key: string): string {
  return createHmac('sha256', key).update(value).digest('hex').slice(0, 8)
}

export function listPlaceholders(text: string): { readonly text: string; readonly mark: string; readonly at: number }[] {
  if (!text.includes('[secret:')) return []
  return [...text.matchAll(every)].map((match) => ({ text: match[0], mark: match[0].slice(-9, -1), at: match.index }))
}

export function replacePlaceholders(text: string, to: (placeholder: { readonly text: string; readonly mark: string }) => string): string {
  if (!text.includes('[secret:')) return text
  return text.replaceAll(every, (found) => to({ text: found, mark: found.slice(-9, -1) }))
}

/** Tells of pieces of a text whether a placeholder is in them. Asked in any order, in the time of a look-up. */
export function toPlaceholderTest(text: string): (from: number, to: number) => boolean {
  const fixed = listPlaceholders(text)
  if (fixed.length === 0) return () => false
  return (from, to) => {
    let low = 0
    let high = fixed.length
    // The first that ends behind `from`.
    while (low < high) {
      const middle = (low + high) >> 1
      const each = fixed[middle]
      if (each !== undefined && each.at + each.text.length > from) high = middle
      else low = middle + 1
    }
    return (fixed[low]?.at ?? Infinity) < to
  }
}
