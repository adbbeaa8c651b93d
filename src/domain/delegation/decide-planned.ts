import type { Check } from '../../protocol/contract.ts'
import type { Plan, Task } from '../../protocol/plan.ts'
import type { PlanFile } from '../../protocol/plan-file.ts'
import { count } from '../report/words.ts'
import { isPlanDenied, isUnconfirmed, toPlanGate } from './confirm-plan.ts'
import { findReachedLimit, findWarning, findWorkDeadline } from '../budget.ts'
import { followsStrictly, refusesTheSame, saysItWell, tellsThePlan } from '../decisions.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { toPlan } from '../plan/from-file.ts'
import type { RunState } from '../run-state.ts'
import type { Step } from '../step.ts'
import { chooseOrAsk, considerDraft, isToBeConsidered } from './consider.ts'
import { findStopping, isSettled } from './delegation.ts'
import type { Stuck } from './describe-attempt.ts'
import { describeInForce } from './describe-in-force.ts'
import { countWorking, findWakeUp, followPlan, isGivenUp } from './follow-plan.ts'
import { findStages } from './stages.ts'

/** Times that a plan is made anew before the run gives up. */
const mostRevisions = 10

/**
 * The next step of a run that follows a graph, once contract, workspace and base are known: a plan, its tasks, the proof.
 * The run's own conversation is the planner's. Undefined: it stands until a person answers.
 */
export function decidePlanned(state: RunState): Step | undefined {
  const isWorking = countWorking(state) > 0
  if (state.proof?.verdict === 'proven') return end(state, 'proven', 'every acceptance check passes in a clean checkout of the result')
  const stopping = findStopping(state)
  if (stopping) return { phase: 'observe', do: 'stop-on-fault', ...stopping }
  if (state.limit) return isWorking ? { phase: 'observe', do: 'stop-children' } : atLimit(state)
  const chosen = state.planDraft === undefined ? chooseOrAsk(state) : undefined
  if (chosen) return chosen
  if (state.finish && !isWorking && isUnshown(state)) return end(state, 'waiting', state.proof?.reasons[0] ?? 'no check can show it')
  if (state.finish?.cannot) return isWorking ? { phase: 'observe', do: 'stop-children' } : end(state, 'not-achieved', `the planner says that it cannot be done: ${state.finish.cannot}`)
  if (state.planDraft !== undefined) return settleDraft(state)
  if (state.plan && state.opened?.planning?.stopAfterPlan === true && state.planWanted === undefined) return end(state, 'planned', `there is a plan of ${count(state.plan.tasks.length, 'task')}, and nothing more was wanted`)
  const next = state.plan ? followPlan(state) : 'wait'
  if (typeof next === 'object' && 'step' in next) return next.step
  if (state.planWanted) return askPlanner(state)
  if (typeof next === 'object') return replan(state, next.stuck)
  if (next === 'wait') return awaitNext(state, isWorking)
  if (next === 'stand') return undefined
  if (state.provenTree !== state.tree || state.proof === undefined) return { phase: 'reflect', do: 'prove' }
  return afterRefusal(state)
}

/** Whoever returns first, or the time of a task that is to begin: one that never comes within the run's own time is not waited for. */
function awaitNext(state: RunState, isWorking: boolean): Step {
  const untilMs = findWakeUp(state)
  const end = findWorkDeadline(state)
  if (isWorking || untilMs === undefined || end === undefined || untilMs < end) return { phase: 'observe', do: 'await-child', ...(untilMs === undefined ? {} : { untilMs }) }
  return { phase: 'reflect', do: 'limit', limit: 'deadline', detail: 'what is left of the plan is released after the deadline of the run' }
}

