export interface TimingComparison {
  /** Medians, in the unit of the samples. */
  readonly base: number
  readonly result: number
  /** Median of the result by that of the base. */
  readonly ratio: number
  /** 0 to 1: how sure it is that the ratio is above the limit. */
  readonly confidence: number
}

const resamples = 2000

/**
 * Compares times that were taken in turn: the n-th of the base with the n-th of the result, so that what slowed the machine
 * slowed both. The confidence is the share of bootstrap resamples of those pairs (Efron, 1979) whose ratio of medians is above
 * `most`. Their draws come from a fixed seed: the same samples give the same answer.
 * @throws RangeError where there are no samples, or not as many of one as of the other
 */
export function compareTimings(base: readonly number[], result: readonly number[], most: number): TimingComparison {
  if (base.length === 0 || base.length !== result.length) throw new RangeError(`${base.length} and ${result.length} times cannot be compared in pairs`)
  const draw = createDraws(base.length)
  let above = 0
  for (let n = 0; n < resamples; n++) {
    const picks = base.map(() => draw())
    const [one, other] = [median(picks.map((pick) => base[pick] ?? 0)), median(picks.map((pick) => result[pick] ?? 0))]
    if (other > one * most) above++
  }
  const [before, after] = [median(base), median(result)]
  return { base: before, result: after, ratio: before === 0 ? 1 : after / before, confidence: above / resamples }
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Numbers below `limit`, the same on every run (Marsaglia's xorshift, 2003). */
function createDraws(limit: number): () => number {
  let state = 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}
