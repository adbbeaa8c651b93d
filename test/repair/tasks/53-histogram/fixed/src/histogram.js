export function histogram(values, bins) {
  if (bins < 1) throw new RangeError('at least one bin')
  if (values.length === 0) return []
  const low = Math.min(...values)
  const high = Math.max(...values)
  const width = (high - low) / bins || 1
  const counts = new Array(bins).fill(0)
  for (const value of values) {
    const at = Math.min(bins - 1, Math.floor((value - low) / width))
    counts[at] += 1
  }
  return counts
}

export function median(values) {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = Math.floor(at)
  const rest = at - below
  return sorted[below] + rest * ((sorted[below + 1] ?? sorted[below]) - sorted[below])
}

export function bars(counts, height = 5) {
  const most = Math.max(...counts, 1)
  return counts.map((count) => '#'.repeat(Math.round((count / most) * height)))
}
