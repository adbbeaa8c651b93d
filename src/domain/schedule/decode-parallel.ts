import { openCounts } from './list-orders.ts'
import type { Network } from './network.ts'
import { createTaskHeap } from './task-heap.ts'

/**
 * The parallel schedule generation scheme: at every moment when something ends or is released, the ready tasks of least rank that fit begin.
 * @returns tasks in the order in which they began, and their starts in ticks
 */
export function decodeParallel(network: Network, ranks: Float64Array): { readonly order: Int32Array; readonly starts: Int32Array } {
  const { size, duration, release, running, after } = network
  const open = openCounts(network)
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  const order = new Int32Array(size)
  const room = createRoom(network)
  const busy = createTaskHeap(ends)
  const later = createTaskHeap(release)
  const ready: number[] = []
  let placed = 0
  let now = 0

  /** Sorted by rank, then by number: at every moment all of it is looked through, but little of it changes. */
  const insert = (task: number): void => {
    let low = 0
    for (let high = ready.length; low < high;) {
      const middle = (low + high) >> 1
      const other = ready[middle]!
      if (ranks[other]! < ranks[task]! || (ranks[other] === ranks[task] && other < task)) low = middle + 1
      else high = middle
    }
    ready.splice(low, 0, task)
  }
  const admit = (task: number): void => {
    if (release[task]! > now) later.push(task)
    else insert(task)
  }
  const begin = (task: number): void => {
    starts[task] = now
    ends[task] = now + duration[task]!
    order[placed] = task
    placed += 1
    if (duration[task]! > 0) room.take(task)
    busy.push(task)
  }
  const endDue = (): void => {
    for (let task = busy.peek(); task !== undefined && ends[task]! <= now; task = busy.peek()) {
      busy.pop()
      if (duration[task]! > 0) room.give(task)
      for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) {
        const next = after.items[at]!
        open[next]! -= 1
        if (open[next] === 0) admit(next)
      }
    }
    for (let task = later.peek(); task !== undefined && release[task]! <= now; task = later.peek()) insert(later.pop()!)
  }
  for (let task = 0; task < size; task += 1) {
    if (running[task] === 1) begin(task)
    else if (open[task] === 0) admit(task)
  }
  while (placed < size) {
    endDue()
    for (let at = 0, isFull = room.isFull(); at < ready.length && !isFull;) {
      const task = ready[at]!
      if (duration[task] === 0 || room.fits(task)) {
        ready.splice(at, 1)
        begin(task)
        isFull = room.isFull()
        // A milestone ends as it begins, and may let others begin that come before these.
        if (duration[task] === 0) {
          endDue()
          at = 0
        }
      } else at += 1
    }
    const soonest = Math.min(ends[busy.peek() ?? -1] ?? Infinity, release[later.peek() ?? -1] ?? Infinity)
    if (placed < size) now = soonest
  }
  return { order, starts }
}

interface Room {
  fits(task: number): boolean
  take(task: number): void
  give(task: number): void
  /** No task that takes any time would fit. */
  isFull(): boolean
}

/** What is left of every capacity at one moment. */
function createRoom(network: Network): Room {
  const { size, duration, capacity, demands, amounts, leases, masks, leaseWords } = network
  const left = Int32Array.from(capacity)
  const held = new Int32Array(leaseWords)
  const least = leastDemands(network)
  const hasMilestones = duration.includes(0) && size > 0
  return {
    fits: (task) => {
      for (let at = demands.offsets[task]!; at < demands.offsets[task + 1]!; at += 1) if (left[demands.items[at]!]! < amounts[at]!) return false
      for (let at = leases.offsets[task]!; at < leases.offsets[task + 1]!; at += 1) if ((held[leases.items[at]!]! & masks[at]!) !== 0) return false
      return true
    },
    take: (task) => {
      for (let at = demands.offsets[task]!; at < demands.offsets[task + 1]!; at += 1) left[demands.items[at]!]! -= amounts[at]!
      for (let at = leases.offsets[task]!; at < leases.offsets[task + 1]!; at += 1) held[leases.items[at]!]! |= masks[at]!
    },
    give: (task) => {
      for (let at = demands.offsets[task]!; at < demands.offsets[task + 1]!; at += 1) left[demands.items[at]!]! += amounts[at]!
      for (let at = leases.offsets[task]!; at < leases.offsets[task + 1]!; at += 1) held[leases.items[at]!]! &= ~masks[at]!
    },
    isFull: () => !hasMilestones && least.some((amount, resource) => amount > 0 && left[resource]! < amount),
  }
}

/** The least that any task takes of each resource; 0 where some task takes nothing. */
function leastDemands({ size, capacity, demands, amounts }: Network): Int32Array {
  const least = new Int32Array(capacity.length)
  const takers = new Int32Array(capacity.length)
  for (let task = 0; task < size; task += 1) {
    for (let at = demands.offsets[task]!; at < demands.offsets[task + 1]!; at += 1) {
      const resource = demands.items[at]!
      least[resource] = takers[resource] === 0 ? amounts[at]! : Math.min(least[resource]!, amounts[at]!)
      takers[resource]! += 1
    }
  }
  return least.map((amount, resource) => (takers[resource] === size ? amount : 0))
}
