import type { Payload } from '../../protocol/events/event.ts'
import type { Plan } from '../../protocol/plan.ts'
import { followsStrictly, takesUpAgain } from '../decisions.ts'
import { findChildFault, findTask, mostFaults, type Delegation } from './delegation.ts'
import { isSameTask } from '../plan/same-task.ts'
import { endLease, holdLease } from '../lease/lease.ts'
import type { RunState } from '../run-state.ts'

/** A plan is in force: what waited for one is over, and tasks that were given up are open again where the plan has changed them. */
export function onPlanTaken(state: RunState, plan: Plan, before: Plan | undefined): void {
  state.planDraft = undefined
  state.planWanted = undefined
  state.finish = undefined
  state.idleTurns = 0
  state.considered = []
  state.refused.clear()
  state.scheduleWanted = before === undefined ? 'there is a plan' : 'the plan has changed'
  const isAsBefore = (id: string): boolean => {
    const [now, then] = [plan, before].map((each) => each?.tasks.find((task) => task.id === id))
    return now !== undefined && then !== undefined && isSameTask(now, then, { isForeseen: state.opened?.experience !== undefined })
  }
  for (const [id, delegation] of state.delegations) if (delegation.status === 'failed' && !isAsBefore(id)) state.delegations.delete(id)
  if (followsStrictly(state)) {
    state.fanOutCap = undefined
    // Tests say what another task was to do. Of one that is in hand, or done, nothing has changed.
    for (const [key, { given }] of state.stages) if (given.stage === 'tests' && !isAsBefore(given.task)) state.stages.delete(key)
  }
  for (const id of state.tasks.keys()) if (!plan.tasks.some((task) => task.id === id) && state.tasks.get(id) !== 'finished') state.tasks.set(id, 'dropped')
  // One that a person said to leave out is in the plan still, and stays out.
  const isNew = (id: string): boolean => before?.tasks.every((task) => task.id !== id) === true
  if (takesUpAgain(state)) for (const { id } of plan.tasks) if (state.tasks.get(id) === 'dropped' && isNew(id)) state.tasks.set(id, 'waiting')
}

export function onDelegated(state: RunState, data: Payload<'task.delegated'>): void {
  const before = state.delegations.get(data.task)
  state.tasks.set(data.task, 'active')
  state.leases = holdLease(state.leases, { token: data.lease.token, holder: data.child, globs: data.lease.globs })
  state.delegations.set(data.task, {
    given: data, onto: state.head, status: 'running', returned: undefined, returnedAt: undefined, integration: before?.integration, why: '', failures: before?.failures ?? 0, conflicts: before?.conflicts ?? 0, faults: 0, isSentBack: false,
  })
}

/** With others at work there are enough of them; alone, the task may never begin, and only another plan helps. */
export function onHeld(state: RunState, data: Payload<'task.held'>): void {
  state.scheduleWanted ??= `the policy does not let ${data.task} begin`
  if (data.running > 0) state.fanOutCap = data.running
  else state.refused.set(data.task, data.decision.reason)
}

/** What the child spent is spent of this run's budget, whatever came of it. */
export function onChildReturned(state: RunState, data: Payload<'task.returned'>): void {
  const delegation = state.delegations.get(data.task)
  if (!delegation || delegation.given.child !== data.child) return
  addSpent(state, data, delegation.returned)
  delegation.returned = data
  delegation.returnedAt = state.at
  if (data.outcome === 'waiting') {
    delegation.status = 'waiting'
    return
  }
  if (data.commit !== undefined && data.outcome === 'proven') {
    delegation.status = 'returned'
    return
  }
  if (goesOn(delegation, data)) return
  const isFault = findChildFault(data) !== undefined
  failDelegation(state, delegation, isFault && delegation.faults > 0 ? `a fault of Writ's own, not of the task, stopped it ${delegation.faults} times: ${data.reason}` : data.reason)
  // The end of its time says nothing of the task: with a later deadline it is done as before.
  if (!isFault && data.isLate !== true) delegation.failures += 1
}

