import type { CedarValueJson, Context } from '@cedar-policy/cedar-wasm/nodejs'
import { Fault } from '../../protocol/fault.ts'
import type { Cedar, Rule } from './rules.ts'
import { schemaText } from './schema.ts'

/** One question to Cedar: who, what, on what, where. */
export interface Evaluation {
  readonly principal: { readonly kind: 'person' | 'agent' | 'specialist' | 'hook'; readonly name: string }
  readonly action: string
  readonly resource: { readonly type: string; readonly attributes: Readonly<Record<string, CedarValueJson>> }
  readonly context: Readonly<Record<string, CedarValueJson>>
}

export interface Verdict {
  /** Rules that hold: those that forbid where any does, else those that permit. */
  readonly rules: readonly Rule[]
  readonly answer: 'allow' | 'ask' | 'deny'
  /** A rule could not be evaluated: then the answer is deny. */
  readonly broken: readonly string[]
}

export type Evaluator = (evaluation: Evaluation) => Verdict

const types: Record<Evaluation['principal']['kind'], string> = { person: 'Writ::Person', agent: 'Writ::Agent', specialist: 'Writ::Specialist', hook: 'Writ::Hook' }
const mostRemembered = 2000
let count = 0

/**
 * Policies and schema are parsed once, under names of their own; a question takes some tens of microseconds then. Equal questions
 * are answered from memory: the answer is a function of the question.
 * @throws Fault `policy-refused` where the rules do not fit the schema, naming the rule
 */
export function createEvaluator(cedar: Cedar, rules: readonly Rule[]): Evaluator {
  requireFitting(cedar, rules.filter((rule) => rule.layer !== 'built-in'))
  const id = `writ-${++count}`
  const byName = new Map(rules.map((rule) => [rule.name, rule]))
  const known = new Map<string, Verdict>()
  const sets = new Map<string, string>()
  /** A question is put only to the rules whose action it can be: the others cannot hold, and cost as much. */
  const setFor = (action: string): string => {
    const before = sets.get(action)
    if (before) return before
    const made = `${id}-${action}`
    const names = new Set([action, ...groupsOf(action).map((group) => group.id)])
    requireDone(cedar.preparsePolicySet(made, { staticPolicies: Object.fromEntries(rules.filter((rule) => canBe(rule, names)).map((rule) => [rule.name, rule.text])) }))
    sets.set(action, made)
    return made
  }
  return (evaluation) => {
    const key = JSON.stringify(evaluation)
    const before = known.get(key)
    if (before) return before
    const verdict = evaluate(cedar, setFor(evaluation.action), byName, evaluation)
    if (known.size >= mostRemembered) known.clear()
    known.set(key, verdict)
    return verdict
  }
}

/** Those of the product are held to the schema by its tests; it takes a tenth of a second. */
export function requireFitting(cedar: Cedar, rules: readonly Rule[]): void {
  if (rules.length === 0) return
  const checked = cedar.validate({ schema: schemaText, policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.name, rule.text])) } })
  if (checked.type === 'failure') throw new Fault('policy-refused', `the policy cannot be read: ${checked.errors.map((each) => each.message).join('; ')}`)
  const [problem] = checked.validationErrors
  if (!problem) return
  const rule = rules.find((each) => each.name === problem.policyId)
  throw new Fault('policy-refused', `the rule ${problem.policyId}${rule ? ` (${rule.at.file}:${rule.at.line})` : ''} does not fit what rules can speak of: ${problem.error.message.replaceAll('`', '')}${problem.error.help ? ` (${problem.error.help})` : ''}`)
}

function requireDone(answer: { readonly type: string; readonly errors?: readonly { readonly message: string }[] }): void {
  if (answer.type === 'failure') throw new Fault('policy-refused', `the policy cannot be read: ${answer.errors?.map((each) => each.message).join('; ') ?? ''}`)
}

/** Does the rule's head let this action through? `names` are the action and its groups. */
function canBe(rule: Rule, names: ReadonlySet<string>): boolean {
  const { action } = rule.json
  const nameOf = (entity: unknown): string => ('__entity' in (entity as object) ? (entity as { __entity: { id: string } }).__entity.id : (entity as { id: string }).id)
  switch (action.op) {
    case 'All': return true
    case '==': return 'entity' in action ? names.has(nameOf(action.entity)) : true
    case 'in': return 'entities' in action ? action.entities.some((each) => names.has(nameOf(each))) : names.has(nameOf(action.entity))
  }
}

/** The groups of an action, as the schema has them. */
function groupsOf(action: string): { type: string; id: string }[] {
  const [tool = '', effect] = action.split('.')
  return effect === undefined || tool === 'path' ? [] : [{ type: 'Writ::Action', id: tool }, { type: 'Writ::Action', id: `effect:${effect}` }]
}

function evaluate(cedar: Cedar, id: string, rules: ReadonlyMap<string, Rule>, { principal, action, resource, context }: Evaluation): Verdict {
  const who = { type: types[principal.kind], id: principal.name }
  const what = { type: `Writ::${resource.type}`, id: 'it' }
  const answer = cedar.statefulIsAuthorized({
    principal: who, action: { type: 'Writ::Action', id: action }, resource: what, context: context as Context, validateRequest: false, preparsedPolicySetId: id,
    entities: [{ uid: who, attrs: { name: principal.name }, parents: [] }, { uid: what, attrs: resource.attributes, parents: [] }, { uid: { type: 'Writ::Action', id: action }, attrs: {}, parents: groupsOf(action) }],
  })
  if (answer.type === 'failure') return { rules: [], answer: 'deny', broken: answer.errors.map((each) => each.message) }
  const { decision, diagnostics } = answer.response
  // Cedar passes over a rule that breaks; here it forbids.
  if (diagnostics.errors.length > 0) return { rules: diagnostics.errors.flatMap((each) => rules.get(each.policyId) ?? []), answer: 'deny', broken: diagnostics.errors.map((each) => each.error.message) }
  // In the order in which they are written: the first is the one that people are told.
  const named = new Set(diagnostics.reason)
  const held = named.size === 1 ? diagnostics.reason.flatMap((name) => rules.get(name) ?? []) : [...rules.values()].filter((rule) => named.has(rule.name))
  if (decision === 'allow') return { rules: held, answer: 'allow', broken: [] }
  return { rules: held, answer: held.length > 0 && held.every((rule) => rule.answer === 'ask') ? 'ask' : 'deny', broken: [] }
}
