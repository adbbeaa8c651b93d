import type { Task } from '../../protocol/plan.ts'
import { findReachedLimit } from '../budget.ts'
import { endsAsTold, followsStrictly, sendsBack, tellsThePlan } from '../decisions.ts'
import { requestLease } from '../lease/lease.ts'
import { isSameTask } from '../plan/same-task.ts'
import type { RunState } from '../run-state.ts'
import type { Step } from '../step.ts'
import { isPlanDenied, isUnconfirmed, toPlanGate } from './confirm-plan.ts'
import { hasRoom, isFree } from './capacity.ts'
import { describeAttempt, describeFailure, type Stuck } from './describe-attempt.ts'
import { findByStatus, findTask, isSettled, mostFaults, type Delegation } from './delegation.ts'
import { findMilestoneNeed } from './milestones.ts'
import { findNextMoment, isReleased, orderByPlan, whySchedule } from './schedule-order.ts'
import { listPromised, toShare } from './share.ts'
import { beforeIntegration, beforeTask, describeFrozenTests, findStages, findUnseenTests } from './stages.ts'

/** Attempts at a task that failed for itself, after which the plan is changed instead. */
const mostFailures = 2
/** Conflicts of a task after which a merge specialist takes it, and after which a person is asked. */
const mergerAfter = 2
const personAfter = 3

/** The gate of the question whether a task that conflicts again and again is tried once more. */
export function toMergeGate({ given }: Delegation): string {
  return `merge-${given.task}-${given.lease.token}`
}

/**
 * What a graph of tasks needs next. What has returned is integrated first, so that others begin from it; then what can begin
 * begins, as the schedule says. `stuck`: a task cannot be done under this plan; `done`: every task is settled;
 * `wait`: a child is at work, or the time of a task has not come; `stand`: only people can move it on.
 */
export type PlanNext = { readonly step: Step } | { readonly stuck: Stuck } | 'wait' | 'stand' | 'done'

export function followPlan(state: RunState): PlanNext {
  const unseen = findUnseenTests(state)
  if (unseen) return { step: unseen }
  for (const returned of findByStatus(state, 'returned').toSorted((a, b) => a.given.lease.token - b.given.lease.token)) {
    const first = beforeIntegration(state, getTask(state, returned.given.task), returned)
    if (first !== 'wait') return { step: first ?? { phase: 'reflect', do: 'integrate', task: returned.given.task } }
  }
  for (const failed of findByStatus(state, 'failed')) {
    const asks = settleConflict(state, failed)
    if (asks) return { step: asks }
  }
  const held = findMilestoneNeed(state)
  // What stands in the way is settled while those at work go on; nothing more begins meanwhile.
  if (held && 'step' in held) return held
  const isHeld = held !== undefined || isUnconfirmed(state)
  const ready = isHeld ? [] : findReady(state)
  const why = whySchedule(state, ready)
  if (why !== undefined) return { step: { phase: 'plan', do: 'schedule', why } }
  const start = startNext(state, ready)
  if (start) return { step: start }
  if (countWorking(state) > 0 || ready.some((task) => !isReleased(state, task))) return 'wait'
  if (held) return held
  if (isHeld) return isPlanDenied(state) ? { stuck: describeDenied(state) } : { step: { phase: 'reflect', do: 'ask-plan' } }
  const late = findByStatus(state, 'failed').find(({ given, returned }) => returned?.isLate === true && !isSettled(state, given.task))
  if (late) return { step: { phase: 'reflect', do: 'limit', limit: 'deadline', detail: `the time of ${late.given.task} is over: ${late.returned?.reason ?? ''}`.slice(0, 1000) } }
  const stuck = findStuck(state)
  if (stuck !== undefined) return { stuck }
  return findByStatus(state, 'waiting').length + findStages(state, 'waiting').length > 0 ? 'stand' : 'done'
}

function describeDenied(state: RunState): Stuck {
  const note = state.answerNotes.get(toPlanGate(state.plan?.revision ?? 0))
  if (note === undefined) return { reason: 'a person did not agree to the plan', request: '' }
  return { reason: `A person does not agree with the plan: ${note}.`, request: 'Propose another one with propose_plan, and keep the tasks that are finished.' }
}

/** Children at work, whatever they do for a task. */
export function countWorking(state: RunState): number {
  return findByStatus(state, 'running').length + findStages(state, 'running').length
}

/** Why the plan cannot be carried out as it is: a task failed too often, or the policy does not let it begin. */
function findStuck(state: RunState): Stuck | undefined {
  // Whoever waits for a person has paths and a share of the budget, which the next attempt may be waiting for.
  const mayWait = followsStrictly(state) && listPromised(state).length > 0
  const failed = findByStatus(state, 'failed').find((each) => !isSettled(state, each.given.task) && !(mayWait && mayTryAgain(state, each)))
  if (failed) return describeFailure(state, getTask(state, failed.given.task), failed)
  const [held] = state.refused
  return held && !isSettled(state, held[0]) ? { reason: `The policy does not let ${held[0]} begin: ${held[1]}.`, request: 'Change the plan with propose_plan, or call finish with cannot.' } : undefined
}

