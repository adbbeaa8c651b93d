import { toIndent } from './fold.ts'

/** A line longer than this is compared by its beginning only. */
const COMPARED = 160
const MAX_SHOWN = 12
/** Lines of `wanted` that are compared, and places that are looked at closely. */
const MAX_COMPARED = 30
const MAX_CANDIDATES = 50
/** In files with more lines the search would take seconds. */
const MAX_LINES = 60_000

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
  if (lines.length > MAX_LINES) return undefined
  const profiles = wanted.slice(0, MAX_COMPARED).map((line) => toProfile(line))
  const anchors = [...profiles.entries()].filter(([, profile]) => profile.total > 0).sort(([, a], [, b]) => b.total - a.total).slice(0, 3)
  const starts = anchors.flatMap(([offset, profile]) => findAlike(lines, profile).map((index) => index - offset))
  let best = { score: 0, start: 0 }
  for (const start of new Set(starts)) {
    const score = toWindowScore(lines, wanted, profiles, start)
    if (score > best.score) best = { score, start }
  }
  return best.score < 0.3 ? undefined : toNearest(lines, wanted, best.start)
}

/** Indexes of the lines that resemble one line most. */
function findAlike(lines: readonly string[], profile: Profile): number[] {
  const found: { index: number; score: number }[] = []
  for (const [index, line] of lines.entries()) {
    const score = toSimilarity(profile, line)
    if (score >= 0.45) found.push({ index, score })
  }
  return found.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, MAX_CANDIDATES).map(({ index }) => index)
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

function toWindowScore(lines: readonly string[], wanted: readonly string[], profiles: readonly Profile[], start: number): number {
  let sum = 0
  let count = 0
  for (const [offset, profile] of profiles.entries()) {
    if (profile.total === 0) continue
    count++
    const candidate = lines[start + offset]
    if (candidate !== undefined) sum += candidate === wanted[offset] ? 1 : toSimilarity(profile, candidate) * 0.95
  }
  return count === 0 ? 0 : sum / count
}

/** How often each pair of neighbouring characters occurs; pairs share `BUCKETS` counters, which is exact enough here. */
interface Profile {
  readonly counts: Uint8Array
  readonly total: number
}

const BUCKETS = 1024

function toProfile(line: string): Profile {
  const text = line.trim().slice(0, COMPARED)
  const counts = new Uint8Array(BUCKETS)
  for (let at = 0; at + 1 < text.length; at++) {
    const bucket = toBucket(text, at)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return { counts, total: Math.max(0, text.length - 1) }
}

function toBucket(text: string, at: number): number {
  return (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) % BUCKETS
}

/** Dice's coefficient over pairs of neighbouring characters: 0 nothing shared, 1 the same pairs. */
function toSimilarity({ counts, total }: Profile, candidate: string): number {
  const text = candidate.trim().slice(0, COMPARED)
  const own = Math.max(0, text.length - 1)
  // The coefficient cannot exceed what the shorter of the two allows.
  if (own + total === 0 || 2 * Math.min(own, total) < 0.45 * (own + total)) return 0
  const used = new Uint8Array(BUCKETS)
  let shared = 0
  for (let at = 0; at < own; at++) {
    const bucket = toBucket(text, at)
    const seen = used[bucket] ?? 0
    if (seen < (counts[bucket] ?? 0)) {
      shared++
      used[bucket] = seen + 1
    }
  }
  return (2 * shared) / (own + total)
}
