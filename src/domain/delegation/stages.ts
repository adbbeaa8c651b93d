import type { Budget } from '../../protocol/contract.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { StageName } from '../../protocol/events/task.ts'
import type { Task } from '../../protocol/plan.ts'
import type { RunState } from '../run-state.ts'
import type { Step } from '../step.ts'
import { checksOf, type Delegation } from './delegation.ts'
import { describeAttempt, describeJudging } from './describe-attempt.ts'
import { findReachedLimit } from '../budget.ts'
import { followsStrictly } from '../decisions.ts'
import { isUnsure, isUnsureOf, leadsTo, toUnsureGate } from './unsure.ts'
import { listPromised, toShare } from './share.ts'

/** Reviews of one attempt that may end without a report, before a person says what is to become of it. */
const mostReviews = 2
/** Characters of the goal that a reviewer is told; the rest of its brief is about the change. */
const longestGoal = 4000

/** What a specialist does for a task beside the work. `done`: its result counts as far as it has one. */
export interface TaskStage {
  readonly given: Payload<'stage.delegated'>
  status: 'running' | 'waiting' | 'returned' | 'done'
  /** How often it was begun for this attempt at the task. */
  tries: number
  returned: Payload<'stage.returned'> | undefined
  /** Of tests: what they showed without the work. */
  seen: Payload<'tests.seen'> | undefined
  /** As of a delegation. */
  faults: number
}

export function toStageKey(task: string, stage: StageName): string {
  return `${stage} ${task}`
}

export function findStages(state: Pick<RunState, 'stages'>, ...statuses: readonly TaskStage['status'][]): readonly TaskStage[] {
  return [...state.stages.values()].filter((each) => statuses.includes(each.status))
}

/** Tests that hold for a task: written for it, and seen to fail without the work. */
export function findFrozenTests(state: Pick<RunState, 'stages'>, task: string): { readonly commit: Payload<'tests.seen'>['commit']; readonly command: string } | undefined {
  const stage = state.stages.get(toStageKey(task, 'tests'))
  const command = stage?.returned?.report?.command
  return stage?.seen?.verdict === 'failing' && command !== undefined ? { commit: stage.seen.commit, command } : undefined
}

/** A person's word where the plan is unsure of the task; tests for whoever writes code, where the run wants them: what is needed before the task itself may begin. */
export function beforeTask(state: RunState, task: Task): Step | 'wait' | undefined {
  if (isUnsureOf(state, task, 'person')) {
    const answer = state.approvals.get(toUnsureGate(state, task))
    if (answer === undefined) return { phase: 'reflect', do: 'ask-unsure', task: task.id }
    if (answer === 'deny') return { phase: 'plan', do: 'drop-task', task: task.id, why: 'its planner was not sure of it, and a person said to leave it out' }
  }
  const isTested = state.opened?.planning?.tests === true || isUnsureOf(state, task, 'tests')
  if (!isTested || task.role !== 'coder' || state.opened?.request.solver !== 'model') return undefined
  const stage = state.stages.get(toStageKey(task.id, 'tests'))
  if (stage) return stage.status === 'done' ? undefined : 'wait'
  return toStageStep(state, task, 'tests', { role: 'tester', of: 0, base: state.head, brief: join(describeAttempt(state, task, undefined), describeJudging('Once it is done, these pass (they show how tests are run here):', checksOf(state, task))) })
}

