export interface Interval {
  start: number
  end: number
}

/** Half-open intervals: `end` is not inside. */
export function contains(interval: Interval, point: number): boolean {
  return point >= interval.start && point < interval.end
}

export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end
}

export function merge(intervals: Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.start - b.start)
  const merged: Interval[] = []
  for (const next of sorted) {
    const last = merged[merged.length - 1]
    if (last !== undefined && next.start <= last.end) {
      last.end = Math.max(last.end, next.end)
    } else {
      merged.push({ ...next })
    }
  }
  return merged
}

export function gaps(intervals: Interval[], within: Interval): Interval[] {
  const found: Interval[] = []
  let at = within.start
  for (const taken of merge(intervals)) {
    if (taken.start > at) found.push({ start: at, end: taken.start })
    at = taken.end
  }
  if (at < within.end) found.push({ start: at, end: within.end })
  return found
}

export function total(intervals: Interval[]): number {
  return merge(intervals).reduce((sum, one) => sum + (one.end - one.start), 0)
}
