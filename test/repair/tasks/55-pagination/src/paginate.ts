export interface Page<T> {
  readonly items: readonly T[]
  readonly page: number
  readonly pages: number
  readonly hasNext: boolean
  readonly hasPrevious: boolean
}

/** Pages count from 1. */
export function paginate<T>(all: readonly T[], page: number, size: number): Page<T> {
  if (!Number.isInteger(size) || size < 1) throw new RangeError('a page has at least one item')
  const pages = Math.max(1, Math.ceil(all.length / size))
  const at = Math.min(Math.max(1, Math.trunc(page)), pages)
  const from = at * size
  return { items: all.slice(from, from + size), page: at, pages, hasNext: at < pages, hasPrevious: at > 1 }
}

/** Numbers to show: ends, the page and those around it, 0 for a gap. */
export function pageNumbers(page: number, pages: number, around = 1): number[] {
  const shown = new Set<number>([1, pages])
  for (let n = page - around; n <= page + around; n++) if (n >= 1 && n <= pages) shown.add(n)
  const sorted = [...shown].sort((a, b) => a - b)
  return sorted.flatMap((n, i) => (i > 0 && n - (sorted[i - 1] ?? 0) > 1 ? [0, n] : [n]))
}

export function* eachPage<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let n = 1; ; n++) {
    const page = paginate(all, n, size)
    yield page.items
    if (!page.hasNext) return
  }
}
