import type { RunId } from '../protocol/ids.ts'

export interface Retention {
  /** Runs that ended longer ago than this may be pruned. */
  readonly days: number | undefined
  /** The newest of them that stay whole, whatever their age. */
  readonly keep: number | undefined
  /** Bytes above which the oldest are pruned, whatever their age. */
  readonly maxBytes: number | undefined
}

/** One run, as retention sees it. */
export interface RetainedRun {
  readonly run: RunId
  /** It has ended (or was rejected), and a person has accepted or rejected it. */
  readonly isDecided: boolean
  /** Milliseconds since the epoch: when it ended. */
  readonly endedAt: number
  /** What pruning it would free, blobs included. */
  readonly bytes: number
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Which runs lose their snapshots and outputs: only such whose result a person has decided about. Age and number must both
 * allow it; what is above the cap goes beyond that, oldest first. Nothing is chosen where nothing is configured.
 */
export function choosePruned(runs: readonly RetainedRun[], retention: Retention, state: { readonly now: number; readonly bytes: number }): readonly RunId[] {
  const { days, keep, maxBytes } = retention
  const newestFirst = runs.filter((each) => each.isDecided && each.bytes > 0).toSorted((a, b) => b.endedAt - a.endedAt)
  const beyond = newestFirst.slice(keep ?? 0)
  const old = days === undefined && keep === undefined ? [] : beyond.filter((each) => days === undefined || each.endedAt <= state.now - days * dayMs)
  const chosen = new Set(old.map((each) => each.run))
  let left = state.bytes - old.reduce((sum, each) => sum + each.bytes, 0)
  for (const each of beyond.toReversed()) {
    if (maxBytes === undefined || left <= maxBytes) break
    if (chosen.has(each.run)) continue
    chosen.add(each.run)
    left -= each.bytes
  }
  return [...chosen]
}

/** `30d`, `12h`, `2w` as days; undefined for anything else. */
export function findDays(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(h|d|w)?$/.exec(text.trim())
  if (!match) return undefined
  const days = Number(match[1]) * { h: 1 / 24, d: 1, w: 7 }[(match[2] ?? 'd') as 'h' | 'd' | 'w']
  return days <= 36_500 ? days : undefined
}

/** Bytes as people say them: `340 MB`. */
export function toSize(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}