/** Is it, word for word, a task that was tried as often as it may be? */
export function isGivenUp(state: RunState, task: Task): boolean {
  const before = state.delegations.get(task.id)
  const known = findTask(state, task.id)
  return before?.status === 'failed' && !mayTryAgain(state, before) && known !== undefined && isSameTask(task, known, { isForeseen: state.opened?.experience !== undefined })
}

/** Again and again in conflict: a person says whether to go on. */
function settleConflict(state: RunState, failed: Delegation): Step | undefined {
  if (failed.conflicts < personAfter || isSettled(state, failed.given.task)) return undefined
  const answer = state.approvals.get(toMergeGate(failed))
  if (answer === undefined) return { phase: 'reflect', do: 'ask-merge', task: failed.given.task }
  return answer === 'deny' ? { phase: 'plan', do: 'drop-task', task: failed.given.task, why: 'it conflicts with what was integrated before, and a person said to leave it out' } : undefined
}

function startNext(state: RunState, ready: readonly Task[]): Step | undefined {
  const running = countWorking(state)
  if (running >= mostWorking(state)) return undefined
  const fitting = ready.filter((task) => isReleased(state, task) && isFree(state, task) && hasRoom(state, task) && requestLease(state.leases, { holder: task.id, globs: toLease(state, task) }).granted)
  const limit = fitting.length > 0 && followsStrictly(state) ? findReachedLimit(state) : undefined
  if (limit) return running > 0 ? undefined : { phase: 'reflect', do: 'limit', ...limit }
  for (const task of orderByPlan(state, fitting, running)) {
    const first = beforeTask(state, task)
    if (first !== 'wait') return first ?? toDelegation(state, task, running)
  }
  return undefined
}

function mostWorking(state: RunState): number {
  return Math.min(state.opened?.planning?.workers ?? 1, state.fanOutCap ?? Infinity)
}

/** How long whoever returns next is waited for at most, in milliseconds since the epoch: until another task is to begin. */
export function findWakeUp(state: RunState): number | undefined {
  return countWorking(state) < mostWorking(state) ? findNextMoment(state, findReady(state)) : undefined
}

function toDelegation(state: RunState, task: Task, running: number): Step | undefined {
  const share = toShare(state, task, { isWork: true })
  if ('short' in share) {
    // What the others leave over may be enough once they have returned.
    const isPromised = followsStrictly(state) ? listPromised(state).length > 0 : running > 0
    return isPromised ? undefined : { phase: 'reflect', do: 'limit', limit: share.short, detail: `too little of the budget is left to begin ${task.id}` }
  }
  const before = state.delegations.get(task.id)
  return {
    phase: 'plan', do: 'delegate', task: task.id, attempt: (before?.given.attempt ?? 0) + 1, role: toRole(state, task, before), budget: share.budget,
    lease: { globs: [...toLease(state, task)], token: state.leases.lastToken + 1 }, brief: [describeAttempt(state, task, before), endsAsTold(state) && task.role === 'tester' ? testsAsTask : '', describeFrozenTests(state, task)].filter(Boolean).join('\n\n'),
  }
}

/** A test writer is told of a task that somebody else does next. */
const testsAsTask = 'Here the tests are the whole task, and nobody does it after you. Tests of what is there already pass now: see that they fail once what they are about is broken. You need not call report_tests; the checks of the task judge it.'

/** Tasks that nothing stands before in the graph. Whether there is room for them now is another question. */
function findReady(state: RunState): readonly Task[] {
  return (state.plan?.tasks ?? []).filter((task) => isStillOpen(state, task) && task.dependsOn.every((id) => isSettled(state, id)))
}

/** It is not at work, done, refused, or beyond what more attempts could mend. */
export function isStillOpen(state: RunState, { id }: Pick<Task, 'id'>): boolean {
  if (isSettled(state, id) || state.refused.has(id)) return false
  const before = state.delegations.get(id)
  return before === undefined || (before.status === 'failed' && mayTryAgain(state, before))
}

function mayTryAgain(state: RunState, before: Delegation): boolean {
  if (before.conflicts >= personAfter) return state.approvals.get(toMergeGate(before)) === 'approve'
  // The built-in solver does on the same content what it did before.
  if (isEnded(before)) return false
  const failures = tellsThePlan(state) && state.opened?.request.solver === 'repair' ? 1 : mostFailures
  return before.failures < failures && before.faults < mostFaults
}

/** A person's no, and the end of its time, are no failures that another attempt could mend. Earlier versions recorded neither. */
function isEnded({ returned }: Delegation): boolean {
  return returned?.denied !== undefined || returned?.isLate === true
}

/** A task without a scope of its own takes all that the contract lets change. */
function toLease(state: RunState, task: Task): readonly string[] {
  return task.scope.length > 0 ? task.scope : (state.contract?.scope ?? [])
}

function toRole(state: RunState, task: Task, before: Delegation | undefined): string {
  if (before === undefined) return task.role
  if (before.conflicts >= mergerAfter) return 'merger'
  if (before.isSentBack && sendsBack(state)) return task.role
  return before.failures > 0 && task.role === 'coder' ? 'debugger' : task.role
}

/** The task of a delegation. @throws Error where the plan has lost it, which `checkPlan` keeps from happening. */
export function getTask(state: RunState, id: string): Task {
  const task = findTask(state, id)
  if (!task) throw new Error(`${id} is not in the plan`)
  return task
}
