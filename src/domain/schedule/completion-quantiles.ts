import type { ScheduleProblem } from './problem.ts'
import { createRandom, nextNormal } from './random.ts'
import { createDecoder } from './decoder.ts'
import { toNetwork } from './network.ts'

/** When all is done, in minutes: in half of what may happen by `median`, in nine of ten by `ninth`. */
export interface CompletionQuantiles {
  readonly median: number
  readonly ninth: number
}

/**
 * What the spreads of the estimates mean for the end: the same order of tasks, each with minutes drawn from a log-normal distribution
 * about its middle, so many times. @returns undefined where no task has a spread
 */
export function findCompletionQuantiles(problem: ScheduleProblem, order: Int32Array, options: { readonly seed?: number; readonly draws: number }): CompletionQuantiles | undefined {
  const { tasks } = problem
  if (!tasks.some(({ minutes, spread = 0 }) => minutes > 0 && spread > 0)) return undefined
  const random = createRandom(options.seed ?? 1)
  const network = toNetwork(problem)
  // Drawn times are no multiples of the plan's tick: seconds will do, where they fit.
  const tick = Math.min(network.tick, 1 / 60)
  const scale = network.horizon * (network.tick / tick) < 2 ** 28 ? network.tick / tick : 1
  const duration = new Int32Array(network.size)
  const decoder = createDecoder({ ...network, duration, release: network.release.map((each) => each * scale) })
  const ends = Float64Array.from({ length: options.draws }, () => {
    for (const [task, { minutes, spread = 0 }] of tasks.entries()) {
      duration[task] = minutes > 0 ? Math.max(1, Math.round((drawMinutes(minutes, spread, random) / (network.tick / scale)))) : 0
    }
    return (decoder.forward(order) * network.tick) / scale
  }).sort()
  const at = (share: number): number => Number((ends[Math.min(ends.length - 1, Math.floor(share * ends.length))] ?? 0).toFixed(1))
  return { median: at(0.5), ninth: at(0.9) }
}

/** Nine of ten of a normal distribution are below so many standard deviations. */
const ninety = 1.2816

/**
 * Minutes are the middle, and the spread is what four of five lie within, divided by twice `ninety`: high - low = middle (e^(ninety sd) - e^(-ninety sd)),
 * with the standard deviation of the logarithm, so that this is the same interval again.
 */
function drawMinutes(middle: number, spread: number, random: () => number): number {
  if (spread === 0) return middle
  const sd = Math.asinh((ninety * spread) / middle) / ninety
  return middle * Math.exp(sd * nextNormal(random))
}
