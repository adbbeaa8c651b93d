import picomatch from 'picomatch'
import { isGuarded } from '../../domain/contract/pins.ts'
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
  if (typeof set !== 'string') return matchesAny(touched.path, set)
  switch (set) {
    case 'secret': return isSecret(touched.path)
    case 'outside-scope': return contract.scope.length > 0 && !matchesAny(touched.path, contract.scope)
    case 'pinned': return contract.pins.some((pin) => pin.mode === 'whole' && pin.path === touched.path)
    case 'guarded': return isGuarded(contract, touched.path)
  }
}

/** Compiled once for each list: the contract's are long, and every call is judged by them. */
const compiled = new WeakMap<readonly string[], (path: string) => boolean>()

/** A glob that names a directory covers what is in it, as people mean it. Case counts, save for what begins with a dot. */
function matchesAny(path: string, globs: readonly string[]): boolean {
  let matches = compiled.get(globs)
  if (matches === undefined) {
    matches = compile(globs)
    compiled.set(globs, matches)
  }
  return matches(path)
}

function compile(globs: readonly string[]): (path: string) => boolean {
  const plain = globs.map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''))
  if (plain.some((glob) => glob === '' || glob === '.')) return () => true
  return picomatch(plain.flatMap((glob) => [glob, `${glob}/**`]), { dot: true })
}
