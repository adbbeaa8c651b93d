import type { Network, Rows } from './network.ts'

/**
 * Working memory in which orders of tasks are turned into schedules (the serial schedule generation scheme): each task in turn
 * begins as early as the tasks before it and what is left of the capacities let it.
 *
 * What is in use over time is a linked list of breakpoints: the capacity between two of them does not change. Every end of a task is one,
 * so a task's search begins at the breakpoint of its latest predecessor, without looking for it.
 */
export interface Decoder {
  /** Decodes an order in which no task stands before one that it depends on. @returns when all is done, in ticks */
  forward(order: Int32Array): number
  /** The same with time running backwards: the order begins with what ends last. Releases do not hold there. */
  backward(order: Int32Array): number
  /** Start of each task in the last schedule, in ticks; counted from its end if that was a backward one. */
  readonly starts: Int32Array
  /** The tasks of the last schedule by their starts; ties as they were decoded. */
  sortByStart(decoded: Int32Array, into: Int32Array): void
  /** The tasks of the last schedule by their ends, the latest first: the order for the opposite direction. */
  sortByEndDown(decoded: Int32Array, into: Int32Array): void
}

export function createDecoder(network: Network): Decoder {
  const { size, duration, capacity, demands, amounts, leases, masks, leaseWords, running } = network
  const limits = capacity.length
  const columns = limits + leaseWords
  const releases = [...new Set([0, ...network.release])].sort((a, b) => a - b)
  const most = size + releases.length + 1
  const time = new Int32Array(most)
  const next = new Int32Array(most)
  /** What is left of each capacity, and the bits of the leases that are held, between this breakpoint and the next. */
  const left = new Int32Array(most * columns)
  const releaseNode = Int32Array.from(network.release, (release) => releases.indexOf(release))
  const noRelease = new Int32Array(size)
  const starts = new Int32Array(size)
  const startNode = new Int32Array(size)
  const endNode = new Int32Array(size)
  const heads = new Int32Array(most)
  const chained = new Int32Array(size)
  const demandFrom = demands.offsets
  const demandOf = demands.items
  const leaseFrom = leases.offsets
  const leaseOf = leases.items
  let used = 0

  const reset = (withReleases: boolean): void => {
    used = withReleases ? releases.length : 1
    for (let node = 0; node < used; node += 1) {
      time[node] = releases[node]!
      next[node] = node + 1 < used ? node + 1 : -1
      const row = node * columns
      for (let column = 0; column < limits; column += 1) left[row + column] = capacity[column]!
      for (let column = limits; column < columns; column += 1) left[row + column] = 0
    }
  }

  const fits = (task: number, row: number): boolean => {
    for (let at = demandFrom[task]!, end = demandFrom[task + 1]!; at < end; at += 1) if (left[row + demandOf[at]!]! < amounts[at]!) return false
    for (let at = leaseFrom[task]!, end = leaseFrom[task + 1]!; at < end; at += 1) if ((left[row + limits + leaseOf[at]!]! & masks[at]!) !== 0) return false
    return true
  }

  const occupy = (task: number, from: number, last: number): void => {
    const ticks = duration[task]!
    starts[task] = time[from]!
    startNode[task] = from
    const end = time[from]! + ticks
    let stop = next[last]!
    if (stop < 0 || time[stop]! !== end) {
      const made = used
      used += 1
      time[made] = end
      next[made] = stop
      next[last] = made
      for (let column = 0, to = made * columns, of = last * columns; column < columns; column += 1) left[to + column] = left[of + column]!
      stop = made
    }
    endNode[task] = stop
    const demandStart = demandFrom[task]!
    const demandEnd = demandFrom[task + 1]!
    const leaseStart = leaseFrom[task]!
    const leaseEnd = leaseFrom[task + 1]!
    for (let node = from; node !== stop; node = next[node]!) {
      const row = node * columns
      for (let at = demandStart; at < demandEnd; at += 1) left[row + demandOf[at]!]! -= amounts[at]!
      for (let at = leaseStart; at < leaseEnd; at += 1) left[row + limits + leaseOf[at]!]! |= masks[at]!
    }
  }

  const place = (task: number, before: Rows, earliest: Int32Array): void => {
    let from = earliest[task]!
    for (let at = before.offsets[task]!, end = before.offsets[task + 1]!; at < end; at += 1) {
      const node = endNode[before.items[at]!]!
      if (time[node]! > time[from]!) from = node
    }
    const ticks = duration[task]!
    if (ticks === 0) {
      starts[task] = time[from]!
      startNode[task] = from
      endNode[task] = from
      return
    }
    let node = from
    let end = time[from]! + ticks
    for (;;) {
      const following = next[node]!
      if (!fits(task, node * columns)) {
        // The last breakpoint has everything free, so there is always a following one here.
        from = following
        node = following
        end = time[from]! + ticks
      } else if (following < 0 || time[following]! >= end) break
      else node = following
    }
    occupy(task, from, node)
  }

  /** What runs already was fitted in by whoever began it: it is not asked again. */
  const placeRunning = (task: number): void => {
    let last = 0
    const end = duration[task]!
    if (end === 0) {
      starts[task] = 0
      startNode[task] = 0
      endNode[task] = 0
      return
    }
    for (let following = next[last]!; following >= 0 && time[following]! < end; following = next[last]!) last = following
    occupy(task, 0, last)
  }
  const runningTasks = [...running.keys()].filter((task) => running[task] === 1)

  const finish = (): number => {
    let end = 0
    for (let task = 0; task < size; task += 1) {
      const each = starts[task]! + duration[task]!
      if (each > end) end = each
    }
    return end
  }

  const bucket = (decoded: Int32Array, node: Int32Array): void => {
    heads.fill(-1, 0, used)
    for (let at = size - 1; at >= 0; at -= 1) {
      const task = decoded[at]!
      chained[task] = heads[node[task]!]!
      heads[node[task]!] = task
    }
  }

  return {
    starts,
    forward: (order) => {
      reset(true)
      for (const task of runningTasks) placeRunning(task)
      for (let at = 0; at < size; at += 1) if (running[order[at]!] === 0) place(order[at]!, network.before, releaseNode)
      return finish()
    },
    backward: (order) => {
      reset(false)
      for (let at = 0; at < size; at += 1) place(order[at]!, network.after, noRelease)
      return finish()
    },
    sortByStart: (decoded, into) => {
      bucket(decoded, startNode)
      let to = 0
      for (let node = 0; node >= 0; node = next[node]!) for (let task = heads[node]!; task >= 0; task = chained[task]!) into[to++] = task
    },
    sortByEndDown: (decoded, into) => {
      bucket(decoded, endNode)
      let to = size
      for (let node = 0; node >= 0; node = next[node]!) for (let task = heads[node]!; task >= 0; task = chained[task]!) into[--to] = task
    },
  }
}
