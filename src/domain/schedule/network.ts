import type { Resource, ScheduleProblem } from './problem.ts'

/** Rows of different lengths in two flat arrays: row `i` is `items[offsets[i] … offsets[i + 1] - 1]`. */
export interface Rows {
  readonly offsets: Int32Array
  readonly items: Int32Array
}

/**
 * A problem as flat integer arrays, indexed by the task's place in `ids`. Times are whole ticks of `tick` minutes; demands and
 * capacities whole units. Immutable: whoever decodes has working memory of their own.
 */
export interface Network {
  readonly size: number
  readonly ids: readonly string[]
  /** Minutes of a tick. */
  readonly tick: number
  readonly duration: Int32Array
  readonly release: Int32Array
  /** Wanted end, or `noDeadline`. */
  readonly deadline: Int32Array
  /** 1 where the task runs already: it begins at 0 whatever else there is. */
  readonly running: Uint8Array
  readonly before: Rows
  readonly after: Rows
  /** An order in which every task stands behind those before it. */
  readonly topological: Int32Array
  readonly resources: readonly Resource[]
  /** Capacity of each resource, in units. */
  readonly capacity: Int32Array
  /** Resource of each demand … */
  readonly demands: Rows
  /** … and its amount. */
  readonly amounts: Int32Array
  /** Bits of the exclusive groups of a task: word of each … */
  readonly leases: Rows
  /** … and its bits. */
  readonly masks: Int32Array
  readonly leaseWords: number
  /** Members of each exclusive group. */
  readonly groups: Rows
  /** Sum of all durations and the latest release: no sensible schedule is longer. */
  readonly horizon: number
}

export const noDeadline = 2 ** 31 - 1
/** Times fit into 31 bits, so that they stay small integers. */
const mostTicks = 2 ** 30
const groupsPerWord = 31
/** Amounts that are no whole numbers are counted in millionths of the capacity. */
const parts = 1_000_000

export function toRows(lists: readonly (readonly number[])[]): Rows {
  const offsets = new Int32Array(lists.length + 1)
  for (const [index, list] of lists.entries()) offsets[index + 1] = (offsets[index] ?? 0) + list.length
  return { offsets, items: Int32Array.from(lists.flat()) }
}

/** The same relation seen from the other side. */
export function invert(rows: Rows, size: number): Rows {
  const lists: number[][] = Array.from({ length: size }, () => [])
  for (let row = 0; row + 1 < rows.offsets.length; row += 1) {
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at += 1) lists[rows.items[at]!]!.push(row)
  }
  return toRows(lists)
}

/** @throws RangeError for a problem that `findFlaw` would have refused: call that first. */
export function toNetwork(problem: ScheduleProblem, running: ReadonlySet<string> = new Set()): Network {
  const { tasks } = problem
  const size = tasks.length
  const indexOf = new Map(tasks.map(({ id }, index) => [id, index]))
  const find = (id: string): number => {
    const index = indexOf.get(id)
    if (index === undefined) throw new RangeError(`no task ${id}`)
    return index
  }
  const before = toRows(tasks.map(({ after }) => [...new Set(after)].map(find)))
  const after = invert(before, size)
  const topological = sortTopologically(before, after, size)
  if (topological.length < size) throw new RangeError('the dependencies have a cycle')
  const times = toTicks(problem)
  const { demands, amounts, capacity } = toUnits(problem)
  const groups = toRows(problem.exclusive.map((group) => group.tasks.map(find)))
  const { leases, masks } = toMasks(groups, size)
  return {
    size, ids: tasks.map(({ id }) => id), ...times, running: Uint8Array.from(tasks, ({ id }) => (running.has(id) ? 1 : 0)),
    before, after, topological, resources: problem.resources, capacity, demands, amounts,
    leases, masks, leaseWords: Math.ceil(problem.exclusive.length / groupsPerWord), groups,
  }
}

