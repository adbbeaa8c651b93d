import type { ScheduleProblem, ScheduleTask } from './problem.ts'
import { createRandom, type Random } from './random.ts'

/**
 * Parameters of generated problems, as in ProGen (Kolisch, Sprecher and Drexl 1995), by which the instances of the standard library were made.
 * Complexity: dependencies for each task · factor: share of the resources that a task takes · strength: 0 as scarce as can be, 1 plenty.
 */
export interface ProblemShape {
  readonly tasks: number
  readonly seed: number
  readonly complexity?: number
  readonly factor?: number
  readonly strength?: number
  readonly resources?: number
  /** Also releases, deadlines, milestones and groups of which only one task runs at a time. */
  readonly isMixed?: boolean
}

export function generateProblem(shape: ProblemShape): ScheduleProblem {
  const { tasks: count, seed, complexity = 1.8, factor = 0.75, strength = 0.3, resources: kinds = 4, isMixed = false } = shape
  const random = createRandom(seed)
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  const names = Array.from({ length: kinds }, (_, kind) => `r${kind + 1}`)
  const after = generateNetwork(count, complexity, random)
  const tasks: ScheduleTask[] = after.map((before, index) => ({
    id: `t${index}`, minutes: isMixed && random() < 0.08 ? 0 : whole(1, 10), after: before.map((each) => `t${each}`),
    demands: Object.fromEntries(names.filter(() => random() < factor).map((name) => [name, whole(1, 10)])),
    ...(isMixed && random() < 0.2 ? { release: whole(0, 20) } : {}),
    ...(isMixed && random() < 0.2 ? { deadline: whole(10, 40) } : {}),
  }))
  const peaks = findPeaks(tasks, names)
  const resources = names.map((name) => {
    const least = Math.max(1, ...tasks.map(({ demands }) => demands[name] ?? 0))
    return { name, capacity: least + Math.round(strength * (Math.max(least, peaks.get(name) ?? 0) - least)) }
  })
  const group = (): string[] => tasks.map(({ id }) => id).filter(() => random() < 4 / count)
  const exclusive = isMixed ? Array.from({ length: 3 }, (_, n) => ({ name: `lease ${n}`, tasks: group() })).filter((each) => each.tasks.length > 1) : []
  return { tasks, resources, exclusive }
}

/** Every task after some earlier ones, none of them one that another of them waits for already. */
function generateNetwork(count: number, complexity: number, random: Random): readonly (readonly number[])[] {
  const ancestors: Set<number>[] = []
  return Array.from({ length: count }, (_, task) => {
    const wanted = task < 3 ? 0 : Math.max(1, Math.floor(complexity) + (random() < complexity % 1 ? 1 : 0))
    const chosen: number[] = []
    for (let attempt = 0; attempt < 20 && chosen.length < wanted; attempt += 1) {
      const other = Math.max(0, task - 1 - Math.floor(random() * Math.max(3, count / 3)))
      if (chosen.some((each) => each === other || ancestors[each]!.has(other) || ancestors[other]!.has(each))) continue
      chosen.push(other)
    }
    ancestors.push(new Set(chosen.flatMap((each) => [each, ...ancestors[each]!])))
    return chosen
  })
}

/** Most of each resource at one time, if everything begins as early as its dependencies let it. */
function findPeaks(tasks: readonly ScheduleTask[], names: readonly string[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>()
  const starts = tasks.map((task) => {
    const start = Math.max(0, ...task.after.map((id) => ends.get(id) ?? 0))
    ends.set(task.id, start + task.minutes)
    return start
  })
  return new Map(names.map((name) => [name, Math.max(...starts.map((at) => tasks.reduce((sum, task, index) => sum + (starts[index]! <= at && at < starts[index]! + task.minutes ? (task.demands[name] ?? 0) : 0), 0)))]))
}

/** The first thing in which starts break a problem's rules, in words; looked for minute by minute, unlike the scheduler does. */
export function findViolation(problem: ScheduleProblem, starts: ReadonlyMap<string, number>, tolerance = 1e-6): string | undefined {
  const { tasks, resources, exclusive } = problem
  const at = (id: string): number => starts.get(id) ?? Number.NaN
  const minutes = new Map(tasks.map((task) => [task.id, task.minutes]))
  for (const task of tasks) {
    if (!(at(task.id) >= (task.release ?? 0) - tolerance)) return `${task.id} begins at ${at(task.id)}`
    for (const other of task.after) if (at(other) + minutes.get(other)! > at(task.id) + tolerance) return `${task.id} begins before ${other} has ended`
  }
  const isRunning = (id: string, moment: number): boolean => at(id) <= moment + tolerance && moment + tolerance < at(id) + minutes.get(id)! - tolerance
  for (const { id } of tasks) {
    const moment = at(id)
    for (const { name, capacity } of resources) {
      const used = tasks.reduce((sum, task) => sum + (isRunning(task.id, moment) ? (task.demands[name] ?? 0) : 0), 0)
      if (used > capacity * (1 + 1e-4)) return `${used} of ${name} at ${moment}, and there are ${capacity}`
    }
    for (const group of exclusive) if (group.tasks.filter((each) => isRunning(each, moment)).length > 1) return `${group.name} is held twice at ${moment}`
  }
  return undefined
}

/** The best lateness and length by trying every order; for whole minutes and few tasks. Any regular objective has an optimum among these. */
export function findOptimum(problem: ScheduleProblem): { readonly late: number; readonly end: number } {
  const { tasks, resources, exclusive } = problem
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const starts = new Map<string, number>()
  let best = { late: Infinity, end: Infinity }
  const canRun = (task: ScheduleTask, minute: number): boolean => {
    const others = [...starts.keys()].map((id) => byId.get(id)!).filter((other) => starts.get(other.id)! <= minute && minute < starts.get(other.id)! + other.minutes)
    return resources.every(({ name, capacity }) => others.reduce((sum, other) => sum + (other.demands[name] ?? 0), task.demands[name] ?? 0) <= capacity)
      && exclusive.every((group) => !group.tasks.includes(task.id) || others.every((other) => !group.tasks.includes(other.id)))
  }
  const visit = (): void => {
    if (starts.size === tasks.length) {
      const end = Math.max(...tasks.map((task) => starts.get(task.id)! + task.minutes))
      const late = tasks.reduce((sum, task) => sum + Math.max(0, starts.get(task.id)! + task.minutes - (task.deadline ?? Infinity)), 0)
      if (late < best.late || (late === best.late && end < best.end)) best = { late, end }
      return
    }
    for (const task of tasks) {
      if (starts.has(task.id) || task.after.some((id) => !starts.has(id))) continue
      let start = Math.max(task.release ?? 0, ...task.after.map((id) => starts.get(id)! + byId.get(id)!.minutes))
      while (!Array.from({ length: task.minutes }, (_, minute) => start + minute).every((minute) => canRun(task, minute))) start += 1
      starts.set(task.id, start)
      visit()
      starts.delete(task.id)
    }
  }
  visit()
  return best
}
