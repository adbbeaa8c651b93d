export interface Observation {
  readonly features: readonly number[]
  readonly value: number
  readonly weight: number
}

const sweeps = 60
/** Change of a slope below which a sweep was the last. */
const settled = 1e-5
/** Observations that the usual slopes are worth, per unit of variance of a feature. */
const pull = 12

/**
 * Slopes of a line through weighted observations: least squares, pulled towards `usual` (ridge), none below zero (so that more of
 * a feature never means less of the value), by coordinate descent. With few observations they are the usual ones.
 */
export function fitSlopes(observations: readonly Observation[], usual: readonly number[]): readonly number[] {
  const total = observations.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return usual
  const mean = (of: (each: Observation) => number): number => observations.reduce((sum, each) => sum + each.weight * of(each), 0) / total
  const centre = usual.map((_, n) => mean(({ features }) => features[n] ?? 0))
  const middle = mean(({ value }) => value)
  const slopes = [...usual]
  // By column, and by index: this runs before a run begins, over hundreds of tasks.
  const columns = usual.map((_, n) => Float64Array.from(observations, ({ features }) => (features[n] ?? 0) - (centre[n] ?? 0)))
  const weights = Float64Array.from(observations, ({ weight }) => weight)
  const curvature = columns.map((column) => column.reduce((sum, x, k) => sum + (weights[k] ?? 0) * x * x, pull))
  const rest = Float64Array.from(observations, ({ value }, k) => value - middle - slopes.reduce((sum, slope, n) => sum + slope * (columns[n]?.[k] ?? 0), 0))
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    let moved = 0
    for (const [n, old] of slopes.entries()) {
      const column = columns[n] ?? rest
      let up = pull * (usual[n] ?? 0)
      for (let k = 0; k < rest.length; k += 1) up += (weights[k] ?? 0) * (column[k] ?? 0) * ((rest[k] ?? 0) + old * (column[k] ?? 0))
      const slope = Math.max(0, up / (curvature[n] ?? 1))
      if (slope === old) continue
      moved = Math.max(moved, Math.abs(slope - old))
      slopes[n] = slope
      for (let k = 0; k < rest.length; k += 1) rest[k] = (rest[k] ?? 0) - (slope - old) * (column[k] ?? 0)
    }
    if (moved < settled) break
  }
  return slopes
}
