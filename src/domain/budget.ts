import type { Payload } from '../protocol/events/event.ts'
import type { RunState } from './run-state.ts'

type Limit = Pick<Payload<'limit.reached'>, 'limit' | 'detail'>

/** The same call with the same answer, in a row, after which the run is stopped; a word of warning comes at half of it. */
export const maxRepeats = 6

/** The first bound that the run has reached, if any. Time is the log's own: the newest event's. */
export function findReachedLimit(state: RunState): Limit | undefined {
  const budget = state.contract?.budget
  if (!budget) return undefined
  const { spent } = state
  if (state.contract?.deadline && state.at >= Date.parse(state.contract.deadline)) return { limit: 'deadline', detail: `the deadline ${state.contract.deadline} has passed` }
  if (spent.turns >= budget.maxTurns) return { limit: 'turns', detail: `${spent.turns} of ${budget.maxTurns} turns are used` }
  if (budget.maxUsd !== undefined && (spent.usd > budget.maxUsd || (spent.usd >= budget.maxUsd && spent.turns > 0))) {
    return { limit: 'usd', detail: `$${spent.usd.toFixed(4)} of $${budget.maxUsd} is spent` }
  }
  const tokens = spent.inputTokens + spent.outputTokens
  if (budget.maxTokens !== undefined && tokens >= budget.maxTokens) return { limit: 'tokens', detail: `${tokens} of ${budget.maxTokens} tokens are used` }
  if (state.idleTurns >= budget.maxIdleTurns) return { limit: 'idle', detail: `${state.idleTurns} turns in a row changed nothing` }
  if (state.repeats.count >= maxRepeats) return { limit: 'repetition', detail: `the same call was made ${state.repeats.count} times in a row with the same answer` }
  return undefined
}

/** A word to the model while there is still time to act on it; undefined when there is nothing to say or it was said. */
export function findWarning(state: RunState): string | undefined {
  const budget = state.contract?.budget
  if (!budget) return undefined
  if (state.repeats.count === maxRepeats / 2) return `The last call was made ${state.repeats.count} times with the same answer. Do something else: the run stops after ${maxRepeats}.`
  if (budget.maxIdleTurns > 10 && state.idleTurns === budget.maxIdleTurns - 5) return `${state.idleTurns} turns have changed nothing; the run stops after ${budget.maxIdleTurns}. Make a change, or call finish and say what is missing.`
  const left = budget.maxTurns - state.spent.turns
  if (budget.maxTurns > 10 && left === 3) return `${left} turns are left. Bring the work to a state that passes the checks and call finish.`
  return undefined
}
