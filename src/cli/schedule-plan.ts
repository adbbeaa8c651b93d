import { createHighsProver } from '../adapters/schedule-highs/highs-prover.ts'
import { createSystemClock } from '../adapters/system/system-clock.ts'
import { isStillOpen } from '../domain/delegation/follow-plan.ts'
import { findRunSchedule, toRunProblem } from '../domain/delegation/run-schedule.ts'
import { toScheduleProblem, type PlannedProblem } from '../domain/schedule/from-plan-file.ts'
import { findFlaw } from '../domain/schedule/find-flaw.ts'
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
  // As the run keeps them apart: what names no scope may write everywhere.
  const planned = toScheduleProblem(file, { isByPaths: true })
  if (findFlaw(planned.problem)) return undefined
  const clock = createSystemClock()
  const began = clock.elapsed()
  const schedule = await findSchedule(planned.problem, { clock, prover: createHighsProver() }, { seconds: patience })
  return { ...planned, schedule, seconds: (clock.elapsed() - began) / 1000 }
}

/** What is left of a plan that is being carried out, from now on; what has ended or runs stays where it was. */
export function rescheduleRun(state: RunState, sinceMs: number): (PlanSchedule & { readonly nowMinutes: number }) | undefined {
  const problem = toRunProblem(state, sinceMs, (id) => isStillOpen(state, { id }))
  if (!problem) return undefined
  const clock = createSystemClock()
  const began = clock.elapsed()
  const made = findRunSchedule(problem, { isOver: () => clock.elapsed() - began > patience * 500 })
  if ('flaw' in made) return undefined
  return { ...problem, schedule: { ...made.schedule, searched: 0, tick: 1 }, seconds: 0, nowMinutes: problem.progress.now }
}
