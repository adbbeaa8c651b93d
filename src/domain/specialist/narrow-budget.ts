import type { Budget } from '../../protocol/contract.ts'
import type { Specialist } from './specialist.ts'

type Caps = Specialist['budget']

/** The lower of two caps, each by itself. */
export function capBudget(one: Caps, other: Caps): Caps {
  const lower = <K extends keyof Caps>(key: K): Pick<Caps, K> | undefined => {
    const both = [one[key], other[key]].filter((each) => each !== undefined)
    return both.length === 0 ? undefined : ({ [key]: Math.min(...both) } as Pick<Caps, K>)
  }
  return { ...lower('max_turns'), ...lower('max_usd'), ...lower('max_tokens') }
}

/** A share of the run's budget under the specialist's caps: never more than the share. */
export function narrowBudget(share: Budget, caps: Caps): Budget {
  const { max_turns: turns, max_usd: usd, max_tokens: tokens } = capBudget(caps, {
    max_turns: share.maxTurns, ...(share.maxUsd === undefined ? {} : { max_usd: share.maxUsd }), ...(share.maxTokens === undefined ? {} : { max_tokens: share.maxTokens }),
  })
  const maxTurns = turns ?? share.maxTurns
  return { maxTurns, maxIdleTurns: Math.min(share.maxIdleTurns, maxTurns), ...(usd === undefined ? {} : { maxUsd: usd }), ...(tokens === undefined ? {} : { maxTokens: tokens }) }
}