/** Kahn's algorithm. What is on a cycle, or behind one, is missing from the result. */
function sortTopologically(before: Rows, after: Rows, size: number): Int32Array {
  const open = Int32Array.from({ length: size }, (_, task) => before.offsets[task + 1]! - before.offsets[task]!)
  const order: number[] = []
  for (let task = 0; task < size; task += 1) if (open[task] === 0) order.push(task)
  for (let at = 0; at < order.length; at += 1) {
    const task = order[at]!
    for (let edge = after.offsets[task]!; edge < after.offsets[task + 1]!; edge += 1) {
      const next = after.items[edge]!
      open[next]! -= 1
      if (open[next] === 0) order.push(next)
    }
  }
  return Int32Array.from(order)
}

/** Minutes become seconds; what all of them are whole multiples of becomes the tick. A task that takes any time takes a second. */
function toTicks({ tasks }: ScheduleProblem): Pick<Network, 'tick' | 'duration' | 'release' | 'deadline' | 'horizon'> {
  const toSeconds = (minutes: number): number => Math.round(minutes * 60)
  const durations = tasks.map(({ minutes }) => (minutes > 0 ? Math.max(1, toSeconds(minutes)) : 0))
  const releases = tasks.map(({ release }) => toSeconds(release ?? 0))
  const deadlines = tasks.map(({ deadline }) => (deadline === undefined ? undefined : toSeconds(deadline)))
  let seconds = 0
  for (const each of [...durations, ...releases, ...deadlines]) if (each) seconds = greatestCommonDivisor(seconds, each)
  const unit = seconds || 60
  const horizon = (durations.reduce((sum, each) => sum + each, 0) + releases.reduce((most, each) => Math.max(most, each), 0)) / unit
  if (horizon > mostTicks) throw new RangeError('the tasks take too long together')
  return {
    tick: unit / 60, horizon,
    duration: Int32Array.from(durations, (each) => each / unit),
    release: Int32Array.from(releases, (each) => each / unit),
    deadline: Int32Array.from(deadlines, (each) => (each === undefined ? noDeadline : Math.min(noDeadline, each / unit))),
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Rounded down, so that tasks which fill a capacity exactly still fit together: 1/3 three times is 999,999 parts of 1,000,000. */
function toUnits({ tasks, resources }: ScheduleProblem): Pick<Network, 'demands' | 'amounts' | 'capacity'> {
  const scales = resources.map(({ name, capacity }) => {
    const values = [capacity, ...tasks.map(({ demands }) => demands[name] ?? 0)]
    return values.every((value) => Number.isInteger(value) && value < mostTicks) ? 1 : parts / (capacity || 1)
  })
  const perTask = tasks.map(({ demands, minutes }) => resources.flatMap(({ name }, resource) => {
    const amount = demands[name] ?? 0
    if (amount <= 0 || minutes <= 0) return []
    return [{ resource, units: Math.max(1, Math.floor(amount * scales[resource]! + 1e-6)) }]
  }))
  return {
    demands: toRows(perTask.map((each) => each.map(({ resource }) => resource))),
    amounts: Int32Array.from(perTask.flat(), ({ units }) => units),
    capacity: Int32Array.from(resources, ({ capacity }, resource) => Math.floor(capacity * scales[resource]! + 1e-6)),
  }
}

function toMasks(groups: Rows, size: number): Pick<Network, 'leases' | 'masks'> {
  const words: Map<number, number>[] = Array.from({ length: size }, () => new Map())
  for (let group = 0; group + 1 < groups.offsets.length; group += 1) {
    const word = Math.floor(group / groupsPerWord)
    for (let at = groups.offsets[group]!; at < groups.offsets[group + 1]!; at += 1) {
      const held = words[groups.items[at]!]!
      held.set(word, (held.get(word) ?? 0) | (1 << (group % groupsPerWord)))
    }
  }
  return { leases: toRows(words.map((held) => [...held.keys()])), masks: Int32Array.from(words.flatMap((held) => [...held.values()])) }
}
