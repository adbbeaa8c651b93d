import type { Limit } from './limits.ts'
import type { Network } from './network.ts'
import { createRandom } from './random.ts'
import type { Windows } from './refute.ts'

/** found: within the length · none: there is none · open: out of time. */
export type BranchOutcome = { readonly kind: 'found'; readonly starts: Int32Array } | { readonly kind: 'none' } | { readonly kind: 'open' }

/** States of the search that are remembered at most, so that memory is bounded. */
const mostStates = 200_000
const nodesPerLook = 256

/**
 * Looks through all schedules within a length, depth first, tasks in the order of their starts (the precedence tree of Patterson et al. 1989):
 * what is placed next begins as early as it can, no earlier than what was placed last. A branch ends where a task has missed its window,
 * where the work that is left does not fit, or where the same tasks were placed before and all of them ended no later (the cut-set rule of
 * Demeulemeester and Herroelen 1992). Nothing may run already: what runs was placed by others.
 */
export function searchBranches(asked: { readonly network: Network; readonly limits: readonly Limit[]; readonly windows: Windows; readonly length: number; readonly isOver: () => boolean }): BranchOutcome {
  const { network, limits, windows, length, isOver } = asked
  const { size, duration, before, after } = network
  const demand = limits.map(({ tasks, amounts }) => {
    const row = new Int32Array(size)
    for (const [at, task] of tasks.entries()) row[task] = duration[task]! > 0 ? amounts[at]! : 0
    return row
  })
  const latest = Int32Array.from(windows.tail, (tail, task) => length - tail - duration[task]!)
  const starts = new Int32Array(size).fill(-1)
  const ends = new Int32Array(size)
  const open = Int32Array.from({ length: size }, (_, task) => before.offsets[task + 1]! - before.offsets[task]!)
  const energyLeft = limits.map((_, limit) => duration.reduce((sum, ticks, task) => sum + ticks * demand[limit]![task]!, 0))
  const seen = createSeen(network)
  const active: number[] = []
  let nodes = 0
  let isStopped = false

  /** The load only falls from the last start on: the first moment with room is one with room for good. */
  const findStart = (task: number, now: number): number => {
    let at = Math.max(now, windows.head[task]!)
    for (let edge = before.offsets[task]!; edge < before.offsets[task + 1]!; edge += 1) at = Math.max(at, ends[before.items[edge]!]!)
    if (duration[task] === 0) return at
    for (const [limit, { capacity }] of limits.entries()) {
      const own = demand[limit]![task]!
      if (own === 0) continue
      for (;;) {
        let load = own
        let soonest = Infinity
        for (const other of active) {
          if (ends[other]! <= at || demand[limit]![other] === 0) continue
          load += demand[limit]![other]!
          soonest = Math.min(soonest, ends[other]!)
        }
        if (load <= capacity) break
        at = soonest
      }
    }
    return at
  }

  const fitsEnergy = (now: number): boolean => {
    for (const [limit, { capacity }] of limits.entries()) {
      let held = energyLeft[limit]!
      for (const task of active) if (ends[task]! > now) held += (ends[task]! - now) * demand[limit]![task]!
      if (held > capacity * (length - now)) return false
    }
    return true
  }

  const place = (task: number, start: number, sign: 1 | -1): void => {
    starts[task] = sign === 1 ? start : -1
    ends[task] = sign === 1 ? start + duration[task]! : 0
    seen.toggle(task)
    for (let limit = 0; limit < limits.length; limit += 1) energyLeft[limit]! -= sign * duration[task]! * demand[limit]![task]!
    for (let edge = after.offsets[task]!; edge < after.offsets[task + 1]!; edge += 1) open[after.items[edge]!]! -= sign
    if (sign === 1) active.push(task)
    else active.pop()
  }

  const visit = (placed: number, now: number): boolean => {
    if (placed === size) return true
    nodes += 1
    if (nodes % nodesPerLook === 0 && isOver()) isStopped = true
    if (isStopped || !fitsEnergy(now) || seen.isDominated(active, ends, now)) return false
    const choices: { readonly task: number; readonly start: number }[] = []
    for (let task = 0; task < size; task += 1) {
      if (starts[task]! >= 0 || open[task]! > 0) continue
      const start = findStart(task, now)
      // Nothing that is placed later makes room: this one stays too late.
      if (start > latest[task]!) return false
      choices.push({ task, start })
    }
    choices.sort((a, b) => a.start - b.start || latest[a.task]! - latest[b.task]! || a.task - b.task)
    const quickest = choices.reduce((best, each) => (each.start + duration[each.task]! < best.start + duration[best.task]! ? each : best))
    const firstEnd = quickest.start + duration[quickest.task]!
    for (const { task, start } of choices) {
      // The quickest could be over before this one begins: with it moved there nothing is later.
      if (start >= firstEnd && task !== quickest.task) continue
      place(task, start, 1)
      if (visit(placed + 1, start)) return true
      place(task, start, -1)
      if (isStopped) return false
    }
    return false
  }
  if (visit(0, 0)) return { kind: 'found', starts }
  return isStopped ? { kind: 'open' } : { kind: 'none' }
}

interface Seen {
  /** The task enters or leaves the set of placed ones. */
  toggle(task: number): void
  /** Whether the same tasks were placed before, all of them over no later as seen from now on; remembers them if not. */
  isDominated(active: readonly number[], ends: Int32Array, now: number): boolean
}

interface SeenState {
  readonly set: Int32Array
  readonly now: number
  readonly tasks: readonly number[]
  readonly ends: readonly number[]
}

function createSeen({ size }: Network): Seen {
  const random = createRandom(size)
  const marks = Float64Array.from({ length: size }, () => Math.floor(random() * 2 ** 31))
  const set = new Int32Array((size + 31) >>> 5)
  const states = new Map<number, SeenState[]>()
  let stored = 0
  let high = 0
  let low = 0
  return {
    toggle: (task) => {
      set[task >>> 5]! ^= 1 << (task & 31)
      high ^= marks[task]! & 0xf_ff_ff
      low ^= marks[size - 1 - task]!
    },
    isDominated: (active, ends, now) => {
      const key = high * 2 ** 31 + low
      const known = states.get(key) ?? []
      for (const other of known) {
        if (other.now <= now && isSameSet(other.set, set) && other.tasks.every((task, at) => other.ends[at]! <= Math.max(ends[task]!, now))) return true
      }
      if (stored < mostStates) {
        const running = active.filter((task) => ends[task]! > now)
        known.push({ set: set.slice(), now, tasks: running, ends: running.map((task) => ends[task]!) })
        states.set(key, known)
        stored += 1
      }
      return false
    },
  }
}

function isSameSet(a: Int32Array, b: Int32Array): boolean {
  for (let word = 0; word < a.length; word += 1) if (a[word] !== b[word]) return false
  return true
}
