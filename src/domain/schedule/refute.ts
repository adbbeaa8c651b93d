import type { CriticalPath } from './critical-path.ts'
import type { Limit } from './limits.ts'
import { noDeadline, type Network, type Rows } from './network.ts'

/** Earliest start of each task, and the least time between its end and the end of all; in ticks. */
export interface Windows {
  readonly head: Int32Array
  readonly tail: Int32Array
}

export interface RefuteOptions {
  readonly network: Network
  readonly limits: readonly Limit[]
  readonly path: CriticalPath
  /** All must be done by then. */
  readonly length: number
  /** Whether every task must end by its deadline, or as early as it can where that is later. */
  readonly keepsDeadlines: boolean
  readonly isOver: () => boolean
}

/**
 * Tries to show that no schedule of a length exists, by narrowing the times at which each task can begin (destructive lower bounds, Klein
 * and Scholl 1999): dependencies, pairs that cannot run side by side, what must run at each moment, and the energy of intervals.
 * @returns undefined if there is none; else what each task has left. A clock that ran out refutes nothing
 */
export function narrowWindows(options: RefuteOptions): Windows | undefined {
  const { network, limits, path, length, isOver } = options
  const head = Int32Array.from(path.earliestStart)
  const tail = Int32Array.from(path.tail)
  for (let task = 0; task < network.size; task += 1) {
    const end = head[task]! + network.duration[task]!
    if (options.keepsDeadlines && network.deadline[task] !== noDeadline) tail[task] = Math.max(tail[task]!, length - Math.max(network.deadline[task]!, end))
    if (network.running[task] === 1) tail[task] = Math.max(tail[task]!, length - end)
  }
  const apart = findPairsApart(network, limits)
  const forward: Side = { before: network.before, head, tail }
  const backward: Side = { before: network.after, head: tail, tail: head }
  for (let changed = true; changed && !isOver();) {
    changed = false
    for (const side of [forward, backward]) {
      for (const push of [pushDependents, pushPairs, pushBeyondCores] as const) {
        const outcome = push(side, { network, limits, length, apart })
        if (outcome === 'conflict') return undefined
        changed ||= outcome === 'changed'
      }
    }
  }
  return limits.some((limit) => !isOver() && isOverloaded({ network, limit, head, tail, length })) ? undefined : { head, tail }
}

/** The same rules hold with time running backwards: heads and tails change places. */
interface Side {
  readonly before: Rows
  readonly head: Int32Array
  readonly tail: Int32Array
}
interface Scene {
  readonly network: Network
  readonly limits: readonly Limit[]
  readonly length: number
  readonly apart: Uint8Array
}
type Outcome = 'same' | 'changed' | 'conflict'

function raise({ head, tail }: Side, { network, length }: Scene, task: number, value: number): Outcome {
  if (value <= head[task]!) return 'same'
  head[task] = value
  return value + network.duration[task]! + tail[task]! > length ? 'conflict' : 'changed'
}

function pushDependents(side: Side, scene: Scene): Outcome {
  const { size, duration, topological } = scene.network
  const isForward = side.before === scene.network.before
  let result: Outcome = 'same'
  for (let place = 0; place < size; place += 1) {
    const task = topological[isForward ? place : size - 1 - place]!
    let value = side.head[task]!
    for (let at = side.before.offsets[task]!; at < side.before.offsets[task + 1]!; at += 1) {
      const other = side.before.items[at]!
      value = Math.max(value, side.head[other]! + duration[other]!)
    }
    if (value + duration[task]! + side.tail[task]! > scene.length) return 'conflict'
    if (raise(side, scene, task, value) === 'changed') result = 'changed'
  }
  return result
}

/** Two tasks that cannot run side by side: where one cannot be the first, it is the second. */
function pushPairs(side: Side, scene: Scene): Outcome {
  const { size, duration } = scene.network
  const { head, tail } = side
  let result: Outcome = 'same'
  for (let first = 0; first < size; first += 1) {
    for (let second = 0; second < size; second += 1) {
      if (scene.apart[first * size + second] === 0) continue
      if (head[second]! + duration[second]! + duration[first]! + tail[first]! <= scene.length) continue
      const outcome = raise(side, scene, second, head[first]! + duration[first]!)
      if (outcome === 'conflict') return outcome
      if (outcome === 'changed') result = outcome
    }
  }
  return result
}

