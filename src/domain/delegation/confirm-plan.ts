import { describeDelta, describePlan } from '../plan/describe-plan.ts'
import { diffPlans, isSamePlan } from '../plan/diff-plans.ts'
import { toPlanFile } from '../plan/to-file.ts'
import { findInEffect } from '../rewind.ts'
import type { RunState } from '../run-state.ts'
import type { Plan } from '../../protocol/plan.ts'
import type { PlanFile } from '../../protocol/plan-file.ts'

/** The gate of the question whether this revision of the plan may be carried out. */
export function toPlanGate(revision: number): string {
  return `plan-${revision}`
}

/** Does a person have to agree before more of this plan begins, and did not yet? What changes nothing that they agreed to needs nobody. */
export function isUnconfirmed(state: RunState): boolean {
  const { plan, opened } = state
  if (!plan || opened?.planning?.confirm !== true || state.approvals.get(toPlanGate(plan.revision)) === 'approve') return false
  const agreed = findAgreed(state)
  return agreed === undefined || !isSamePlan(diffPlans(toFile(state, agreed), toFile(state, plan)))
}

/** A person said no to the plan in force. */
export function isPlanDenied(state: RunState): boolean {
  return state.plan !== undefined && state.opened?.planning?.confirm === true && state.approvals.get(toPlanGate(state.plan.revision)) === 'deny'
}

/** What a person is shown: all of the first plan, later only what is new since they agreed last. */
export function describeForConfirmation(state: RunState): { readonly lines: readonly string[]; readonly isDelta: boolean } {
  const { plan } = state
  if (!plan) throw new Error('there is a plan before anybody is asked about it')
  const agreed = findAgreed(state)
  const now = toFile(state, plan)
  return agreed === undefined ? { lines: describePlan(now), isDelta: false } : { lines: describeDelta(diffPlans(toFile(state, agreed), now)), isDelta: true }
}

/** The newest plan that a person said yes to. */
function findAgreed(state: RunState): Plan | undefined {
  const proposed = findInEffect(state.past).findLast((event) => event.type === 'plan.proposed' && state.approvals.get(toPlanGate(event.data.plan.revision)) === 'approve')
  return proposed?.type === 'plan.proposed' ? proposed.data.plan : undefined
}

function toFile(state: RunState, plan: Plan): PlanFile {
  const { contract } = state
  if (!contract) throw new Error('a plan is for a contract')
  return toPlanFile(plan, contract)
}
