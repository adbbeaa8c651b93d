import type { AutonomyLevel } from '../../protocol/policy.ts'
import { isFailure, type AutonomyFact, type FactKind } from './facts.ts'
import { everywhere, firstLevel, levelNames } from './levels.ts'

/** What may be done unasked is earned apart for each of these: calling tools, letting changes count, bringing them to the person. */
export const actions = ['call', 'integrate', 'deliver'] as const
type Action = (typeof actions)[number]

/** Wins in a row that a level takes. */
const steps: readonly { readonly level: number; readonly wins: number }[] = [{ level: 4, wins: 12 }, { level: 3, wins: 5 }, { level: 2, wins: 2 }]

/** What is older says nothing any more, in milliseconds. */
export const memoryMs = 90 * 24 * 3_600_000

/** What a fact counts for, what it does to a level, and how it is said. A win has no `drop`. */
const weights: { readonly [K in FactKind]: { readonly for: readonly Action[]; readonly drop?: (level: number) => number; readonly says: string } } = {
  'won': { for: ['call', 'integrate'], says: 'proven' },
  'accepted': { for: actions, says: 'accepted' },
  'rolled-back': { for: ['integrate'], drop: (level) => Math.min(level, Math.max(firstLevel, level - 1)), says: 'something was called finished and was not, before it was proven' },
  'refused': { for: ['integrate'], drop: toFirst, says: 'something was called finished and was not' },
  'rejected': { for: ['integrate', 'deliver'], drop: toFirst, says: 'a result was rejected' },
  'denied-call': { for: ['call'], drop: toFirst, says: 'a person said no to a call' },
  'denied-change': { for: ['integrate'], drop: toFirst, says: 'a person said no to a change' },
  'undone': { for: actions, drop: () => 0, says: 'an accepted result was undone' },
  'sealed': { for: actions, drop: () => 0, says: 'a change was sealed away' },
}

/** To where everything begins, and below that where it stood there. */
function toFirst(level: number): number {
  return Math.max(0, Math.min(firstLevel, level - 1))
}

/** A level with the figures behind it. */
export interface EarnedLevel extends AutonomyLevel {
  /** Of those that have not faded, however long ago the last failure was. */
  readonly wins: number
  readonly failures: number
  /** What would change it. */
  readonly next: string
}

/**
 * Levels by domain, in the order of areas, kinds and actions. A domain begins at 1. Wins in a row widen it: 2 to level 2, 5 to
 * level 3, 12 to level 4. A failure narrows it at once, and wins count anew from there. Results that nobody has accepted count
 * once for each commit that they began at: the same work done over again is no new evidence. What is known to concern no area in
 * particular speaks against all of them, and for none. What is older than 90 days is forgotten.
 * @param now milliseconds since the epoch
 */
export function computeAutonomy(facts: readonly AutonomyFact[], now: number): readonly EarnedLevel[] {
  const fresh = facts.filter((fact) => now - fact.at <= memoryMs && (fact.area !== everywhere || isFailure(fact.what)))
  const levels: EarnedLevel[] = []
  for (const action of actions) {
    const kindOf = (fact: AutonomyFact): string => (action === 'call' ? fact.goal : fact.kind)
    const concerned = fresh.filter((fact) => weights[fact.what].for.includes(action))
    const kinds = Map.groupBy(concerned, kindOf)
    for (const [kind, own] of kinds) {
      const all = own.filter((fact) => fact.area === everywhere)
      for (const area of new Set(own.map((fact) => fact.area))) {
        levels.push({ kind, area, action, ...levelOf(area === everywhere ? all : [...all, ...own.filter((fact) => fact.area === area)]) })
      }
    }
  }
  return levels.sort((a, b) => compare(a.area, b.area) || compare(a.kind, b.kind) || actions.indexOf(a.action as Action) - actions.indexOf(b.action as Action))
}

function levelOf(facts: readonly AutonomyFact[]): Pick<EarnedLevel, 'level' | 'wins' | 'failures' | 'why' | 'next'> {
  let floor = firstLevel
  let row = new Set<string>()
  const wins = new Set<string>()
  let last: AutonomyFact | undefined
  let failures = 0
  for (const fact of facts.toSorted((a, b) => a.at - b.at || Number(isFailure(a.what)) - Number(isFailure(b.what)) || compare(a.run, b.run) || compare(a.what, b.what))) {
    const { drop } = weights[fact.what]
    if (drop === undefined) {
      const evidence = fact.what === 'accepted' ? fact.run : fact.base
      row.add(evidence)
      wins.add(evidence)
      continue
    }
    floor = drop(earned(floor, row.size))
    row = new Set()
    last = fact
    failures += 1
  }
  const level = earned(floor, row.size)
  return { level, wins: wins.size, failures, why: toWhy(row.size, floor, last), next: toNext(level, row.size) }
}

/** The floor, until wins in a row are worth more; one win leads out of 0. */
function earned(floor: number, row: number): number {
  return Math.max(floor, steps.find(({ wins }) => row >= wins)?.level ?? (row > 0 ? firstLevel : 0))
}

function toWhy(row: number, floor: number, last: AutonomyFact | undefined): string {
  const wins = row === 0 ? 'no win' : row === 1 ? '1 win' : `${row} wins in a row`
  return last ? `${wins} since ${weights[last.what].says} on ${new Date(last.at).toISOString().slice(0, 10)} (${last.run.slice(-6)}), which left it at ${floor}` : row === 0 ? 'nothing is known yet' : wins
}

function toNext(level: number, row: number): string {
  const falls = 'an undone or sealed result leads to 0 at once, a rejected one or a no to 1'
  if (level === 0) return '1 win leads to level 1'
  const step = steps.toReversed().find((each) => each.level > level)
  if (!step) return falls
  const more = step.wins - row
  return `${more} more ${more === 1 ? 'win leads' : 'wins lead'} to level ${step.level} (${levelNames[step.level] ?? ''})${level > firstLevel ? `; ${falls}` : ''}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