/** Stopped by a fault, a child is at work again as soon as somebody is waited for; only a bug that comes again and again ends it. */
export function goesOn(of: { faults: number }, data: Pick<Payload<'task.returned'>, 'outcome' | 'fault'>): boolean {
  const fault = findChildFault(data)
  if (fault === undefined || fault === 'cancelled') return false
  of.faults += 1
  return of.faults < mostFaults || fault !== 'bug'
}

/** Nothing of the attempt counts, and whatever it still writes is fenced off. */
export function failDelegation(state: RunState, delegation: Delegation, why: string): void {
  delegation.status = 'failed'
  delegation.why = why
  state.scheduleWanted ??= `${delegation.given.task} is to be done again`
  state.tasks.set(delegation.given.task, 'waiting')
  state.leases = endLease(state.leases, delegation.given.lease.token)
}

/** What it has come back with is not integrated any more. */
export function onTaskDropped(state: RunState, { task, why }: Payload<'task.dropped'>): void {
  const delegation = state.delegations.get(task)
  if (delegation?.status === 'returned') failDelegation(state, delegation, why)
}

/** Whoever had no time left has some now. */
export function onDeadlineMoved(state: RunState): void {
  for (const delegation of state.delegations.values()) if (delegation.returned?.isLate) delegation.returned = { ...delegation.returned, isLate: false }
}

type Spending = Pick<Payload<'task.returned'>, 'spent' | 'questions'>

/** A child that waited and went on says its whole sum again. */
export function addSpent(state: RunState, { spent, questions }: Spending, before: Spending | undefined): void {
  const sum = state.spent
  sum.turns += spent.turns - (before?.spent.turns ?? 0)
  sum.inputTokens += spent.inputTokens - (before?.spent.inputTokens ?? 0)
  sum.cachedTokens += spent.cachedTokens - (before?.spent.cachedTokens ?? 0)
  sum.outputTokens += spent.outputTokens - (before?.spent.outputTokens ?? 0)
  sum.usd += spent.usd - (before?.spent.usd ?? 0)
  sum.modelMs += spent.modelMs - (before?.spent.modelMs ?? 0)
  sum.unpriced ||= spent.unpriced
  state.questions += questions - (before?.questions ?? 0)
}

export function onIntegrated(state: RunState, data: Payload<'integration.finished'>): void {
  const delegation = state.delegations.get(data.task)
  if (!delegation || delegation.given.child !== data.child) return
  delegation.integration = data
  if (data.verdict === 'merged' && data.result) {
    const { commit, tree, files, message } = data.result
    delegation.status = 'merged'
    state.scheduleWanted ??= `${data.task} has ended`
    state.leases = endLease(state.leases, delegation.given.lease.token)
    state.tasks.set(data.task, 'finished')
    state.commits.push({ task: data.task, commit, tree, parent: data.onto, message, files })
    state.head = commit
    state.headTree = tree
    state.tree = tree
    state.checkedTree = tree
    state.committedTree = tree
    return
  }
  failDelegation(state, delegation, data.reasons[0] ?? `its changes could not be integrated (${data.verdict})`)
  if (data.verdict === 'fenced' || data.verdict === 'task') delegation.failures += 1
  else delegation.conflicts += 1
}

/** Going on after a stop: whoever waited for an answer looks again whether there is one, and what stopped a child may be mended. */
export function onResumed(state: RunState): void {
  if (state.plan) state.scheduleWanted ??= 'the run goes on'
  // Earlier versions let a plan drop a task while its tests were being written: nobody needs them.
  if (followsStrictly(state)) for (const [key, { given }] of state.stages) if (!findTask(state, given.task)) state.stages.delete(key)
  for (const each of [...state.delegations.values(), ...state.stages.values()]) {
    each.faults = 0
    if (each.status === 'waiting') each.status = 'running'
  }
}
