import type { CriticalPath } from './critical-path.ts'
import { createDecoder } from './decoder.ts'
import type { Limit } from './limits.ts'
import { noDeadline, type Network } from './network.ts'
import type { SearchState } from './search-schedule.ts'

/** Times in minutes from the beginning. */
export interface ScheduledTask {
  readonly id: string
  readonly start: number
  readonly end: number
  /** Minutes by which it could begin later without making the whole later, the order of all staying as it is. */
  readonly slack: number
  /** Minutes by which it ends after its deadline. */
  readonly late: number
}

export interface ScheduleBounds {
  /** Longest chain of dependencies. */
  readonly criticalPath: number
  /** What the scarcest capacity needs for all its work. */
  readonly energy: number
  /** Every shorter length was refuted. Left out where that says no more than the others. */
  readonly refuted?: number
}

export interface Schedule {
  /** In the order of the problem. */
  readonly tasks: readonly ScheduledTask[]
  readonly makespan: number
  /** No schedule that is late as little as this one is shorter. */
  readonly lowerBound: number
  readonly bounds: ScheduleBounds
  /** Shown, not only believed: nothing is later than it must be, and nothing shorter is possible. */
  readonly proven: boolean
  /** Minutes of all lateness together. */
  readonly tardiness: number
  /** A chain of tasks without a gap that the length hangs on, first to last: each begins as the one before it ends, for whose result or room it waits. */
  readonly criticalChain: readonly string[]
  /** Use of each capacity over the whole time, 0 to 1. */
  readonly loads: readonly { readonly name: string; readonly capacity: number; readonly use: number }[]
}

/** What a search has found, in the words and units of the problem. */
export function toSchedule(network: Network, path: CriticalPath, limits: readonly Limit[], { best, bounds, isProven }: SearchState): Schedule {
  const toMinutes = (ticks: number): number => Number((ticks * network.tick).toFixed(4))
  const { starts, end } = best
  const slack = findSlack(network, best)
  const tasks = network.ids.map((id, task) => {
    const ends = starts[task]! + network.duration[task]!
    return { id, start: toMinutes(starts[task]!), end: toMinutes(ends), slack: toMinutes(slack[task]!), late: network.deadline[task] === noDeadline ? 0 : toMinutes(Math.max(0, ends - network.deadline[task]!)) }
  })
  const loads = network.resources.map(({ name, capacity }, resource) => {
    const { capacity: units, tasks: takers, amounts } = limits[resource]!
    const work = takers.reduce((sum, task, at) => sum + network.duration[task]! * amounts[at]!, 0)
    return { name, capacity, use: units > 0 && end > 0 ? work / (units * end) : 0 }
  })
  return {
    tasks, makespan: toMinutes(end), lowerBound: toMinutes(bounds.best), proven: isProven, tardiness: toMinutes(best.late), loads,
    bounds: { criticalPath: toMinutes(path.length), energy: toMinutes(bounds.energy), ...(bounds.refuted > 0 ? { refuted: toMinutes(bounds.refuted) } : {}) },
    criticalChain: findChain(network, limits, starts, end).map((task) => network.ids[task]!),
  }
}

/** Everything is moved as late as it goes, the last first; how far each task went is its slack. */
function findSlack(network: Network, { order, starts, end }: SearchState['best']): Int32Array {
  const decoder = createDecoder(network)
  const list = new Int32Array(network.size)
  decoder.forward(order)
  decoder.sortByEndDown(order, list)
  decoder.backward(list)
  return Int32Array.from(starts, (start, task) => (network.running[task] === 1 ? 0 : Math.max(0, end - decoder.starts[task]! - network.duration[task]! - start)))
}

/** From the task that ends last back to one that nothing holds; what it waits for the result of goes before what it waits for the room of. */
function findChain(network: Network, limits: readonly Limit[], starts: Int32Array, end: number): readonly number[] {
  const { size, duration, before } = network
  const endOf = (task: number): number => starts[task]! + duration[task]!
  const byEnd = new Map<number, number[]>()
  for (let task = 0; task < size; task += 1) {
    const ending = byEnd.get(endOf(task))
    if (ending === undefined) byEnd.set(endOf(task), [task])
    else ending.push(task)
  }
  const holds: Set<number>[] = Array.from({ length: size }, () => new Set())
  for (const [index, { tasks }] of limits.entries()) for (const task of tasks) holds[task]!.add(index)
  const chain: number[] = []
  const seen = new Set<number>()
  for (let task = byEnd.get(end)?.find((each) => duration[each]! > 0) ?? byEnd.get(end)?.[0]; task !== undefined;) {
    chain.push(task)
    seen.add(task)
    const current = task
    const ending = (byEnd.get(starts[current]!) ?? []).filter((each) => !seen.has(each))
    const needed = new Set(before.items.subarray(before.offsets[current], before.offsets[current + 1]))
    task = ending.find((each) => needed.has(each)) ?? ending.find((each) => duration[each]! > 0 && [...holds[each]!].some((limit) => holds[current]!.has(limit)))
  }
  return chain.reverse()
}
