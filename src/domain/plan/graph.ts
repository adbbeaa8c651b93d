import type { Task } from '../../protocol/plan.ts'

interface Node {
  readonly id: string
  readonly dependsOn: readonly string[]
}

/** The ids of one cycle, in the order in which they wait for one another; undefined where the graph has none. */
export function findCycle(tasks: readonly Node[]): readonly string[] | undefined {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const done = new Set<string>()
  for (const { id } of tasks) {
    // Depth first without recursion: a chain may be as long as the plan.
    const path: { readonly id: string; next: number }[] = []
    const onPath = new Set<string>()
    const enter = (each: string): void => {
      path.push({ id: each, next: 0 })
      onPath.add(each)
    }
    if (!done.has(id)) enter(id)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const before = byId.get(top.id)?.dependsOn[top.next]
      top.next += 1
      if (before === undefined) {
        done.add(top.id)
        onPath.delete(top.id)
        path.pop()
      } else if (onPath.has(before)) {
        return path.slice(path.findIndex((each) => each.id === before)).map((each) => each.id)
      } else if (byId.has(before) && !done.has(before)) {
        enter(before)
      }
    }
  }
  return undefined
}

/** Every task after those that it depends on; among equals in the order of the plan. The graph must have no cycle. */
export function sortTasks<T extends Node>(tasks: readonly T[]): readonly T[] {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const waitsFor = new Map(tasks.map((task) => [task.id, task.dependsOn.filter((id) => byId.has(id)).length]))
  const after = toSuccessors(tasks)
  const sorted = tasks.filter((task) => waitsFor.get(task.id) === 0)
  for (const task of sorted) {
    for (const id of after.get(task.id) ?? []) {
      const left = (waitsFor.get(id) ?? 0) - 1
      waitsFor.set(id, left)
      const next = byId.get(id)
      if (left === 0 && next) sorted.push(next)
    }
  }
  return sorted
}

/** Which tasks wait for each one directly. */
export function toSuccessors(tasks: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  const after = new Map<string, string[]>()
  for (const task of tasks) for (const before of task.dependsOn) after.set(before, [...(after.get(before) ?? []), task.id])
  return after
}

/** Everything that comes before a task, directly or not. */
export function toAncestors(tasks: readonly Node[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ancestors = new Map<string, Set<string>>()
  for (const task of sortTasks(tasks)) {
    const all = new Set<string>()
    for (const before of task.dependsOn) {
      all.add(before)
      for (const each of ancestors.get(before) ?? []) all.add(each)
    }
    ancestors.set(task.id, all)
  }
  return ancestors
}

/** Minutes that a task without an estimate is taken for. */
export const usualMinutes = 10

/** Tasks side by side where nobody says how many. */
export const usualWorkers = 2

/** Minutes from the start of each task to the end of the longest chain behind it: the longer, the sooner it should begin. */
export function toTails(tasks: readonly Pick<Task, 'id' | 'dependsOn' | 'estimate'>[]): ReadonlyMap<string, number> {
  const after = toSuccessors(tasks)
  const tails = new Map<string, number>()
  for (const task of [...sortTasks(tasks)].reverse()) {
    const behind = Math.max(0, ...(after.get(task.id) ?? []).map((id) => tails.get(id) ?? 0))
    tails.set(task.id, behind + (task.estimate?.minutes ?? usualMinutes))
  }
  return tails
}

/** The longest chain of tasks that wait for one another, first to last, and its minutes: no number of workers makes it shorter. */
export function findLongestChain(tasks: readonly Pick<Task, 'id' | 'dependsOn' | 'estimate'>[]): { readonly ids: readonly string[]; readonly minutes: number } {
  const tails = toTails(tasks)
  const after = toSuccessors(tasks)
  const longest = (ids: readonly string[]): string | undefined => ids.reduce<string | undefined>((best, id) => (best === undefined || (tails.get(id) ?? 0) > (tails.get(best) ?? 0) ? id : best), undefined)
  const first = longest(tasks.map((task) => task.id))
  const ids: string[] = []
  for (let at = first; at !== undefined; at = longest(after.get(at) ?? [])) ids.push(at)
  return { ids, minutes: first === undefined ? 0 : (tails.get(first) ?? 0) }
}
