import { createHighsProver } from '../adapters/schedule-highs/highs-prover.ts'
import { createSystemClock } from '../adapters/system/system-clock.ts'
import { accountProgress } from '../domain/plan/task-progress.ts'
import { findInEffect } from '../domain/rewind.ts'
import { toScheduleProblem, type PlannedProblem } from '../domain/schedule/from-plan-file.ts'
import { findFlaw } from '../domain/schedule/find-flaw.ts'
import { reschedule, type Progress } from '../domain/schedule/reschedule.ts'
import type { RunState } from '../domain/run-state.ts'
import { findSchedule, type FoundSchedule } from '../engine/find-schedule.ts'
import type { PlanFile } from '../protocol/plan-file.ts'

export interface PlanSchedule extends PlannedProblem {
  readonly schedule: FoundSchedule
  readonly seconds: number
}

/** Longest that anybody waits for the schedule beside a plan, in seconds. */
const patience = 1

/** Undefined where the plan cannot be scheduled, which `checkPlan` keeps from happening where it was carried out. */
export async function schedulePlan(file: PlanFile): Promise<PlanSchedule | undefined> {
  const planned = toScheduleProblem(file)
  if (findFlaw(planned.problem)) return undefined
  const clock = createSystemClock()
  const began = clock.elapsed()
  const schedule = await findSchedule(planned.problem, { clock, prover: createHighsProver() }, { seconds: patience })
  return { ...planned, schedule, seconds: (clock.elapsed() - began) / 1000 }
}

/** What is left of a plan that is being carried out, from now on; what has ended or runs stays where it was. */
export function rescheduleRun(state: RunState, file: PlanFile, sinceMs: number): (PlanSchedule & { readonly nowMinutes: number }) | undefined {
  const { tasks, plannedMs, nowMs } = accountProgress(state, findInEffect(state.past))
  const toMinutes = (ms: number): number => Math.max(0, (ms - plannedMs) / 60_000)
  const now = toMinutes(nowMs + sinceMs)
  const left = new Set(tasks.filter((each) => each.standing !== 'dropped').map((each) => each.id))
  const kept = file.tasks.filter((task) => left.has(task.id)).map((task) => ({ ...task, depends_on: (task.depends_on ?? []).filter((id) => left.has(id)) }))
  const planned = toScheduleProblem({ ...file, tasks: kept })
  const progress: Progress = {
    now, planned: [],
    ended: tasks.flatMap(({ id, standing, startedMs, endedMs }) => (standing === 'integrated' ? [{ id, start: toMinutes(startedMs ?? endedMs ?? plannedMs), end: toMinutes(endedMs ?? nowMs) }] : [])),
    running: tasks.flatMap(({ id, standing, startedMs }) => (['at work', 'returned', 'asks'].includes(standing) ? [{ id, start: toMinutes(startedMs ?? nowMs) }] : [])),
  }
  const clock = createSystemClock()
  const began = clock.elapsed()
  const made = reschedule(planned.problem, progress, { isOver: () => clock.elapsed() - began > patience * 500 })
  if (!made.ok) return undefined
  return { ...planned, schedule: { ...made.schedule, searched: 0, tick: 1 }, seconds: 0, nowMinutes: now }
}
