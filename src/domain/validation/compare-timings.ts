/** What pairs of timings say about two versions. */
export interface Comparison {
  /** Median of the result over median of the base. */
  readonly ratio: number
  /** Medians, in milliseconds. */
  readonly base: number
  readonly result: number
  /** Share of the pairs in which the result took longer than `most` times the base: a sign test without any assumption. */
  readonly beyond: number
  /** Slower than allowed, and not by chance: the sign test's one-sided probability is below 5 %. */
  readonly isSlower: boolean
}

/** Timings of the same command on base and result, taken in turn, so that a pair saw the same moment of the machine. */
export function compareTimings(pairs: readonly { readonly base: number; readonly result: number }[], most: number): Comparison {
  const base = median(pairs.map((pair) => pair.base))
  const result = median(pairs.map((pair) => pair.result))
  const slower = pairs.filter((pair) => pair.result > pair.base * most).length
  const ratio = base > 0 ? result / base : 1
  return { ratio, base, result, beyond: pairs.length === 0 ? 0 : slower / pairs.length, isSlower: ratio > most && chanceOf(slower, pairs.length) < 0.05 }
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}

/** The probability of at least so many heads of fair coins. */
function chanceOf(heads: number, coins: number): number {
  let sum = 0
  let ways = 1
  for (let n = 0; n <= coins; n += 1) {
    if (n >= heads) sum += ways
    ways = (ways * (coins - n)) / (n + 1)
  }
  return sum / 2 ** coins
}
