import type { UnsureAction } from '../../protocol/events/run.ts'
import type { Task } from '../../protocol/plan.ts'
import type { RunState } from '../run-state.ts'

/** Below this a stated confidence is none, where a run was opened without a word of its policy on it. */
const sureFrom = 0.7

/** Is that too little confidence? Where nobody says how sure they are there is nothing to go by. */
export function isUnsure(state: Pick<RunState, 'opened'>, confidence: number | undefined): boolean {
  return confidence !== undefined && confidence < (state.opened?.planning?.unsure?.below ?? sureFrom)
}

/** Does the policy of this run want that where somebody is unsure? */
export function leadsTo(state: Pick<RunState, 'opened'>, action: UnsureAction): boolean {
  return state.opened?.planning?.unsure?.then.includes(action) ?? false
}

/** Is the plan itself not sure of this task, and the policy wants that for it? */
export function isUnsureOf(state: Pick<RunState, 'opened'>, task: Task, action: UnsureAction): boolean {
  return leadsTo(state, action) && isUnsure(state, task.confidence)
}

/** The gate of the question whether a task that its planner is unsure of may begin. A new plan that is as unsure asks anew. */
export function toUnsureGate(state: Pick<RunState, 'plan'>, task: Task): string {
  return `unsure-${task.id}-${state.plan?.revision ?? 0}`
}
