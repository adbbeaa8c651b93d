import type { CodeLines } from './code-lines.ts'
import { toWindowKeys } from './line-windows.ts'

export interface ChangedCode {
  readonly path: string
  readonly before: CodeLines | undefined
  readonly after: CodeLines
}

/** A block that the change brought, and where the same stands. Lines from 1, both ends included. */
export interface DuplicateBlock {
  readonly path: string
  readonly line: number
  readonly endLine: number
  /** Lines of code that are the same. */
  readonly length: number
  readonly other: { readonly path: string; readonly line: number }
}

/** Places of one run of lines that are remembered: of a table that says the same thousands of times the first are enough. */
const mostPlaces = 50

interface Place {
  readonly path: string
  readonly code: CodeLines
  readonly index: number
}

/** Looks for what the change brought: first `see` every other file, in any order, then ask for the `blocks`. */
export interface DuplicateSearch {
  see(path: string, code: CodeLines): void
  blocks(): readonly DuplicateBlock[]
}

/**
 * Blocks of at least `size` lines that the change added and that stand elsewhere too. What a file had before as often is not
 * blamed on it, nor what only moved. Only the change is indexed: everything else is seen once and forgotten.
 */
export function searchDuplicates(changed: readonly ChangedCode[], size: number): DuplicateSearch {
  const after = changed.map(({ path, after: code }) => ({ path, code, keys: toWindowKeys(code.texts, size) }))
  const before = changed.map(({ before: code }) => countKeys(code === undefined ? [] : toWindowKeys(code.texts, size)))
  const totalBefore = new Map<number, number>()
  for (const counts of before) for (const [key, count] of counts) totalBefore.set(key, (totalBefore.get(key) ?? 0) + count)
  /** Where each run of lines stands in the changed files, first to last. */
  const places = new Map<number, (Place & { readonly isNew: boolean })[]>()
  for (const [n, { path, code, keys }] of after.entries()) {
    const seen = new Map<number, number>()
    for (const [index, key] of keys.entries()) {
      const ordinal = (seen.get(key) ?? 0) + 1
      seen.set(key, ordinal)
      const known = places.get(key)
      const place = { path, code, index, isNew: ordinal > (before[n]?.get(key) ?? 0) }
      if (known === undefined) places.set(key, [place])
      else if (known.length < mostPlaces) known.push(place)
    }
  }
  for (const [key, all] of places) if (all.length <= (totalBefore.get(key) ?? 0)) places.delete(key)
  const elsewhere = new Map<number, Place>()

  const findOther = (key: number, place: Place): Place | undefined => {
    const there = elsewhere.get(key)
    if (there !== undefined && isSame(there, place, size)) return there
    // Of two new ones the later is told, with the earlier as the other.
    const all = places.get(key) ?? []
    const at = all.findIndex((one) => one.path === place.path && one.index === place.index)
    return all.find((one, n) => n !== at && (!one.isNew || n < at) && (one.path !== place.path || Math.abs(one.index - place.index) >= size) && isSame(one, place, size))
  }

  return {
    see(path, code) {
      if (places.size === 0 || code.texts.length < size) return
      for (const [index, key] of toWindowKeys(code.texts, size).entries()) if (places.has(key) && !elsewhere.has(key)) elsewhere.set(key, { path, code, index })
    },
    blocks() {
      return after.flatMap(({ path, code, keys }) => joinRuns(keys.map((key, index) => {
        const place = places.get(key)?.find((one) => one.path === path && one.index === index)
        return place?.isNew === true ? findOther(key, place) : undefined
      }), { path, code, size }))
    },
  }
}

function countKeys(keys: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function isSame(one: Place, other: Place, size: number): boolean {
  for (let n = 0; n < size; n++) if (one.code.texts[one.index + n] !== other.code.texts[other.index + n]) return false
  return true
}

/** Runs that follow each other, here and there, are one block; what overlaps a block that was told is not told again. */
function joinRuns(others: readonly (Place | undefined)[], { path, code, size }: { path: string; code: CodeLines; size: number }): readonly DuplicateBlock[] {
  const blocks: DuplicateBlock[] = []
  for (let start = 0; start < others.length; start++) {
    const other = others[start]
    if (other === undefined) continue
    let end = start
    while (others[end + 1]?.path === other.path && others[end + 1]?.index === other.index + end + 1 - start) end++
    const last = end + size - 1
    blocks.push({ path, line: code.lines[start] ?? 1, endLine: code.lines[last] ?? 1, length: last - start + 1, other: { path: other.path, line: other.code.lines[other.index] ?? 1 } })
    start = last
  }
  return blocks
}
