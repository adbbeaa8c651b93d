import type { CheckOutcome } from '../protocol/evidence.ts'
import { describeHandover } from './context/describe-handover.ts'
import type { RunState } from './run-state.ts'
import type { Step } from './step.ts'

type Route = Extract<Step, { do: 'route' }>

/** More failing tests than this are no one-place fault. */
const mostFailing = 60
/** Less time than this is not worth another search, in milliseconds. */
const leastMs = 1500
const mending = /\b(?:fix(?:es|ed|ing)?|mend|repair|correct|fail(?:s|ed|ing|ure|ures)?|broken?|bugs?|red|green|regress(?:ion|ed)?|pass(?:es|ing)?|debug)\b/i
const known = /\.(?:[cm]?[jt]sx?|py)$/

/** Who works now: of a run that lets the built-in solver try first, it, until it hands over. */
export function solverOf(state: RunState): 'model' | 'repair' {
  return state.routed?.to ?? state.opened?.request.solver ?? 'model'
}

/** The built-in solver tries first, and a model takes over. */
export function isTrying(state: RunState): boolean {
  return state.opened?.request.solver === 'model' && state.routed?.to === 'repair'
}

/** A model has taken over and has no task yet. */
export function isHandedOver(state: RunState): boolean {
  return state.routed?.to === 'model' && state.routed.handsOver && !state.plan?.tasks.some((task) => task.role === 'coder')
}

/** Milliseconds that are left of the share in which the built-in solver tries; undefined where it does not try first. */
export function findTryMs(state: RunState): number | undefined {
  const { builtinFirst } = state.opened?.request ?? {}
  return builtinFirst && isTrying(state) ? Math.max(0, builtinFirst.ms - state.tryMs) : undefined
}

/** Before the plan: who begins? Undefined where that is settled, or the person settled it. */
export function routeFirst(state: RunState): Route | undefined {
  const { opened, contract } = state
  if (!opened?.request.builtinFirst || state.routed || !contract) return undefined
  const failing = [...state.baseline.values()].flatMap(namedFailures)
  const to = (who: Route['to'], why: string): Route => ({ phase: 'plan', do: 'route', to: who, why })
  if (failing.length === 0) return to('model', 'no check names a failing test of JavaScript, TypeScript or Python')
  if (failing.length > mostFailing) return to('model', `${failing.length} tests fail: more than one fault in one place would explain`)
  if (!mending.test(contract.goal)) return to('model', 'the goal does not speak of mending what fails')
  return to('repair', `${failing.length === 1 ? 'one test fails' : `${failing.length} tests fail`} by name, and the goal is to mend that`)
}

function namedFailures(outcome: CheckOutcome): string[] {
  const programs = (outcome.endless ?? []).flatMap(({ name, stack }) => (name === `check ${outcome.checkId}` && stack.some(({ path }) => known.test(path)) ? [name] : []))
  const tests = (outcome.tests?.cases ?? []).flatMap(({ name, status, file }) => (status === 'failed' && known.test(file ?? name.split(' › ')[0] ?? '') ? [name] : []))
  return [...programs, ...tests]
}

/** The built-in solver has no task: has it done what it can, or used its share of the time? */
export function findHandover(state: RunState, isDone: boolean): Route | undefined {
  if (!isTrying(state) || !isFailing(state)) return undefined
  const isLate = (findTryMs(state) ?? 0) < leastMs
  if (!isDone && !isLate) return undefined
  return handOver(state, isDone ? 'it found nothing more that it is sure enough of' : 'its share of the time is used up')
}

export function handOver(state: RunState, why: string): Route {
  return { phase: 'plan', do: 'route', to: 'model', why, text: describeHandover(state, why) }
}

function isFailing(state: RunState): boolean {
  const outcomes = state.latest.size > 0 ? state.latest : state.baseline
  return [...outcomes.values()].some((outcome) => outcome.status !== 'passed')
}
