import type { Network } from './network.ts'

/** When each task could begin and end if nothing but dependencies and releases held it; in ticks. */
export interface CriticalPath {
  readonly earliestStart: Int32Array
  /** The latest start that leaves the length as it is. */
  readonly latestStart: Int32Array
  /** Ticks from the first release to the end of all. */
  readonly length: number
  /** Ticks from the end of a task to the end of all, at the least. */
  readonly tail: Int32Array
}

/** Forward and backward pass (the critical path method). */
export function findCriticalPath(network: Network): CriticalPath {
  const { size, duration, release, before, after, topological } = network
  const earliestStart = Int32Array.from(release)
  const tail = new Int32Array(size)
  let length = 0
  for (const task of topological) {
    for (let at = before.offsets[task]!; at < before.offsets[task + 1]!; at += 1) {
      const end = earliestStart[before.items[at]!]! + duration[before.items[at]!]!
      if (end > earliestStart[task]!) earliestStart[task] = end
    }
    length = Math.max(length, earliestStart[task]! + duration[task]!)
  }
  for (let place = size - 1; place >= 0; place -= 1) {
    const task = topological[place]!
    for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) {
      const rest = tail[after.items[at]!]! + duration[after.items[at]!]!
      if (rest > tail[task]!) tail[task] = rest
    }
  }
  return { earliestStart, latestStart: Int32Array.from(tail, (rest, task) => length - rest - duration[task]!), length, tail }
}
