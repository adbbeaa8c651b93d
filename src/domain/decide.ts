import { findReachedLimit, findWarning } from './budget.ts'
import { describeRefusal } from './context/describe-refusal.ts'
import { describeRestored } from './context/describe-restored.ts'
import { tellsThePlan } from './decisions.ts'
import { decidePlanned } from './delegation/decide-planned.ts'
import { isPlanned } from './delegation/delegation.ts'
import { beforeCommit, settleFirst } from './gates.ts'
import { proposeGraph } from './plan/propose-graph.ts'
import { proposePlan } from './plan/propose.ts'
import { findHandover, handOver, isHandedOver, isTrying, routeFirst, solverOf } from './route.ts'
import type { RunState } from './run-state.ts'
import type { Step } from './step.ts'

/**
 * What to do next: a pure function of the state, and so of the log. Replaying a log gives the same steps.
 * Read it from the top: the first line that applies wins.
 */
export function decide(state: RunState): Step | undefined {
  if (!state.opened || state.ended) return undefined
  // Nobody was there to be asked: the run stands still, and asks again when it is resumed.
  if (state.asked.length > 0) return undefined
  return beforeWork(state) ?? inTurn(state) ?? (isPlanned(state) ? decidePlanned(state) : (afterTurn(state) ?? nextTask(state)))
}

/** From the words to a plan: contract, workspace, survey, baseline. */
function beforeWork(state: RunState): Step | undefined {
  const { opened, contract } = state
  if (!opened) return undefined
  if (!contract) {
    const asksModel = opened.request.solver === 'model' && !state.intake && !opened.request.contractGiven && !isLate(state)
    return asksModel ? ask(state, 'intake') : { phase: 'plan', do: 'pin-contract' }
  }
  if (!state.workspace) return { phase: 'perceive', do: 'open-workspace' }
  if (!state.survey) return { phase: 'perceive', do: 'survey' }
  const unmeasured = contract.checks.find((check) => !state.baseline.has(check.id))
  if (unmeasured) return { phase: 'perceive', do: 'baseline', check: unmeasured }
  if (opened.origin && !state.filled) return { phase: 'perceive', do: 'fill' }
  if (!state.plan && isPlanned(state)) {
    const { given } = opened.planning ?? {}
    if (given) return { phase: 'plan', do: 'propose', plan: given, why: 'a person gave it', from: 'person' }
    if (!isRepair(state)) return undefined
    const proposed = proposeGraph(state)
    if (proposed) return { phase: 'plan', do: 'propose', ...proposed, from: 'checks' }
    return { phase: 'reflect', do: 'end', outcome: contract.checks.length > 0 ? 'not-achieved' : 'waiting', reason: nothingToRepair(state) }
  }
  const route = isPlanned(state) ? undefined : routeFirst(state)
  if (route) return route
  if (!state.plan) {
    const proposed = proposePlan(state)
    if (proposed) return { phase: 'plan', do: 'propose', ...proposed }
    return { phase: 'reflect', do: 'end', outcome: contract.checks.length > 0 ? 'not-achieved' : 'waiting', reason: nothingToRepair(state) }
  }
  return undefined
}

/** Calls that were asked for come first, then what they changed is looked at. */
function inTurn(state: RunState): Step | undefined {
  const first = settleFirst(state)
  if (first) return first
  if (state.untold) return tell(state, state.untold)
  if (state.turnAsked?.purpose === 'work' && !state.limit) return askOrLimit(state)
  if (state.calls.some((each) => each.status === 'called')) return { phase: 'act', do: 'recover' }
  if (state.calls.length > 0) return { phase: 'act', do: 'call', calls: state.calls.filter((each) => each.status === 'waiting') }
  if (state.tree !== state.checkedTree) return { phase: 'observe', do: 'check-edit' }
  return undefined
}

