import type { Network } from './network.ts'
import type { Random } from './random.ts'
import { createTaskHeap } from './task-heap.ts'

/** The order in which tasks stand by their rank, none before one that it depends on. */
export function orderByRank(network: Network, ranks: Float64Array): Int32Array {
  const { size, before, after } = network
  const open = openCounts(network)
  const ready = createTaskHeap(ranks)
  for (let task = 0; task < size; task += 1) if (before.offsets[task] === before.offsets[task + 1]) ready.push(task)
  const order = new Int32Array(size)
  for (let place = 0; place < size; place += 1) {
    const task = ready.pop()!
    order[place] = task
    for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) {
      const next = after.items[at]!
      open[next]! -= 1
      if (open[next] === 0) ready.push(next)
    }
  }
  return order
}

/**
 * A random order in which tasks of smaller rank tend to come first: each is drawn with a probability that grows with how much worse
 * the worst candidate is (regret-based biased random sampling, Drexl 1991).
 */
export function sampleOrder(network: Network, ranks: Float64Array, random: Random): Int32Array {
  const { size, before, after } = network
  const open = openCounts(network)
  const ready: number[] = []
  for (let task = 0; task < size; task += 1) if (before.offsets[task] === before.offsets[task + 1]) ready.push(task)
  const order = new Int32Array(size)
  for (let place = 0; place < size; place += 1) {
    const chosen = draw(ready, ranks, random)
    const task = ready[chosen]!
    ready[chosen] = ready.at(-1)!
    ready.pop()
    order[place] = task
    for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) {
      const next = after.items[at]!
      open[next]! -= 1
      if (open[next] === 0) ready.push(next)
    }
  }
  return order
}

function draw(ready: readonly number[], ranks: Float64Array, random: Random): number {
  let worst = -Infinity
  for (const task of ready) worst = Math.max(worst, ranks[task]!)
  let total = 0
  for (const task of ready) total += worst - ranks[task]! + 1
  let rest = random() * total
  for (let at = 0; at < ready.length - 1; at += 1) {
    rest -= worst - ranks[ready[at]!]! + 1
    if (rest < 0) return at
  }
  return ready.length - 1
}

export function openCounts({ size, before }: Network): Int32Array {
  return Int32Array.from({ length: size }, (_, task) => before.offsets[task + 1]! - before.offsets[task]!)
}
