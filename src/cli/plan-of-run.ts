import { findDrift } from '../domain/plan/drift.ts'
import { findUnusedEdits } from '../domain/plan/unused-edits.ts'
import { toCapacityFile, toPlanFile } from '../domain/plan/to-file.ts'
import { findInEffect } from '../domain/rewind.ts'
import type { RunState } from '../domain/run-state.ts'
import { Fault } from '../protocol/fault.ts'
import type { Plan } from '../protocol/plan.ts'
import type { PlanFile } from '../protocol/plan-file.ts'
import type { OpenRecord } from './compose.ts'
import { expectCost } from './expected-cost.ts'
import { readPlanFile } from './plan-file.ts'
import type { PlanView } from './plan-view.ts'
import { getRun, readRun } from './read-run.ts'
import { schedulePlan } from './schedule-plan.ts'
import { existsSync } from 'node:fs'

/** A revision of a run's plan. */
export interface PlanOfRun {
  readonly state: RunState
  readonly plan: Plan
  readonly why: string
  readonly isNewest: boolean
}

/** `RUN` is its newest plan, `RUN@2` the revision 2. @throws Fault `run-unknown`, `request-invalid` naming the revisions that there are. */
export async function readPlanOfRun(record: OpenRecord, word: string, repo?: string): Promise<PlanOfRun> {
  const [, name = word, number] = /^(.*?)@(\d+)$/.exec(word) ?? []
  const run = await getRun(record.log, name, { repo })
  const { state, events } = await readRun(record.log, run)
  const proposed = findInEffect(events).flatMap((event) => (event.type === 'plan.proposed' ? [event.data] : []))
  const newest = proposed.at(-1)
  if (!newest || !state.contract) throw new Fault('request-invalid', `${run} has no plan${state.ended ? '' : ' yet'}; writ show ${run} says what came of it`)
  const found = number === undefined ? newest : proposed.findLast((each) => each.plan.revision === Number(number))
  if (!found) throw new Fault('request-invalid', `the plan of ${run} has no revision ${number}: there ${proposed.length === 1 ? 'is' : 'are'} ${proposed.map((each) => each.plan.revision).join(', ')}`)
  return { state, plan: found.plan, why: found.why, isNewest: found === newest }
}

export function toFileOfRun({ state, plan }: Pick<PlanOfRun, 'state' | 'plan'>): PlanFile {
  const { contract } = state
  if (!contract) throw new Error('a plan is for a contract')
  const { planning } = state.opened ?? {}
  return toPlanFile(plan, contract, planning && toCapacityFile(planning))
}

/** A plan file, or a run: what is there as a file is one. */
export async function readPlanSide(openRecord: () => Promise<OpenRecord>, word: string, repo?: string): Promise<PlanFile> {
  const looksLikeFile = /[/\\]|\.(ya?ml|json)$/.test(word)
  if (looksLikeFile || existsSync(word)) return readPlanFile(word)
  return toFileOfRun(await readPlanOfRun(await openRecord(), word, repo))
}

/** All that is shown of a plan. */
export async function viewPlan(of: PlanOfRun): Promise<Omit<PlanView, 'written'>> {
  const { state, plan, why } = of
  const { contract, opened } = state
  if (!contract || !state.run) throw new Error('a plan is of a run with a contract')
  const file = toFileOfRun(of)
  const [schedule, cost] = await Promise.all([schedulePlan(file), expectCost(plan, opened?.request.model)])
  const integrated = new Set(of.isNewest ? state.commits.map((each) => each.task) : [])
  return { run: state.run, plan, why, file, contract, schedule, cost, drift: findDrift(plan, contract, { tasks: of.isNewest ? state.tasks : new Map(), integrated, ...(of.isNewest ? { unused: findUnusedEdits(state) } : {}) }) }
}
