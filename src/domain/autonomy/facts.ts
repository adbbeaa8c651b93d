import type { StoredEvent } from '../../protocol/events/event.ts'
import { addConduct, noConduct, type Conduct } from './conduct.ts'
import { toArea, toGoalKind, toTaskKind } from './levels.ts'

/** What can be said of a run in one domain; what each of them does to a level is in `weights` (see `compute`). */
export const factKinds = ['won', 'accepted', 'rolled-back', 'refused', 'rejected', 'undone', 'denied-call', 'denied-change', 'sealed'] as const
export type FactKind = (typeof factKinds)[number]

/** What one run showed in one area. */
export interface AutonomyFact {
  readonly run: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** What the run was asked for, and what its change there was: calls are judged by the first, changes by the second. */
  readonly goal: string
  readonly kind: string
  /** `*`: all of the repository. */
  readonly area: string
  readonly what: FactKind
  /** The commit that the run began at. */
  readonly base: string
}

/** What a whole rollout says. */
export function toAutonomyFacts(events: readonly StoredEvent[]): readonly AutonomyFact[] {
  const [first] = events
  return first ? factsOf(first.run, events.reduce(addConduct, noConduct)) : []
}

/** What the conduct of a run says; each fact once for each domain that it touched. */
export function factsOf(run: string, conduct: Conduct): readonly AutonomyFact[] {
  const { base, ended, word, refused } = conduct
  const goal = toGoalKind(conduct.solver, conduct.isFailing ? [{ status: 'failed' }] : [])
  const facts = new Map<string, AutonomyFact>()
  const add = (what: FactKind, at: number, changes: readonly (readonly string[])[]): void => {
    for (const paths of changes) {
      const kind = toTaskKind(goal, paths)
      for (const area of new Set(paths.map(toArea))) facts.set(`${what} ${at} ${kind} ${area}`, { run, at, goal, kind, area, what, base })
    }
  }
  const done = conduct.work.map((each) => each.paths)
  const isProven = ended?.outcome === 'proven'
  if (refused) add(ended && !isProven ? 'refused' : 'rolled-back', refused.at, done.length > 0 ? done : [refused.paths])
  if (word?.is === 'rejected' || word?.is === 'undone') add(word.is, word.at, done)
  else if (isProven && word?.is === 'accepted') add('accepted', ended.at, done)
  // Called finished too early, it counts as a win only if a person took it all the same.
  else if (isProven && !refused && conduct.isChild !== true) add('won', ended.at, done)
  for (const { at, about, paths } of conduct.denied) add(about === 'call' ? 'denied-call' : 'denied-change', at, [paths])
  for (const { at, paths, isReleased } of conduct.sealed) if (!isReleased) add('sealed', at, [paths])
  return [...facts.values()]
}

/** Does it speak against the run? */
export function isFailure(what: FactKind): boolean {
  return what !== 'won' && what !== 'accepted'
}
