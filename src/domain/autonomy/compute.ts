import type { AutonomyLevel } from '../../protocol/policy.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { fold } from '../evolve.ts'
import { toArea, toTaskKind } from './levels.ts'

/** What one run showed in one domain. */
export interface AutonomyFact {
  readonly run: string
  readonly at: number
  readonly kind: string
  readonly area: string
  /** `won`: proven, and nobody objected; `accepted`: a person took it as well. The rest are failures, by gravity. */
  readonly what: 'won' | 'accepted' | 'rolled-back' | 'rejected' | 'undone' | 'overruled' | 'sealed'
}

/** Wins in a row that a level takes. */
const steps: readonly (readonly [level: number, wins: number])[] = [[4, 12], [3, 5], [2, 2]]
/** What is older says nothing any more, in milliseconds. */
const memoryMs = 90 * 24 * 3_600_000
export const levelNames: readonly string[] = ['asks always', 'asks often', 'usual', 'trusted', 'free']

/** What a rollout says of the domains that it touched. */
export function toAutonomyFacts(events: readonly StoredEvent[]): readonly AutonomyFact[] {
  const state = fold(events)
  const at = state.endedAt ?? state.at
  const kind = toTaskKind(state)
  const areas = [...new Set(state.commits.flatMap((commit) => commit.files.map((file) => toArea(file.path))))].slice(0, 20)
  const fact = (what: AutonomyFact['what'], area: string, when = at): AutonomyFact => ({ run: state.run ?? '', at: when, kind, area, what })
  const facts: AutonomyFact[] = []
  const isProven = state.ended?.outcome === 'proven'
  for (const area of areas) {
    if (state.undone) facts.push(fact('undone', area, state.at))
    else if (state.rejected) facts.push(fact('rejected', area, state.at))
    else if (isProven) facts.push(fact(state.accepted ? 'accepted' : 'won', area))
    else if (state.ended && state.rollbacks > 0) facts.push(fact('rolled-back', area))
  }
  for (const sealed of state.quarantine.values()) for (const path of sealed.paths) if (sealed.settled !== 'released') facts.push(fact('sealed', toArea(path)))
  for (const event of events) {
    if (event.type !== 'approval.given' || event.data.answer !== 'deny' || event.data.gate.startsWith('amend-')) continue
    for (const area of areas.length > 0 ? areas : ['.']) facts.push(fact('overruled', area, Date.parse(event.at)))
  }
  return facts
}

/**
 * Levels by domain. A domain begins at 1; wins in a row widen it slowly, any failure drops it at once: to 0 after something was
 * undone, rejected or sealed away, by one after a rollback or an overruled question; then wins count anew.
 * @param now milliseconds since the epoch
 */
export function computeAutonomy(facts: readonly AutonomyFact[], now: number): readonly (AutonomyLevel & { readonly wins: number; readonly failures: number; readonly next: string })[] {
  const domains = new Map<string, AutonomyFact[]>()
  for (const fact of facts) {
    if (now - fact.at > memoryMs) continue
    const key = `${fact.kind}\0${fact.area}`
    domains.set(key, [...(domains.get(key) ?? []), fact])
  }
  return [...domains.values()].flatMap((own) => {
    const { kind, area } = own[0] as AutonomyFact
    const { level, why, next, wins, failures } = levelOf(own.toSorted((a, b) => a.at - b.at || a.run.localeCompare(b.run) || gravity(a.what) - gravity(b.what)))
    return ['call', 'integrate', 'deliver'].map((action) => ({ kind, area, action, level, why, next, wins, failures }))
  }).toSorted((a, b) => a.area.localeCompare(b.area) || a.kind.localeCompare(b.kind))
}

function gravity(what: AutonomyFact['what']): number {
  return what === 'won' || what === 'accepted' ? 0 : what === 'rolled-back' || what === 'overruled' ? 1 : 2
}

function levelOf(facts: readonly AutonomyFact[]) {
  let floor = 1
  let row = 0
  let wins = 0
  let failures = 0
  let last: AutonomyFact | undefined
  for (const fact of facts) {
    const weight = gravity(fact.what)
    if (weight === 0) {
      row += 1
      wins += 1
      continue
    }
    failures += 1
    last = fact
    floor = weight === 2 ? 0 : Math.max(0, earned(floor, row) - 1)
    row = 0
  }
  const level = earned(floor, row)
  const more = steps.toReversed().find(([at]) => at > level)
  const why = `${row} proven ${row === 1 ? 'win' : 'wins'} in a row${last ? ` since it was ${last.what} on ${new Date(last.at).toISOString().slice(0, 10)} (${last.run.slice(-6)})` : ''}`
  return { level, why, wins, failures, next: level >= 4 ? 'a failure drops it at once' : `${level === 0 ? 1 : Math.max(1, (more?.[1] ?? 1) - row)} more without a failure; a failure drops it at once` }
}

/** The floor, until wins in a row are worth more. One win leads out of 0. */
function earned(floor: number, row: number): number {
  const level = steps.find(([, wins]) => row >= wins)?.[0] ?? (row >= 1 ? 1 : 0)
  return Math.max(floor, level)
}
