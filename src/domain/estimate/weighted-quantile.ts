export interface Weighted {
  readonly value: number
  /** Above 0. */
  readonly weight: number
}

/**
 * Quantiles of weighted values at ascending levels between 0 and 1: each value stands in the middle of its share of the weight,
 * between two of them the line is straight, and beyond the first and the last it is flat. Never descending. Empty for no values.
 */
export function toQuantiles(values: readonly Weighted[], levels: readonly number[]): readonly number[] {
  const sorted = values.filter(({ weight }) => weight > 0).toSorted((a, b) => a.value - b.value)
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return []
  let before = 0
  const points = sorted.map(({ value, weight }) => {
    const at = (before + weight / 2) / total
    before += weight
    return { at, value }
  })
  let next = 0
  return levels.map((level) => {
    while (next < points.length && (points[next] as { at: number }).at < level) next += 1
    const [low, high] = [points[next - 1], points[next]]
    if (low === undefined) return (high as { value: number }).value
    if (high === undefined) return low.value
    return low.value + ((high.value - low.value) * (level - low.at)) / (high.at - low.at)
  })
}
