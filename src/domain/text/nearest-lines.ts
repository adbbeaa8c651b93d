import { toIndent } from './fold.ts'

/** A line longer than this is compared by its beginning only. */
const COMPARED = 160
const MAX_SHOWN = 12

export interface Nearest {
  /** Numbered lines of the file, ready to show. */
  readonly text: string
  readonly first: number
  readonly last: number
  /** What differs in the first line that differs; empty where each line is there, only not in this order. */
  readonly difference: string
}

/**
 * The place in `lines` that resembles `wanted` most, for a message that saves a model the turn of looking for itself.
 * Undefined where nothing is alike.
 */
export function findNearest(lines: readonly string[], wanted: readonly string[]): Nearest | undefined {
  const anchors = [...wanted.entries()]
    .filter(([, line]) => line.trim().length > 1)
    .sort(([, a], [, b]) => b.trim().length - a.trim().length)
    .slice(0, 3)
  let best = { score: 0, start: 0 }
  for (const [offset, line] of anchors) {
    const target = toPairs(line)
    for (const [index, candidate] of lines.entries()) {
      if (toSimilarity(target, candidate) < 0.45) continue
      const start = index - offset
      const score = toWindowScore(lines, wanted, start)
      if (score > best.score) best = { score, start }
    }
  }
  if (best.score < 0.3) return undefined
  return toNearest(lines, wanted, best.start)
}

function toNearest(lines: readonly string[], wanted: readonly string[], start: number): Nearest {
  const differing = wanted.findIndex((line, offset) => lines[start + offset] !== line)
  const focus = Math.max(0, start + Math.max(0, differing - 4))
  const from = Math.max(0, wanted.length <= MAX_SHOWN ? start : focus)
  const to = Math.min(lines.length, from + Math.min(wanted.length, MAX_SHOWN))
  const rows = lines.slice(from, to).map((line, index) => `${String(from + index + 1).padStart(5)}\t${toShort(line)}`)
  const file = lines[start + differing]
  const model = wanted[differing]
  const difference = differing === -1 || model === undefined ? '' : toDifference(start + differing + 1, file, model)
  return { text: rows.join('\n'), first: from + 1, last: to, difference }
}

function toShort(line: string): string {
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

function toDifference(number: number, file: string | undefined, model: string): string {
  if (file === undefined) return `The file ends before line ${number}.`
  const kind =
    file.trim() === model.trim() && toIndent(file) !== toIndent(model) ? ' in its indentation'
    : file.trim() === model.trim() ? ' in its trailing space'
    : file.toLowerCase() === model.toLowerCase() ? ' in upper and lower case'
    : ''
  return `Line ${number} differs${kind}: the file has ${toQuoted(file)}, you sent ${toQuoted(model)}.`
}

function toQuoted(line: string): string {
  return JSON.stringify(line.length > 160 ? `${line.slice(0, 160)}…` : line)
}

function toWindowScore(lines: readonly string[], wanted: readonly string[], start: number): number {
  let sum = 0
  let count = 0
  for (const [offset, line] of wanted.slice(0, 30).entries()) {
    if (line.trim() === '') continue
    count++
    const candidate = lines[start + offset]
    if (candidate !== undefined) sum += candidate === line ? 1 : toSimilarity(toPairs(line), candidate) * 0.95
  }
  return count === 0 ? 0 : sum / count
}

interface Pairs {
  readonly counts: ReadonlyMap<string, number>
  readonly total: number
}

function toPairs(line: string): Pairs {
  const text = line.trim().slice(0, COMPARED)
  const counts = new Map<string, number>()
  for (let at = 0; at + 1 < text.length; at++) {
    const pair = text.slice(at, at + 2)
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return { counts, total: Math.max(0, text.length - 1) }
}

/** Dice's coefficient over pairs of neighbouring characters: 0 nothing shared, 1 the same pairs. */
function toSimilarity(target: Pairs, candidate: string): number {
  const text = candidate.trim().slice(0, COMPARED)
  const total = target.total + Math.max(0, text.length - 1)
  if (total === 0 || text.length > target.total * 4 + 4 || target.total > text.length * 4 + 4) return 0
  const left = new Map(target.counts)
  let shared = 0
  for (let at = 0; at + 1 < text.length; at++) {
    const pair = text.slice(at, at + 2)
    const count = left.get(pair) ?? 0
    if (count > 0) {
      shared++
      left.set(pair, count - 1)
    }
  }
  return (2 * shared) / total
}
