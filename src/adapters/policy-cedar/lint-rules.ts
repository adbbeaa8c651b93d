import type { Cedar } from './cedar.ts'
import type { Bundle } from './bundle.ts'
import { isImplied, toConjuncts, type Conjunct } from './conjuncts.ts'
import { whyImpossible } from './find-impossible.ts'
import { parseRules, validateRules, type Rule, type RuleProblem } from './parse-rules.ts'
import { findUnaskable, findUnasked } from './unaskable.ts'
import { coversHead, reachOf } from './rule-heads.ts'

export interface LintFinding extends RuleProblem {
  readonly kind: 'broken' | 'never-matches' | 'contradicts' | 'shadowed' | 'unknown-window' | 'suspicious'
  readonly bundle: string
}

interface Looked {
  readonly rule: Rule
  readonly conjuncts: readonly Conjunct[]
}

/**
 * What is wrong with the rules of some bundles, among all that hold together. Nothing is run: it is read off the rules, and
 * only what is certain is said.
 * @param about the bundles whose rules are looked at
 * @param all these and those that hold beside them, in the order of their layers
 */
export function lintRules(cedar: Cedar, schema: string, about: readonly Bundle[], all: readonly Bundle[]): readonly LintFinding[] {
  const findings: LintFinding[] = []
  const disabled = new Set(all.flatMap(({ manifest }) => manifest.disable ?? []))
  const parsed = all.map((bundle) => ({ bundle, ...parseRules(cedar, bundle) }))
  const builtIn = new Map(parsed.filter(({ bundle }) => bundle.layer === 'built-in').flatMap(({ rules }) => rules.map((rule) => [rule.id, rule])))
  const looked: readonly Looked[] = parsed.flatMap(({ rules }) => rules).filter((rule) => rule.bundle.layer !== 'built-in' || !disabled.has(rule.id)).map((rule) => ({ rule, conjuncts: toConjuncts(rule.json) }))
  const windows = new Set(all.flatMap(({ manifest }) => Object.keys(manifest.windows ?? {})))
  for (const { bundle, rules, problems } of parsed.filter((each) => about.includes(each.bundle))) {
    const say = (kind: LintFinding['kind'], problem: RuleProblem): number => findings.push({ kind, bundle: `${bundle.manifest.id}@${bundle.manifest.version}`, ...problem })
    for (const problem of [...problems, ...findManifestProblems(bundle, rules, builtIn)]) say('broken', problem)
    for (const problem of findUnaskable(rules)) say('broken', problem)
    const { errors, warnings } = rules.length === 0 ? { errors: [], warnings: [] } : validateRules(cedar, schema, rules)
    for (const error of errors) say('broken', error)
    const broken = new Set([...errors, ...findUnaskable(rules)].map(({ rule }) => rule))
    for (const rule of rules.filter(({ id }) => !broken.has(id))) {
      for (const { kind, message } of lookAt(rule, looked, windows, warnings.filter((each) => each.rule === rule.id))) say(kind, { file: rule.file, line: rule.line, rule: rule.id, message })
    }
  }
  return findings
}

function lookAt(rule: Rule, looked: readonly Looked[], windows: ReadonlySet<string>, warnings: readonly RuleProblem[]): { kind: LintFinding['kind']; message: string }[] {
  const found: { kind: LintFinding['kind']; message: string }[] = []
  const { questions, resourceTypes } = reachOf(rule.json)
  const impossible = questions.size === 0 ? 'no question has such a principal, action and resource together' : whyImpossible(rule, resourceTypes) ?? (warnings.some(({ message }) => /impossible/.test(message)) ? 'its types leave no request for which it would' : undefined)
  if (impossible !== undefined) return [{ kind: 'never-matches', message: `it can never hold: ${impossible}` }]
  for (const { message } of warnings) found.push({ kind: 'suspicious', message })
  for (const name of new Set(namedWindows(rule))) if (!windows.has(name)) found.push({ kind: 'unknown-window', message: `there is no window "${name}" in any bundle in force${windows.size > 0 ? `; there are ${[...windows].join(', ')}` : ''}` })
  const own = looked.find((each) => each.rule === rule) ?? { rule, conjuncts: toConjuncts(rule.json) }
  const over = findStrictest(looked.filter((other) => other.rule !== rule && outweighs(other, own, looked)), own)
  if (over !== undefined) found.push(describeOver(over, own))
  const mute = rule.answer === 'ask' ? findUnasked(rule) : undefined
  if (mute?.isAll === false) found.push({ kind: 'suspicious', message: `it asks also about ${mute.actions.join(', ')}, where nobody can be asked: there it denies. Name the actions that it is about` })
  return found
}