/** A plan that was proposed is taken, or the planner is told what is wrong with it. */
function settleDraft(state: RunState): Step {
  const { contract, planDraft } = state
  if (!contract || planDraft === undefined) throw new Error('a plan is judged by its contract')
  const draft = withAgreed(toPlan(planDraft as unknown as Pick<PlanFile, 'tasks'>, contract, (state.plan?.revision ?? -1) + 1), state.plan)
  const kept = (state.plan?.tasks ?? []).filter((task) => state.tasks.get(task.id) === 'finished' || isInHand(state, task.id))
  const { plan, repairs, ...checked } = checkPlan(draft, contract, kept, state.opened?.planning?.roles)
  const faults = checked.faults.map((fault) => fault.text)
  const stuck = plan.tasks.find((task) => isGivenUp(state, task))
  if (stuck) faults.push(`${stuck.id} is as it was, and could not be done so: give it another subgoal, scope, checks or tasks before it, or leave it out`)
  if (faults.length === 0 && refusesTheSame(state) && state.plan && plan.tasks.every((task) => isSettled(state, task.id))) faults.push('all of its tasks are done, and the goal is not met: add what is missing as tasks, or call finish with cannot')
  if (faults.length > 0) return { phase: 'observe', do: 'say', kind: 'plan', text: `The plan was not taken:\n${faults.slice(0, 20).map((fault) => `- ${fault}`).join('\n')}\nCall propose_plan again with the whole plan.` }
  const why = state.plan === undefined ? 'the planner’s first plan' : `changed because: ${state.planWanted ?? 'the planner proposed it'}`
  const tasks = plan.tasks.map((task) => kept.find((each) => each.id === task.id) ?? task)
  const checks = keepChecks(plan, state.plan, kept)
  if (isToBeConsidered(state)) return considerDraft(state, plan, repairs.join('; '))
  return { phase: 'plan', do: 'propose', plan: { ...plan, tasks, ...(checks.length > 0 ? { checks } : {}) }, why: [why, ...repairs].join('; ').slice(0, 4000), from: 'model' }
}

/** Somebody is at work on it, or on a stage of it, or has come back with something that is not integrated. */
function isInHand(state: RunState, id: string): boolean {
  if (['running', 'waiting', 'returned'].includes(state.delegations.get(id)?.status ?? '')) return true
  return followsStrictly(state) && findStages(state, 'running', 'waiting', 'returned').some(({ given }) => given.task === id)
}

/** What a planner has no words for, and a person's plan says of a task that is still there: what it holds, when it may begin, what it takes. */
function withAgreed(plan: Plan, before: Plan | undefined): Plan {
  const known = new Map(before?.tasks.map((task) => [task.id, task]))
  return { ...plan, tasks: plan.tasks.map((task) => withAgreedOf(task, known.get(task.id))) }
}

function withAgreedOf(task: Task, before: Task | undefined): Task {
  const { leases, release, deadline, estimate } = before ?? {}
  const { cpu, requests, resources } = estimate ?? {}
  const shared = { ...(cpu === undefined ? {} : { cpu }), ...(requests === undefined ? {} : { requests }), ...(resources === undefined ? {} : { resources }) }
  return {
    ...(leases ? { leases } : {}), ...(release === undefined ? {} : { release }), ...(deadline === undefined ? {} : { deadline }), ...task,
    ...(task.estimate && Object.keys(shared).length > 0 ? { estimate: { ...shared, ...task.estimate } } : {}),
  }
}

/** What tells that kept tasks are done stays, though the new plan may name it otherwise. */
function keepChecks(plan: Plan, before: Plan | undefined, kept: readonly Task[]): Check[] {
  const own = plan.checks ?? []
  const needed = new Set(kept.flatMap((task) => task.checks))
  return [...own, ...(before?.checks ?? []).filter((check) => needed.has(check.id) && !own.some((each) => each.id === check.id))]
}