/** What must run at a moment, whenever each task begins, leaves no room there for others (time tables). */
function pushBeyondCores(side: Side, scene: Scene): Outcome {
  let result: Outcome = 'same'
  for (const limit of scene.limits) {
    const steps = toCoreSteps(side, scene, limit)
    if (steps.some(({ load }) => load > limit.capacity)) return 'conflict'
    for (const [at, task] of limit.tasks.entries()) {
      const outcome = raise(side, scene, task, findRoom(side, scene, { task, amount: limit.amounts[at]!, capacity: limit.capacity, steps }))
      if (outcome === 'conflict') return outcome
      if (outcome === 'changed') result = outcome
    }
  }
  return result
}

interface Step {
  readonly from: number
  readonly to: number
  readonly load: number
}

function coreOf({ head, tail }: Side, { network, length }: Scene, task: number): { from: number; to: number } {
  return { from: length - tail[task]! - network.duration[task]!, to: head[task]! + network.duration[task]! }
}

/** The load that certainly is there, as steps in the order of time. Taken before any task was pushed: it only grows. */
function toCoreSteps(side: Side, scene: Scene, limit: Limit): readonly Step[] {
  const changes: { at: number; by: number }[] = []
  for (const [at, task] of limit.tasks.entries()) {
    const { from, to } = coreOf(side, scene, task)
    if (from < to) changes.push({ at: from, by: limit.amounts[at]! }, { at: to, by: -limit.amounts[at]! })
  }
  changes.sort((a, b) => a.at - b.at)
  const steps: Step[] = []
  let load = 0
  for (const [index, change] of changes.entries()) {
    load += change.by
    const to = changes[index + 1]?.at ?? change.at
    if (to > change.at && load > 0) steps.push({ from: change.at, to, load })
  }
  return steps
}

function findRoom(side: Side, { network, length }: Scene, asked: { task: number; amount: number; capacity: number; steps: readonly Step[] }): number {
  const { task, amount, capacity, steps } = asked
  const ticks = network.duration[task]!
  let start = side.head[task]!
  const own = { from: length - side.tail[task]! - ticks, to: start + ticks }
  for (const { from, to, load } of steps) {
    if (to <= start) continue
    if (from >= start + ticks) break
    // Its own core is part of the load, in whole steps: cores begin and end them.
    const others = from >= own.from && to <= own.to ? load - amount : load
    if (others + amount > capacity) start = to
  }
  return start
}

function findPairsApart({ size, duration, before }: Network, limits: readonly Limit[]): Uint8Array {
  const apart = new Uint8Array(size * size)
  for (const { tasks, amounts, capacity } of limits) {
    for (const [a, first] of tasks.entries()) {
      for (const [b, second] of tasks.entries()) {
        if (first !== second && duration[first]! > 0 && duration[second]! > 0 && amounts[a]! + amounts[b]! > capacity) apart[first * size + second] = 1
      }
    }
  }
  // Dependencies say it already.
  for (let task = 0; task < size; task += 1) {
    for (let at = before.offsets[task]!; at < before.offsets[task + 1]!; at += 1) {
      apart[task * size + before.items[at]!] = 0
      apart[before.items[at]! * size + task] = 0
    }
  }
  return apart
}

/** Whether some interval must hold more than the capacity gives in it (energetic reasoning, Baptiste, Le Pape and Nuijten 1999). */
function isOverloaded({ network, limit, head, tail, length }: { network: Network; limit: Limit; head: Int32Array; tail: Int32Array; length: number }): boolean {
  const { duration } = network
  const { tasks, amounts, capacity } = limit
  const begins = [...new Set(tasks.map((task) => head[task]!))]
  const ends = [...new Set(tasks.map((task) => length - tail[task]!))]
  for (const from of begins) {
    for (const to of ends) {
      if (to <= from) continue
      let energy = 0
      for (let at = 0; at < tasks.length; at += 1) {
        const task = tasks[at]!
        const ticks = duration[task]!
        const inside = Math.min(ticks, to - from, head[task]! + ticks - from, to - (length - tail[task]! - ticks))
        if (inside > 0) energy += inside * amounts[at]!
      }
      if (energy > capacity * (to - from)) return true
    }
  }
  return false
}
