import type { Budget } from '../../protocol/contract.ts'
import type { ChildSpent } from '../../protocol/events/task.ts'
import type { Task } from '../../protocol/plan.ts'
import { beginsWithLeast, followsStrictly } from '../decisions.ts'
import type { RunState } from '../run-state.ts'
import { findByStatus, isSettled } from './delegation.ts'
import { findStages } from './stages.ts'

/** Of what is left, so much is kept for the planner, for attempts that fail and for merging. */
const keptBack = 0.2
/** Fewer turns than this are no use to anybody. */
const leastTurns = 4
/** Tokens that a task without an estimate is weighed at. */
const usualTokens = 100_000

/** `short`: too little of that is left to begin with. */
export type Share = { readonly budget: Budget } | { readonly short: 'turns' | 'usd' | 'tokens' }

/** Children that have not come back, or stand until a person answers: what they do not spend of their shares comes back with them. */
export function listPromised(state: RunState): readonly { readonly given: { readonly budget: Budget }; readonly returned: { readonly spent: ChildSpent } | undefined }[] {
  return [...findByStatus(state, 'running', 'waiting'), ...findStages(state, 'running', 'waiting')]
}

/**
 * What a child may spend: of what is neither spent nor promised to other children, the part that it has by number and by
 * its estimate in all that is still to be done. With `isWork` it is enough to begin, as long as that much is left at all: of a
 * small budget divided fairly, no part would be.
 */
export function toShare(state: RunState, task: Task, { isWork = false }: { readonly isWork?: boolean } = {}): Share {
  const total = state.contract?.budget
  if (!total || !state.plan) return { short: 'turns' }
  const promised = listPromised(state).map(({ given, returned }) => (followsStrictly(state) && returned ? toUnspent(given.budget, returned.spent) : given.budget))
  const open = state.plan.tasks.filter((each) => !isSettled(state, each.id) && !['running', 'waiting'].includes(state.delegations.get(each.id)?.status ?? ''))
  const all = open.reduce((sum, each) => sum + weigh(each), 0)
  // Half of it goes to each alike: an estimate that is far off must not leave a task with nothing to begin with.
  const part = (1 - keptBack) * (all > 0 ? (weigh(task) / all + 1 / open.length) / 2 : 1)
  const sum = (key: 'maxUsd' | 'maxTokens'): number => promised.reduce((before, each) => before + (each[key] ?? 0), 0)
  const turnsLeft = total.maxTurns - state.spent.turns - promised.reduce((before, each) => before + each.maxTurns, 0)
  const turns = Math.max(Math.floor(turnsLeft * part), isWork && beginsWithLeast(state) ? Math.min(leastTurns, turnsLeft) : 0)
  const money = total.maxUsd === undefined ? undefined : (total.maxUsd - state.spent.usd - sum('maxUsd')) * part
  // A hundredth of a cent is the finest that anybody reads.
  const usd = money === undefined || !beginsWithLeast(state) ? money : Math.floor(money * 1e4) / 1e4
  const tokens = total.maxTokens === undefined ? undefined : Math.floor((total.maxTokens - state.spent.inputTokens - state.spent.outputTokens - sum('maxTokens')) * part)
  const isStrict = followsStrictly(state)
  if (turns < leastTurns) return { short: 'turns' }
  if (usd !== undefined && usd <= 0) return { short: isStrict ? 'usd' : 'turns' }
  if (tokens !== undefined && tokens < 1) return { short: isStrict ? 'tokens' : 'turns' }
  return { budget: { maxTurns: turns, maxIdleTurns: Math.min(total.maxIdleTurns, turns), ...(usd === undefined ? {} : { maxUsd: usd }), ...(tokens === undefined ? {} : { maxTokens: tokens }) } }
}

/** What one that stands has spent is spent of the run's budget already. */
function toUnspent(budget: Budget, spent: ChildSpent): Budget {
  const rest = (most: number, used: number): number => Math.max(0, most - used)
  return {
    ...budget, maxTurns: rest(budget.maxTurns, spent.turns),
    ...(budget.maxUsd === undefined ? {} : { maxUsd: rest(budget.maxUsd, spent.usd) }),
    ...(budget.maxTokens === undefined ? {} : { maxTokens: rest(budget.maxTokens, spent.inputTokens + spent.outputTokens) }),
  }
}

function weigh(task: Task): number {
  return Math.max(1, task.estimate?.tokens || usualTokens)
}