function askPlanner(state: RunState): Step {
  const limit = findReachedLimit(state)
  if (limit) return { phase: 'reflect', do: 'limit', ...limit }
  const warning = findWarning(state)
  if (warning && state.warnedAtTurn !== state.spent.turns) return { phase: 'observe', do: 'say', kind: 'nudge', text: warning }
  if (state.finish) return { phase: 'observe', do: 'say', kind: 'plan', text: 'Nothing but a plan is wanted here: call propose_plan with it, or finish with cannot if there can be none.' }
  const asked = state.turnAsked
  return { phase: 'plan', do: 'ask', purpose: 'work', turn: state.spent.turns + 1, attempt: asked?.purpose === 'work' ? asked.attempt + 1 : 1, afterMs: asked?.retryInMs ?? 0 }
}

/** Something came of the plan that it did not foresee. Without a planner, or after many plans, that is the end. */
function replan(state: RunState, { reason, request, isFinal = false }: Stuck): Step {
  const told = [reason, request].filter(Boolean).join(' ')
  const why = tellsThePlan(state) ? reason : told
  const isWorking = countWorking(state) > 0
  // A no without a word of what to do instead leaves nothing to plan anew.
  const isRefused = isPlanDenied(state) && isUnconfirmed(state) && !state.answerNotes.has(toPlanGate(state.plan?.revision ?? 0))
  if (state.opened?.request.solver === 'model' && (state.plan?.revision ?? 0) < mostRevisions && !isRefused && !isFinal) return { phase: 'observe', do: 'say', kind: 'plan', text: tellsThePlan(state) ? [reason, request, describeInForce(state)].filter(Boolean).join('\n') : told }
  return isWorking ? { phase: 'observe', do: 'await-child' } : finishUnproven(state, why)
}

/** All tasks are done, and nothing shows that the goal is met: the planner says that nothing can, and a person judges. */
function isUnshown(state: RunState): boolean {
  return tellsThePlan(state) && state.planDraft === undefined && state.proof?.verdict === 'no-evidence' && state.provenTree === state.tree && (state.plan?.tasks ?? []).every((task) => isSettled(state, task.id))
}

/** What was integrated is proven all the same: the goal may be met without the rest. */
function finishUnproven(state: RunState, why: string): Step {
  if (state.commits.length > 0 && (state.provenTree !== state.tree || state.proof === undefined)) return { phase: 'reflect', do: 'prove' }
  return end(state, 'not-achieved', why.slice(0, 1000))
}

function afterRefusal(state: RunState): Step {
  const reason = state.proof?.reasons[0] ?? 'the acceptance checks did not pass'
  const noEvidence = state.proof?.verdict === 'no-evidence'
  if (noEvidence && (state.contract?.checks.length === 0 || state.refusals > 1)) return end(state, 'waiting', reason)
  if (state.refusals > 3) return end(state, 'not-achieved', reason)
  return replan(state, {
    reason: `All tasks are done, and the goal is not met: ${reason}.`,
    request: `Add the tasks that are missing with propose_plan, and keep those that are finished.${tellsThePlan(state) && noEvidence ? ' Tests in new files that fail on the base and pass on the result would show it. If no test can, call finish: a person will judge.' : ''}`,
  })
}

/** Time or money is used up: what is integrated is proven where there is time for it. */
function atLimit(state: RunState): Step {
  const isOver = state.contract?.deadline !== undefined && state.at >= Date.parse(state.contract.deadline)
  if (isOver || state.provenTree === state.tree || state.commits.length === 0) return end(state, 'limit', state.limit?.detail ?? 'a limit was reached')
  return { phase: 'reflect', do: 'prove' }
}

function end(state: RunState, outcome: Extract<Step, { do: 'end' }>['outcome'], reason: string): Step {
  const open = (state.plan?.tasks ?? []).filter((task) => !isSettled(state, task.id)).length
  return { phase: 'reflect', do: 'end', outcome, reason: outcome === 'proven' || outcome === 'planned' || open === 0 ? reason : `${reason} (${open} of ${saysItWell(state) ? count(state.plan?.tasks.length ?? 0, 'task') : `${state.plan?.tasks.length ?? 0} tasks`} open)` }
}
