import type { Outcome } from '../../protocol/events/run.ts'
import type { BatchFile, BatchGoal } from '../../protocol/batch-file.ts'
import { exitCodes } from '../../protocol/error-codes.ts'

export type NamedGoal = BatchGoal & { readonly id: string }

/** What a batch may spend, and what is spent or promised of it. */
export interface Purse {
  readonly turns: number | undefined
  readonly usd: number | undefined
  readonly tokens: number | undefined
}

/** What a run has used. */
export interface Spending {
  readonly turns: number
  readonly usd: number
  readonly tokens: number
}

export interface Ended extends Spending {
  readonly id: string
  /** `not-started`: nothing was left to spend, or the batch was stopped before. */
  readonly outcome: Outcome | 'not-started'
  readonly reason: string
  readonly run: string | undefined
  readonly branch: string | undefined
  readonly durationMs: number
}

/** Goals with their defaults and names. @throws Error that names an id which is there twice. */
export function nameGoals({ goals, defaults = {} }: Pick<BatchFile, 'goals' | 'defaults'>): readonly NamedGoal[] {
  const named = goals.map((entry, n): NamedGoal => {
    const own = typeof entry === 'string' ? { goal: entry } : entry
    return { ...defaults, ...own, id: ('id' in own ? own.id : undefined) ?? `g${n + 1}` }
  })
  const double = named.find((each, n) => named.findIndex((other) => other.id === each.id) !== n)
  if (double) throw new Error(`two goals are called ${double.id}: give each an id of its own`)
  return named
}

/** Goals that begin with the same words to a model and look at the same files: one after the other they find both still warm. */
export function toGroup({ repo = '', base = '', model = '', scope = [] }: BatchGoal): string {
  return JSON.stringify([repo, base, model, scope])
}

/**
 * The next goal to begin: of a group that nobody is at, so that groups go side by side and each in its own order; where all are
 * at work, of the group with the most left.
 */
export function pickNext(left: readonly NamedGoal[], working: readonly NamedGoal[]): NamedGoal | undefined {
  const busy = new Set(working.map(toGroup))
  const free = left.find((goal) => !busy.has(toGroup(goal)))
  if (free) return free
  const counts = new Map<string, number>()
  for (const goal of left) counts.set(toGroup(goal), (counts.get(toGroup(goal)) ?? 0) + 1)
  return left.toSorted((a, b) => (counts.get(toGroup(b)) ?? 0) - (counts.get(toGroup(a)) ?? 0))[0]
}

/**
 * What one run may spend of what is left: an equal part for each goal that is to be done still, so that one cannot use up what
 * the others need; what it leaves over is theirs. Of turns that are fewer than the goals, each has one while there is one: a
 * part of a turn is of no use to anybody. Undefined where nothing is left.
 */
export function toAllowance(purse: Purse, goalsLeft: number, own: BatchGoal['budget'] = {}): { readonly max_turns?: number; readonly max_usd?: number; readonly max_tokens?: number } | undefined {
  const part = (left: number | undefined, cap: number | undefined): number | undefined => {
    const share = left === undefined ? undefined : left / Math.max(1, goalsLeft)
    return share === undefined ? cap : Math.min(share, cap ?? Infinity)
  }
  const share = part(purse.turns, own.max_turns)
  const turns = share !== undefined && share < 1 && (purse.turns ?? 0) >= 1 ? 1 : share
  const usd = part(purse.usd, own.max_usd)
  const tokens = part(purse.tokens, own.max_tokens)
  if ((turns !== undefined && turns < 1) || (purse.usd !== undefined && purse.usd <= 0) || (tokens !== undefined && tokens < 1)) return undefined
  return { ...(turns === undefined ? {} : { max_turns: Math.floor(turns) }), ...(usd === undefined ? {} : { max_usd: usd }), ...(tokens === undefined ? {} : { max_tokens: Math.floor(tokens) }) }
}

/** Takes what was spent, or gives back what was promised and not spent. */
export function spend({ turns, usd, tokens }: Purse, spent: Spending): Purse {
  const less = (left: number | undefined, by: number): number | undefined => (left === undefined ? undefined : left - by)
  return { turns: less(turns, spent.turns), usd: less(usd, spent.usd), tokens: less(tokens, spent.tokens) }
}

/** The worst decides: a batch is proven only where every goal is. */
const worstFirst: readonly Ended['outcome'][] = ['interrupted', 'fault', 'request-wrong', 'not-achieved', 'not-started', 'limit', 'waiting', 'planned', 'reported', 'proven']

export function toBatchCode(ended: readonly Ended[]): number {
  const worst = worstFirst.find((outcome) => ended.some((each) => each.outcome === outcome)) ?? 'proven'
  return worst === 'not-started' ? exitCodes.limit : exitCodes[worst]
}