/** What was found is told in the same breath; where the run was killed between the two, it is told now. */
function tell(state: RunState, untold: NonNullable<RunState['untold']>): Step {
  switch (untold.kind) {
    case 'proof':
      return { phase: 'observe', do: 'say', kind: 'proof', text: state.proof ? describeRefusal(state.proof, state.proofOutcomes, { isPlanner: tellsThePlan(state) && state.opened?.planning !== undefined }) : 'the proof was refused' }
    case 'pins':
      return { phase: 'observe', do: 'say', kind: 'pins', text: describeRestored(untold.paths) }
  }
}

/** A proposal is committed and proven; a limit ends the run, after what is there had its chance. */
function afterTurn(state: RunState): Step | undefined {
  if (state.proof?.verdict === 'proven') return { phase: 'reflect', do: 'end', outcome: 'proven', reason: 'every acceptance check passes in a clean checkout of the result' }
  if (state.limit) return atLimit(state)
  if (state.finish?.cannot) return { phase: 'reflect', do: 'end', outcome: 'not-achieved', reason: `the solver says that it cannot be done: ${state.finish.cannot}` }
  if (state.finish && isReviewer(state)) return afterReview(state)
  if (state.finish && isTester(state) && state.tree !== state.workspace?.tree && !hasReported(state) && !state.reviewTold) return tellToReport('your tests', 'report_tests, with the command that runs them and nothing else')
  if (state.active && state.finish) {
    if (isRepair(state) && !isMeasured(state)) return { phase: 'observe', do: 'check-task' }
    const first = beforeCommit(state)
    if (first) return first
    if (state.committedTree !== state.tree) return { phase: 'reflect', do: 'commit' }
    return { phase: 'reflect', do: 'finish-task' }
  }
  return undefined
}

function nextTask(state: RunState): Step {
  if (state.active && state.rejectedTask === state.active.id) return { phase: 'plan', do: 'drop-task', task: state.active.id, why: 'its repair did not pass validation' }
  if (state.active) return askOrLimit(state)
  const late = findHandover(state, false)
  if (late) return late
  const plan = state.plan
  const waiting = plan?.tasks.find((task) => state.tasks.get(task.id) === 'waiting')
  if (waiting) {
    if (isRepair(state) && waiting.tests.length > 0 && !waiting.tests.some((name) => isFailing(state, name))) {
      return { phase: 'plan', do: 'drop-task', task: waiting.id, why: 'its tests pass since an earlier task' }
    }
    return { phase: 'plan', do: 'start-task', task: waiting.id }
  }
  const further = isRepair(state) || isHandedOver(state) ? proposePlan(state) : undefined
  if (further) return { phase: 'plan', do: 'propose', ...further }
  const handover = findHandover(state, true)
  if (handover) return handover
  if (isTester(state)) return afterTests(state)
  if (state.provenTree !== state.tree || state.proof === undefined) return { phase: 'reflect', do: 'prove' }
  return afterRefusal(state)
}

function isReviewer(state: RunState): boolean {
  return state.opened?.parent !== undefined && state.opened.specialist?.role === 'reviewer'
}

/** Of a run whose opening says so: in earlier ones nothing told a test writer from others. */
function isTester(state: RunState): boolean {
  return state.opened?.parent?.stage === 'tests'
}

function hasReported(state: RunState): boolean {
  const tool = isTester(state) ? 'report_tests' : 'report_findings'
  return state.messages.some((message) => message.role === 'tool' && message.answers.some((answer) => answer.name === tool && !answer.isError))
}

/** Nothing of a review is proven: it counts as soon as it is reported. Whoever forgot to is told once. */
function afterReview(state: RunState): Step {
  const outcome = state.opened?.parent?.stage === undefined ? 'waiting' : 'reported'
  if (hasReported(state)) return { phase: 'reflect', do: 'end', outcome, reason: 'it has reported what it found; of a review nothing is proven' }
  if (state.reviewTold) return { phase: 'reflect', do: 'end', outcome: 'not-achieved', reason: 'it reported nothing' }
  return tellToReport('reviewed', 'report_findings: an empty list where nothing is wrong')
}