/** What was made is looked at by somebody who did not make it, where it is risky, unsure, or all is to be. */
export function beforeIntegration(state: RunState, task: Task, { given, returned }: Delegation): Step | 'wait' | undefined {
  const wanted = state.opened?.planning?.review ?? 'risky'
  const { unsure } = state.opened?.planning ?? {}
  const isDoubtful = isUnsure(state, returned?.calibrated ?? returned?.confidence) || (unsure !== undefined && isUnsure(state, task.confidence))
  const isRisky = task.risk !== 'low' || (isDoubtful && (unsure === undefined || leadsTo(state, 'review')))
  if (wanted === 'none' || (wanted === 'risky' && !isRisky) || state.opened?.request.solver !== 'model') return undefined
  const stage = state.stages.get(toStageKey(task.id, 'review'))
  const isBegun = stage?.given.of === given.lease.token
  const isStrict = followsStrictly(state)
  if (isBegun && stage.status !== 'done') return 'wait'
  if (isBegun && (!isStrict || stage.returned?.report)) return undefined
  // A policy that lets nobody review does not change its mind.
  if (isBegun && (stage.tries >= mostReviews || stage.given.decision.effect !== 'allow')) return settleUnreviewed(state, task, stage)
  const working = [...state.delegations.values(), ...state.stages.values()].filter((each) => each.status === 'running').length
  if (isStrict && working >= (state.fanOutCap ?? Infinity)) return 'wait'
  const goal = state.contract?.goal ?? ''
  const step = toStageStep(state, task, 'review', { role: 'reviewer', of: given.lease.token, base: returned?.commit, brief: join(`The goal of all of it: ${isStrict ? goal.slice(0, longestGoal) : goal}`, describeJudging('These passed with the change:', toJudged(state, task))) })
  return isStrict ? (findShortage(state, task) ?? step) : step
}

/** Nothing that is to be reviewed is integrated because there was no time or money for that. */
function findShortage(state: RunState, task: Task): Step | 'wait' | undefined {
  const share = toShare(state, task, { isWork: true })
  const limit = findReachedLimit(state) ?? ('short' in share ? { limit: share.short, detail: `too little of the budget is left to review ${task.id}` } : undefined)
  if (!limit) return undefined
  return listPromised(state).length > 0 ? 'wait' : { phase: 'reflect', do: 'limit', ...limit }
}

/** The gate of the question whether something is integrated that nobody has reviewed. */
export function toUnreviewedGate({ given }: TaskStage): string {
  return `unreviewed-${given.task}-${given.of}`
}

function settleUnreviewed(state: RunState, task: Task, stage: TaskStage): Step | undefined {
  const answer = state.approvals.get(toUnreviewedGate(stage))
  if (answer === undefined) return { phase: 'reflect', do: 'ask-unreviewed', task: task.id }
  return answer === 'deny' ? { phase: 'plan', do: 'drop-task', task: task.id, why: 'nobody could review it, and a person said to leave it out' } : undefined
}

/** The task's own checks, and the tests that were written for it. */
function toJudged(state: RunState, task: Task): readonly { readonly command: string }[] {
  const own = checksOf(state, task)
  const tests = findFrozenTests(state, task.id)
  return tests && !own.some((check) => check.command === tests.command) ? [...own, tests] : own
}

/** What whoever does a task is told of the tests that were written for it. */
export function describeFrozenTests(state: RunState, task: Task): string {
  const tests = findFrozenTests(state, task.id)
  return tests ? describeJudging('Somebody wrote tests for it, which are there, fail now, and cannot be changed by you:', [tests]) : ''
}

function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join('\n\n')
}

function toStageStep(state: RunState, task: Task, stage: StageName, { role, of, base, brief }: { readonly role: string; readonly of: number; readonly base: RunState['head']; readonly brief: string }): Step | undefined {
  const share = toShare(state, task, { isWork: stage === 'review' })
  // With too little left the work itself goes before what is done beside it.
  if ('short' in share || base === undefined) return undefined
  return { phase: 'plan', do: 'delegate-stage', task: task.id, stage, of, role, base, budget: toHalf(state, share.budget), brief }
}

function toHalf(state: RunState, budget: Budget): Budget {
  const turns = Math.max(2, Math.floor(budget.maxTurns / 2))
  const { maxUsd, maxTokens } = followsStrictly(state) ? budget : {}
  return {
    ...budget, maxTurns: turns, maxIdleTurns: Math.min(budget.maxIdleTurns, turns),
    ...(maxUsd === undefined ? {} : { maxUsd: Math.ceil((maxUsd / 2) * 1e4) / 1e4 }), ...(maxTokens === undefined ? {} : { maxTokens: Math.max(1, Math.floor(maxTokens / 2)) }),
  }
}

/** Tests that came back and have not been run by the harness yet. */
export function findUnseenTests(state: RunState): Step | undefined {
  const stage = findStages(state, 'returned')[0]
  return stage && { phase: 'reflect', do: 'see-tests', task: stage.given.task }
}
