import type { Decoder } from './decoder.ts'
import { noDeadline, type Network } from './network.ts'

/** A schedule with the list of tasks that decodes to it, in the order of their starts. */
export interface Candidate {
  readonly order: Int32Array
  readonly starts: Int32Array
  /** Ticks by which tasks end after their deadlines, all together. */
  readonly late: number
  /** When all is done, in ticks. */
  readonly end: number
  /** Ticks by which starts differ from those that were planned before, all together. */
  readonly drift: number
}

/** Less than 0 if `a` is better: less late, then earlier done, then nearer to what was planned before. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return a.late - b.late || a.end - b.end || a.drift - b.drift
}

export interface Improver {
  /** Decodes an order as it is. */
  decode(order: Int32Array): Candidate
  /** Decodes an order, then pushes everything late and early again until that gains nothing. Counts as three schedules or more. */
  improve(order: Int32Array): Candidate
  /** Schedules decoded so far. */
  decoded(): number
}

/**
 * Forward-backward improvement (double justification, Valls, Ballestín and Quintanilla 2005): tasks are moved as late as they can go,
 * the one that ends last first, then as early as they can go. It never makes a schedule longer.
 */
export function createImprover(network: Network, decoder: Decoder, planned?: Int32Array): Improver {
  const { size } = network
  const list = new Int32Array(size)
  const other = new Int32Array(size)
  let decoded = 0
  const measure = createMeasure(network, planned)
  const toCandidate = (order: Int32Array, end: number): Candidate => {
    const sorted = new Int32Array(size)
    decoder.sortByStart(order, sorted)
    return { order: sorted, starts: decoder.starts.slice(), end, ...measure(decoder.starts) }
  }
  return {
    decoded: () => decoded,
    decode: (order) => {
      decoded += 1
      return toCandidate(order, decoder.forward(order))
    },
    improve: (order) => {
      let end = decoder.forward(order)
      decoded += 1
      const isPlain = !measure.isNeeded
      let best = isPlain ? undefined : toCandidate(order, end)
      decoder.sortByEndDown(order, list)
      for (;;) {
        decoder.backward(list)
        decoder.sortByEndDown(list, other)
        const shorter = decoder.forward(other)
        decoded += 2
        if (best !== undefined) {
          const next = toCandidate(other, shorter)
          if (compareCandidates(next, best) < 0) best = next
        }
        if (shorter >= end) return best ?? toCandidate(other, shorter)
        end = shorter
        decoder.sortByEndDown(other, list)
      }
    },
  }
}

interface Measure {
  (starts: Int32Array): { readonly late: number; readonly drift: number }
  /** Whether anything but the end counts. */
  readonly isNeeded: boolean
}

export function createMeasure(network: Network, planned?: Int32Array): Measure {
  const { duration, deadline } = network
  const due = [...deadline.keys()].filter((task) => deadline[task] !== noDeadline)
  const measure = (starts: Int32Array): { late: number; drift: number } => {
    let late = 0
    for (const task of due) late += Math.max(0, starts[task]! + duration[task]! - deadline[task]!)
    let drift = 0
    if (planned !== undefined) for (let task = 0; task < starts.length; task += 1) drift += Math.abs(starts[task]! - planned[task]!)
    return { late, drift }
  }
  return Object.assign(measure, { isNeeded: due.length > 0 || planned !== undefined })
}