/** Nothing of tests is proven by whoever wrote them: the harness runs them on the content without the work. */
function afterTests(state: RunState): Step {
  const missing = state.commits.length === 0 ? 'it wrote no tests' : hasReported(state) ? undefined : 'it did not say how its tests are run'
  if (missing !== undefined) return { phase: 'reflect', do: 'end', outcome: 'not-achieved', reason: missing }
  return { phase: 'reflect', do: 'end', outcome: 'reported', reason: 'it has written tests and said how they are run; what they show is for the harness to see' }
}

function tellToReport(what: string, call: string): Step {
  return { phase: 'observe', do: 'say', kind: 'review', text: `Nothing counts as ${what} before you have called ${call}. Then call finish.` }
}

/** The harness looked and it was not so: revise the plan, ask a person, or say so. */
function afterRefusal(state: RunState): Step {
  const { proof } = state
  const reason = proof?.reasons[0] ?? 'the acceptance checks did not pass'
  if (isTrying(state)) return handOver(state, `its result was not proven: ${reason}`)
  const stuck = isRepair(state) || state.unchangedRefusals > 1
  if (proof?.verdict === 'no-evidence' && (stuck || state.refusals > 2 || state.contract?.checks.length === 0)) {
    return { phase: 'reflect', do: 'end', outcome: 'waiting', reason }
  }
  const further = stuck ? undefined : proposePlan(state)
  if (further) return { phase: 'plan', do: 'propose', ...further }
  return { phase: 'reflect', do: 'end', outcome: 'not-achieved', reason }
}

function askOrLimit(state: RunState): Step {
  const limit = findReachedLimit(state)
  if (limit) return { phase: 'reflect', do: 'limit', ...limit }
  const warning = findWarning(state)
  if (warning && state.warnedAtTurn !== state.spent.turns) return { phase: 'observe', do: 'say', kind: 'nudge', text: warning }
  return ask(state, 'work')
}

/** The person's own deadline, before there is a contract to hold it. */
function isLate(state: RunState): boolean {
  const deadline = state.opened?.draft.deadline
  return deadline !== undefined && state.at >= Date.parse(deadline)
}

function ask(state: RunState, purpose: 'intake' | 'work'): Step {
  const asked = state.turnAsked
  const attempt = asked?.purpose === purpose ? asked.attempt + 1 : 1
  return { phase: 'plan', do: 'ask', purpose, turn: purpose === 'intake' ? 1 : state.spent.turns + 1, attempt, afterMs: asked?.retryInMs ?? 0 }
}

/** Money, turns or patience ran out: what is there is committed and, where there was time for it, proven. */
function atLimit(state: RunState): Step {
  const { limit } = state
  const ended = { phase: 'reflect', do: 'end', outcome: 'limit', reason: limit?.detail ?? 'a limit was reached' } as const
  const first = beforeCommit(state)
  if (first) return first.do === 'end' ? ended : first
  if (state.tree !== state.committedTree) return { phase: 'reflect', do: 'commit' }
  if (isLate(state) || state.provenTree === state.tree || state.commits.length === 0) return ended
  return { phase: 'reflect', do: 'prove' }
}

export function isRepair(state: RunState): boolean {
  return solverOf(state) === 'repair'
}

/** Have the task's checks been run on the content that is there now? The proof runs all of them. */
function isMeasured(state: RunState): boolean {
  return (state.active?.checks ?? []).every((id) => state.latest.get(id)?.tree === state.tree)
}

function isFailing(state: RunState, name: string): boolean {
  for (const outcome of state.latest.values()) if (name === `check ${outcome.checkId}` && outcome.status !== 'passed') return true
  for (const outcome of state.latest.values()) if (outcome.tests?.cases.some((each) => each.name === name && each.status === 'failed')) return true
  return false
}

function nothingToRepair(state: RunState): string {
  return state.contract?.checks.length
    ? 'no check fails on the base, so the built-in solver has nothing to repair; configure a model for other goals (--model provider/id)'
    : 'no check was given or found, and the built-in solver repairs only what a check shows to be broken; give one with --check'
}
