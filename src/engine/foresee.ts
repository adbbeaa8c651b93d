import { spreadsAll } from '../domain/decisions.ts'
import { findUnforeseen, foreseePlan } from '../domain/estimate/foresee-plan.ts'
import type { Plan } from '../protocol/plan.ts'
import { getWorkspace, type RunContext } from './record.ts'

/**
 * What the record expects of each task of a plan that is about to be recorded. The record is what the run was opened with, and
 * sizes are kept in the plan: a replay needs nothing else.
 */
export async function foresee(run: RunContext, plan: Plan, by: 'model' | 'person'): Promise<Plan> {
  const { opened } = run.state
  if (!opened?.experience || !opened.planning) return plan
  const workspace = getWorkspace(run)
  const sizes = (await workspace.measureAt?.(workspace.base.commit, findUnforeseen(plan))) ?? new Map()
  return foreseePlan(plan, { experience: opened.experience, sizes, by, spreadsAll: spreadsAll(run.state) })
}
