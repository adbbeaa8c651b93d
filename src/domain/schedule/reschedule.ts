import { findFlaw } from './find-flaw.ts'
import { toNetwork } from './network.ts'
import type { ProblemFlaw, ScheduleProblem, ScheduleTask } from './problem.ts'
import { toSchedule, type Schedule } from './schedule.ts'
import { createSearch } from './search-schedule.ts'

/** Where a schedule stands at a moment. Times are minutes from the beginning of the schedule. */
export interface Progress {
  readonly now: number
  /** Tasks that have ended; their times are facts. */
  readonly ended: readonly { readonly id: string; readonly start: number; readonly end: number }[]
  /** Tasks that run. `expectedEnd`: by what is known now; left out, by the estimate, or at once where that is over. */
  readonly running: readonly { readonly id: string; readonly start: number; readonly expectedEnd?: number }[]
  /** Starts as they were planned before: among schedules that are equally good, the one that keeps most of them is taken. */
  readonly planned: readonly { readonly id: string; readonly start: number }[]
}

export interface RescheduleOptions {
  readonly seed?: number
  readonly isOver: () => boolean
}

export type Rescheduled = { readonly ok: true; readonly schedule: Schedule } | { readonly ok: false; readonly flaw: ProblemFlaw }

/**
 * What is left is scheduled again as tasks end early or late: what ended or runs stays where it is, the rest begins no earlier than now.
 * Bounds and proof are about the whole, given what has happened.
 */
export function reschedule(problem: ScheduleProblem, progress: Progress, { seed = 1, isOver }: RescheduleOptions): Rescheduled {
  const flaw = findFlaw(problem) ?? findProgressFlaw(problem, progress)
  if (flaw) return { ok: false, flaw }
  const { now } = progress
  const ended = new Map(progress.ended.map((each) => [each.id, each]))
  const running = new Map(progress.running.map((each) => [each.id, each]))
  const left = problem.tasks.filter(({ id }) => !ended.has(id))
  if (left.length === 0) return { ok: true, schedule: withFacts(problem, progress, undefined) }
  const rest: ScheduleProblem = {
    resources: problem.resources,
    exclusive: problem.exclusive.map((group) => ({ ...group, tasks: group.tasks.filter((id) => !ended.has(id)) })),
    tasks: left.map((task) => toRest(task, now, running.get(task.id), ended)),
  }
  const network = toNetwork(rest, new Set(running.keys()))
  const planned = new Map(progress.planned.map(({ id, start }) => [id, start]))
  // A start that nobody planned is as good as any: it counts as planned for now.
  const search = createSearch(network, { seed, planned: Int32Array.from(left, ({ id }) => Math.max(0, Math.round(((planned.get(id) ?? now) - now) / network.tick))) })
  search.open(isOver)
  search.tighten(isOver)
  search.improve(isOver)
  const state = search.tighten(isOver)
  return { ok: true, schedule: withFacts(problem, progress, toSchedule(network, search.path, search.limits, state)) }
}

/** The task as it is seen from now on: times count from now. */
function toRest(task: ScheduleTask, now: number, run: Progress['running'][number] | undefined, ended: ReadonlyMap<string, unknown>): ScheduleTask {
  const { release, deadline, ...rest } = task
  return {
    ...rest,
    after: run ? [] : task.after.filter((id) => !ended.has(id)),
    minutes: run ? Math.max(0, (run.expectedEnd ?? run.start + task.minutes) - now) : task.minutes,
    ...(release === undefined || run ? {} : { release: Math.max(0, release - now) }),
    ...(deadline === undefined ? {} : { deadline: Math.max(0, deadline - now) }),
  }
}

function findProgressFlaw({ tasks }: ScheduleProblem, { now, ended, running }: Progress): ProblemFlaw | undefined {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const done = new Set(ended.map(({ id }) => id))
  for (const { id, start, end } of ended) {
    if (!byId.has(id)) return { kind: 'unknown', message: `${id} has ended, but is no task of this plan` }
    if (end > now || start > end) return { kind: 'range', task: id, message: `${id} cannot have run from ${start} to ${end} at minute ${now}` }
  }
  for (const { id, start } of running) {
    const task = byId.get(id)
    if (task === undefined) return { kind: 'unknown', message: `${id} runs, but is no task of this plan` }
    if (done.has(id)) return { kind: 'duplicate', task: id, message: `${id} cannot both run and have ended` }
    if (start > now) return { kind: 'range', task: id, message: `${id} cannot have begun at ${start} at minute ${now}` }
  }
  return undefined
}

/** Facts and what is still to come, on one axis. */
function withFacts({ tasks }: ScheduleProblem, { now, ended, running }: Progress, rest: Schedule | undefined): Schedule {
  const coming = new Map(rest?.tasks.map((each) => [each.id, each]))
  const facts = new Map<string, { readonly start: number; readonly end?: number }>([...ended, ...running].map((each) => [each.id, each]))
  const all = tasks.map(({ id, deadline }) => {
    const next = coming.get(id)
    const fact = facts.get(id)
    const start = fact?.start ?? now + (next?.start ?? 0)
    const end = fact?.end ?? now + (next?.end ?? 0)
    return { id, start, end, slack: fact === undefined ? (next?.slack ?? 0) : 0, late: Math.max(0, end - (deadline ?? Infinity)) }
  })
  const past = ended.reduce((latest, { end }) => Math.max(latest, end), 0)
  const at = (minutes: number): number => Math.max(past, now + minutes)
  if (rest === undefined) return { tasks: all, makespan: past, lowerBound: past, bounds: { criticalPath: past, energy: past }, proven: true, tardiness: sumLate(all), criticalChain: [], loads: [] }
  const { bounds } = rest
  return {
    ...rest, tasks: all, makespan: at(rest.makespan), lowerBound: at(rest.lowerBound), tardiness: sumLate(all),
    bounds: { criticalPath: at(bounds.criticalPath), energy: at(bounds.energy), ...(bounds.refuted === undefined ? {} : { refuted: at(bounds.refuted) }) },
  }
}

function sumLate(tasks: Schedule['tasks']): number {
  return tasks.reduce((sum, { late }) => sum + late, 0)
}
