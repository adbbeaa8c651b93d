import type { Payload } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { toCapacityFile, toPlanFile, withExpected } from '../plan/to-file.ts'
import { sortTasks, usualMinutes } from '../plan/graph.ts'
import { accountProgress, type TaskProgress } from '../plan/task-progress.ts'
import { findInEffect } from '../rewind.ts'
import type { RunState } from '../run-state.ts'
import { toScheduleProblem, type PlannedProblem } from '../schedule/from-plan-file.ts'
import type { ScheduleTask } from '../schedule/problem.ts'
import { reschedule, type Progress } from '../schedule/reschedule.ts'
import type { Schedule } from '../schedule/schedule.ts'

/** Whoever takes longer than expected is taken to need this share of it more, and a minute at least. */
const overrun = 0.25

/** A plan that is being carried out, at a moment. */
export interface RunProblem extends PlannedProblem {
  readonly progress: Progress
}

/**
 * What is left of a run's plan, as the scheduler sees it: what has ended or is at work stays where it was; what cannot be done
 * under this plan, and what waits for that, is left out. `sinceMs`: since the newest event. Undefined without a plan.
 * @throws RangeError where scopes are too many to compare
 */
export function toRunProblem(state: RunState, sinceMs: number, isOpen: (id: string) => boolean = () => true): RunProblem | undefined {
  const { plan, contract, opened } = state
  if (!plan || !contract || !opened?.planning) return undefined
  const { tasks, plannedMs, nowMs } = accountProgress(state, findInEffect(state.past))
  const toMinutes = (ms: number): number => Math.max(0, (ms - plannedMs) / 60_000)
  const now = toMinutes(nowMs + sinceMs)
  const progressOf = new Map(tasks.map((each) => [each.id, each]))
  const kept = new Set<string>()
  for (const { id, dependsOn } of sortTasks(plan.tasks)) {
    const standing = progressOf.get(id)?.standing
    if (standing === undefined || standing === 'dropped' || standing === 'held') continue
    const begun = standing !== 'waiting' && standing !== 'ready' && standing !== 'failed'
    // A task that was left out keeps nobody waiting.
    if (begun || (isOpen(id) && dependsOn.every((before) => kept.has(before) || progressOf.get(before)?.standing === 'dropped'))) kept.add(id)
  }
  const capacity = toCapacityFile(withCap(opened.planning, state.fanOutCap))
  const file = toPlanFile(withExpected(plan), contract).tasks.filter(({ id }) => kept.has(id)).map((task): TaskFile => ({ ...task, depends_on: (task.depends_on ?? []).filter((id) => kept.has(id)) }))
  const { problem, assumptions } = toScheduleProblem({ tasks: file, capacity }, { isByPaths: true })
  const atRest = new Set(tasks.filter(({ standing }) => standing === 'asks' || standing === 'returned').map(({ id }) => id))
  const limits = new Map(problem.resources.map((each) => [each.name, each.capacity]))
  const started = tasks.filter(({ id, standing }) => kept.has(id) && ['at work', 'asks', 'returned'].includes(standing))
  return {
    assumptions,
    problem: { ...problem, tasks: problem.tasks.map((task) => ({ ...task, demands: atRest.has(task.id) ? {} : toFitting(task, limits) })) },
    progress: {
      now,
      planned: (state.schedule?.tasks ?? []).filter(({ task }) => kept.has(task)).map(({ task, start }) => ({ id: task, start })),
      ended: tasks.flatMap(({ id, standing, startedMs, endedMs }) => (standing === 'integrated' ? [{ id, start: toMinutes(startedMs ?? endedMs ?? plannedMs), end: Math.min(now, toMinutes(endedMs ?? nowMs)) }] : [])),
      running: started.map((each) => toRunning(each, { now, toMinutes, minutes: plan.tasks.find(({ id }) => id === each.id)?.estimate?.minutes ?? usualMinutes })),
    },
  }
}

/** As many as the policy lets be at work, where that is fewer. */
function withCap(planning: Planning, cap: number | undefined): Planning {
  return { ...planning, workers: Math.max(1, Math.min(planning.workers, cap ?? Infinity)) }
}

/** What is larger than all there is begins alone rather than never. */
function toFitting({ demands }: ScheduleTask, limits: ReadonlyMap<string, number>): ScheduleTask['demands'] {
  return Object.fromEntries(Object.entries(demands).flatMap(([name, amount]) => {
    const limit = limits.get(name)
    return limit === undefined ? [] : [[name, Math.min(amount, limit)]]
  }))
}

function toRunning({ id, standing, startedMs, newestMs }: TaskProgress, { now, toMinutes, minutes }: { readonly now: number; readonly toMinutes: (ms: number) => number; readonly minutes: number }): Progress['running'][number] {
  const start = toMinutes(newestMs ?? startedMs ?? 0)
  if (standing === 'returned') return { id, start, expectedEnd: now }
  const taken = now - start
  return { id, start, expectedEnd: taken < minutes ? start + minutes : now + Math.max(1, taken * overrun) }
}

/** What is recorded of a schedule: when each task that is still open begins and ends, and which deadlines are missed. */
export function toScheduled({ problem, progress }: RunProblem, schedule: Schedule): Pick<Payload<'plan.scheduled'>, 'now' | 'tasks' | 'makespan' | 'lowerBound' | 'proven' | 'late'> {
  const ended = new Set(progress.ended.map(({ id }) => id))
  const deadlines = new Map(problem.tasks.map(({ id, deadline }) => [id, deadline]))
  return {
    now: round(progress.now), makespan: round(schedule.makespan), lowerBound: round(schedule.lowerBound), proven: schedule.proven,
    tasks: schedule.tasks.filter(({ id }) => !ended.has(id)).slice(0, 1000).map(({ id, start, end }) => ({ task: id, start: round(start), end: round(end) })),
    late: schedule.tasks.filter(({ late }) => round(late) > 0).slice(0, 1000).map(({ id, late }) => ({ task: id, deadline: deadlines.get(id) ?? 0, minutes: round(late), isOver: ended.has(id) })),
  }
}

/** Down to a hundredth of a second, so that what is to begin now does not begin later than now. */
function round(minutes: number): number {
  return Math.floor(minutes * 6000) / 6000
}

/** Nothing is planned where nothing can be: why not, in a sentence. */
export function findRunSchedule(problem: RunProblem, options: { readonly isOver: () => boolean }): { readonly schedule: Schedule } | { readonly flaw: string } {
  const made = reschedule(problem.problem, problem.progress, options)
  return made.ok ? { schedule: made.schedule } : { flaw: made.flaw.message }
}
