import type { CriticalPath } from './critical-path.ts'
import type { Limit } from './limits.ts'
import type { Network } from './network.ts'

/** Sorting by heads and tails takes the square of the tasks; above this only all tasks together are looked at. */
const mostTasks = 2_000

/**
 * What must run between the earliest start of some tasks and what comes after them needs its energy (ticks times amount) from one
 * capacity: least head + energy / capacity + least tail, the greatest over all such sets. @returns ticks
 */
export function findEnergyBound(network: Network, limit: Limit, path: CriticalPath): number {
  const { duration } = network
  const { earliestStart: head, tail } = path
  const all = limit.tasks.map((task, at) => ({ head: head[task]!, tail: tail[task]!, energy: duration[task]! * limit.amounts[at]! })).filter(({ energy }) => energy > 0)
  if (all.length === 0 || limit.capacity === 0) return 0
  const byHead = all.toSorted((a, b) => b.head - a.head)
  const tails = all.length > mostTasks ? [Math.min(...all.map((each) => each.tail))] : [...new Set(all.map((each) => each.tail))]
  let bound = 0
  for (const least of tails) {
    let energy = 0
    for (const each of byHead) {
      if (each.tail < least) continue
      energy += each.energy
      bound = Math.max(bound, each.head + Math.ceil(energy / limit.capacity) + least)
    }
  }
  return bound
}