/** What weighs most: the strictest answer, and of those a rule that is about exactly the same. */
function findStrictest(over: readonly Looked[], own: Looked): Looked | undefined {
  const weight = (other: Looked): number => 2 * strictness[other.rule.answer] + (isCovered(other, own) ? 1 : 0)
  return over.toSorted((a, b) => weight(b) - weight(a))[0]
}

const strictness = { allow: 0, ask: 1, deny: 2 } as const

/** Wherever `rule` holds, `other` holds too and decides at least as strictly; of two that are the same, the earlier does. */
function outweighs(other: Looked, own: Looked, looked: readonly Looked[]): boolean {
  // Whatever is asked about has to be permitted as well.
  if (own.rule.answer === 'allow' && other.rule.answer === 'ask') return false
  if (strictness[other.rule.answer] < strictness[own.rule.answer] || !isCovered(own, other)) return false
  const isSame = other.rule.answer === own.rule.answer && isCovered(other, own)
  return !isSame || looked.indexOf(other) < looked.indexOf(own)
}

function isCovered(narrow: Looked, wide: Looked): boolean {
  return coversHead(wide.rule.json, narrow.rule.json) && wide.conjuncts.every((each) => isImplied(each, narrow.conjuncts))
}

function describeOver({ rule, conjuncts }: Looked, own: Looked): { kind: LintFinding['kind']; message: string } {
  const at = `${rule.id} (${rule.bundle.manifest.id} ${rule.file}:${rule.line})`
  if (rule.answer === own.rule.answer) return { kind: 'shadowed', message: `it adds nothing: wherever it holds, ${at} holds too, with the same answer` }
  const isSame = isCovered({ rule, conjuncts }, own)
  const word = { allow: 'allow', ask: 'ask', deny: 'deny' }
  return isSame
    ? { kind: 'contradicts', message: `it would ${word[own.rule.answer]} exactly what ${at} would ${word[rule.answer]}; the stricter always wins` }
    : { kind: 'shadowed', message: `it never decides: wherever it would ${word[own.rule.answer]}, ${at} would ${word[rule.answer]}` }
}

function namedWindows({ json }: Rule): string[] {
  const names: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [op, value] of Object.entries(node as Readonly<Record<string, unknown>>)) {
      const sides = value as { left?: unknown; right?: unknown } | null
      if (/^contains(All|Any)?$/.test(op) && JSON.stringify(sides?.left) === '{".":{"left":{"Var":"context"},"attr":"windows"}}') names.push(...literals(sides?.right))
      visit(value)
    }
  }
  for (const { body } of json.conditions) visit(body)
  return names
}

function literals(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const { Value: value, Set: items } = node as { Value?: unknown; Set?: unknown[] }
  return typeof value === 'string' ? [value] : (items ?? []).flatMap(literals)
}

function findManifestProblems({ layer, manifest }: Bundle, rules: readonly Rule[], builtIn: ReadonlyMap<string, Rule>): RuleProblem[] {
  const say = (message: string): RuleProblem => ({ file: 'bundle.yaml', line: 1, rule: undefined, message })
  const permit = layer === 'repository' ? rules.find(({ answer }) => answer === 'allow') : undefined
  return [
    ...(layer === 'repository' && manifest.disable?.length ? [say('a repository may only tighten: it cannot disable built-in rules')] : []),
    ...(permit === undefined ? [] : [{ file: permit.file, line: permit.line, rule: permit.id, message: 'a repository may only tighten: its rules forbid or ask' }]),
    ...(manifest.disable ?? []).flatMap((id) => (!builtIn.has(id) ? [say(`it disables ${id}, and there is no such built-in rule`)] : builtIn.get(id)?.locked ? [say(`it disables ${id}, which is locked`)] : [])),
  ]
}
