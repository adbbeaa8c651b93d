import type { Payload } from '../protocol/events/event.ts'
import { expectedMs } from './proof/endless.ts'
import { saysItWell } from './decisions.ts'
import { count } from './report/words.ts'
import type { RunState } from './run-state.ts'

type Limit = Pick<Payload<'limit.reached'>, 'limit' | 'detail'>

/** The same call with the same answer, in a row, after which the run is stopped; a word of warning comes at half of it. */
export const maxRepeats = 6

/** The first bound that the run has reached, if any. Time is the log's own: the newest event's. */
export function findReachedLimit(state: RunState): Limit | undefined {
  const budget = state.contract?.budget
  if (!budget) return undefined
  const { spent } = state
  const until = findWorkDeadline(state)
  if (until !== undefined && state.at >= until) return { limit: 'deadline', detail: `the deadline ${state.contract?.deadline ?? ''} is reached, less the time that a proof needs` }
  if (spent.turns >= budget.maxTurns) return { limit: 'turns', detail: `${spent.turns} of ${saysItWell(state) ? count(budget.maxTurns, 'turn') : `${budget.maxTurns} turns`} ${saysItWell(state) && budget.maxTurns === 1 ? 'is' : 'are'} used` }
  if (budget.maxUsd !== undefined && (spent.usd > budget.maxUsd || (spent.usd >= budget.maxUsd && spent.turns > 0))) {
    return { limit: 'usd', detail: `$${spent.usd.toFixed(4)} of $${budget.maxUsd} is spent` }
  }
  const tokens = spent.inputTokens + spent.outputTokens
  if (budget.maxTokens !== undefined && tokens >= budget.maxTokens) return { limit: 'tokens', detail: `${tokens} of ${saysItWell(state) ? count(budget.maxTokens, 'token') : `${budget.maxTokens} tokens`} are used` }
  if (state.idleTurns >= budget.maxIdleTurns) return { limit: 'idle', detail: saysItWell(state) && state.idleTurns === 1 ? 'a turn changed nothing' : `${state.idleTurns} turns in a row changed nothing` }
  if (state.repeats.count >= maxRepeats) return { limit: 'repetition', detail: `the same call was made ${state.repeats.count} times in a row with the same answer` }
  return undefined
}

/**
 * Until when work may go on, in milliseconds since the epoch: the deadline less the time that a proof will take (five runs of
 * each check, as long as they took on the base), but never less than half of the time there was. Undefined without a deadline.
 */
export function findWorkDeadline(state: RunState): number | undefined {
  const deadline = state.contract?.deadline ?? state.opened?.draft.deadline
  if (deadline === undefined) return undefined
  const end = Date.parse(deadline)
  const checks = [...state.baseline.values()].reduce((sum, outcome) => sum + expectedMs(outcome), 0)
  return Math.round(end - Math.min(5 * checks + 1000, Math.max(0, (end - state.startedAt) / 2)))
}

/** A word to the model while there is still time to act on it; undefined when there is nothing to say or it was said. */
export function findWarning(state: RunState): string | undefined {
  const budget = state.contract?.budget
  if (!budget) return undefined
  if (state.repeats.count === maxRepeats / 2) return `The last call was made ${state.repeats.count} times with the same answer. Do something else: the run stops after ${maxRepeats}.`
  if (budget.maxIdleTurns > 10 && state.idleTurns === budget.maxIdleTurns - 5) return `${state.idleTurns} turns have changed nothing; the run stops after ${budget.maxIdleTurns}. Make a change, or call finish and say what is missing.`
  const left = budget.maxTurns - state.spent.turns
  if (budget.maxTurns > 2 && left === 2) return `${left} turns are left. Bring the work to a state that passes the checks and call finish.`
  return undefined
}
