import { isGuarded } from '../../domain/contract/pins.ts'
import { isWithin } from '../../domain/contract/scope.ts'
import type { CallQuestion } from '../../engine/ports/policy.ts'
import type { Rule } from './rule.ts'

type Touched = CallQuestion['paths'][number]

/** A rule that holds for a question; `paths` are those that made it hold. */
export interface RuleMatch {
  readonly rule: Rule
  readonly paths: readonly string[]
}

/** Does the rule hold? Pure. A rule without conditions on paths holds for calls without any path too. */
export function findMatch(rule: Rule, question: CallQuestion, isSecret: (path: string) => boolean): RuleMatch | undefined {
  const { when } = rule
  if (when.effect !== undefined && when.effect !== question.effect) return undefined
  if (when.path === undefined && when.outside === undefined && when.access === undefined) return { rule, paths: [] }
  const paths = question.paths.filter((touched) => holdsFor(when, touched, question, isSecret))
  return paths.length === 0 ? undefined : { rule, paths: paths.map((touched) => touched.path) }
}

function holdsFor(when: Rule['when'], touched: Touched, question: CallQuestion, isSecret: (path: string) => boolean): boolean {
  if (when.outside !== undefined && when.outside !== touched.outside) return false
  if (when.access !== undefined && when.access !== touched.access) return false
  return when.path === undefined || isAmong(when.path, touched, question, isSecret)
}

function isAmong(set: NonNullable<Rule['when']['path']>, touched: Touched, { contract }: CallQuestion, isSecret: (path: string) => boolean): boolean {
  // What lies outside has no path that the contract could speak of; its own rule decides.
  if (touched.outside) return false
  if (typeof set !== 'string') return isWithin(touched.path, set)
  switch (set) {
    case 'secret': return isSecret(touched.path)
    case 'outside-scope': return contract.scope.length > 0 && !isWithin(touched.path, contract.scope)
    case 'pinned': return contract.pins.some((pin) => pin.mode === 'whole' && pin.path === touched.path)
    case 'guarded': return isGuarded(contract, touched.path)
  }
}
