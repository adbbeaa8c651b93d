import type { CedarValueJson, EntityJson, Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { Bug } from '../../protocol/fault.ts'
import { getCedar } from './cedar.ts'
import { concerns, toMatcher, type Asked, type Attributes } from './may-match.ts'
import type { Rule } from './parse-rules.ts'
import { withoutAnnotations } from './split-policies.ts'
import type { Part } from './to-asked.ts'

/** Which rules hold for one question, and which could not be worked out. */
export interface Verdict {
  readonly holds: readonly Rule[]
  readonly failed: readonly { readonly rule: Rule; readonly message: string }[]
}

type Holder = 'principal' | 'resource' | 'context'

interface Indexed {
  readonly rule: Rule
  readonly number: number
  readonly mayHold: (asked: Asked) => boolean
  readonly wants: Wants
  /** It has no conditions: where its head fits, it holds. */
  readonly isPlain: boolean
}

/** What Cedar has to be told for some rules: attributes of each of the three, or all of them. */
interface Wants {
  readonly attributes: Readonly<Record<Holder, ReadonlySet<string> | 'all'>>
  readonly groups: boolean
}

interface PreparedSet {
  readonly id: string
  readonly wants: Wants
}

/** Sets of rules that are prepared apart; beyond that, all rules of an action are asked at once. */
const mostSets = 1000
let made = 0

/**
 * Asks Cedar which rules hold. Every rule is given to it as a permit: then it names each one that holds, forbids, asks and
 * permits alike, and what they come to together is decided by whoever asked.
 *
 * Invariants: (1) a rule is left out only where its head is about something else, or its conditions certainly do not hold
 * (`may-match`); (2) that a rule with conditions holds is said by Cedar alone; (3) Cedar is told every attribute that the rules it is given speak of.
 */
export function createRuleIndex(rules: readonly Rule[]): (part: Part) => Verdict {
  const all: readonly Indexed[] = rules.map((rule, number) => ({ rule, number, mayHold: toMatcher(rule.json), wants: toWants(rule.json), isPlain: isPlain(rule.json) }))
  const name = `writ-${(made += 1)}`
  const byHead = new Map<string, readonly Indexed[]>()
  const sets = new Map<string, PreparedSet>()

  const prepare = (chosen: readonly Indexed[]): PreparedSet => {
    const key = chosen.map(({ number }) => number).join(',')
    let set = sets.get(key)
    if (set === undefined) {
      const id = `${name}-${sets.size}`
      const answer = getCedar().preparsePolicySet(id, { staticPolicies: Object.fromEntries(chosen.map(({ number, rule }) => [String(number), toPermit(rule)])) })
      if (answer.type === 'failure') throw new Bug(`Cedar refused rules that it had parsed: ${answer.errors[0]?.message ?? ''}`)
      set = { id, wants: joinWants(chosen.map(({ wants }) => wants)) }
      sets.set(key, set)
    }
    return set
  }

  return (part) => {
    const head = `${part.action} ${part.principalType} ${part.resourceType}`
    let concerned = byHead.get(head)
    if (concerned === undefined) {
      concerned = all.filter(({ rule }) => concerns(rule.json, part))
      byHead.set(head, concerned)
    }
    const candidates = concerned.filter(({ mayHold }) => mayHold(part))
    if (candidates.every((each) => each.isPlain)) return { holds: candidates.map(({ rule }) => rule), failed: [] }
    const set = prepare(sets.size < mostSets || sets.has(candidates.map(({ number }) => number).join(',')) ? candidates : concerned)
    const answer = getCedar().statefulIsAuthorized({ ...toRequest(part, set.wants), preparsedPolicySetId: set.id })
    if (answer.type === 'failure') throw new Bug(`Cedar could not answer: ${answer.errors[0]?.message ?? ''}`)
    const { reason, errors } = answer.response.diagnostics
    return {
      holds: reason.map(Number).sort((a, b) => a - b).map((number) => (all[number] as Indexed).rule),
      failed: errors.map(({ policyId, error }) => ({ rule: (all[Number(policyId)] as Indexed).rule, message: error.message })),
    }
  }
}

function isPlain({ principal, action, resource, conditions }: PolicyJson): boolean {
  const isType = (constraint: PolicyJson['principal'] | PolicyJson['resource']): boolean => constraint.op === 'All' || (constraint.op === 'is' && constraint.in === undefined)
  return conditions.length === 0 && isType(principal) && isType(resource) && (action.op !== '==' || 'entity' in action)
}

/** The rule as it was written, with its effect changed. Not its JSON form, in which JavaScript would round large numbers. */
function toPermit({ text, json }: Rule): string {
  const body = withoutAnnotations(text)
  if (!body.startsWith(json.effect)) throw new Bug(`the effect of a rule was not found in its text: ${text.slice(0, 100)}`)
  return `permit${body.slice(json.effect.length)}`
}

function toRequest(part: Part, { attributes, groups }: Wants) {
  const principal = { type: `Writ::${part.principalType}`, id: part.principalId }
  const action = { type: 'Writ::Action', id: part.action }
  const resource = { type: `Writ::${part.resourceType}`, id: part.resourceId }
  const entities: EntityJson[] = []
  if (isWanted(attributes.principal)) entities.push({ uid: principal, attrs: choose(part.principal, attributes.principal), parents: [] })
  if (isWanted(attributes.resource)) entities.push({ uid: resource, attrs: choose(part.resource, attributes.resource), parents: [] })
  if (groups) entities.push({ uid: action, attrs: {}, parents: [...part.actionGroups].filter((group) => group !== part.action).map((id) => ({ type: 'Writ::Action', id })) })
  return { principal, action, resource, context: choose(part.context, attributes.context), entities }
}

function isWanted(wanted: ReadonlySet<string> | 'all'): boolean {
  return wanted === 'all' || wanted.size > 0
}

function choose(attributes: Attributes, wanted: ReadonlySet<string> | 'all'): Record<string, CedarValueJson> {
  const chosen: Record<string, CedarValueJson> = {}
  for (const name of wanted === 'all' ? Object.keys(attributes) : wanted) {
    const value = attributes[name]
    if (value !== undefined) chosen[name] = value as CedarValueJson
  }
  return chosen
}

/** Finds what the conditions of a rule speak of. A use that is not plainly an attribute wants everything. */
function toWants({ action, conditions }: PolicyJson): Wants {
  const attributes: Record<Holder, Set<string> | 'all'> = { principal: new Set(), resource: new Set(), context: new Set() }
  let groups = action.op === 'in'
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [op, value] of Object.entries(node as Readonly<Record<string, unknown>>)) {
      if (op === 'Value') continue
      if (op === 'in') groups = true
      const { left, attr } = value as { left?: Expr; attr?: unknown }
      if (op === 'Var') {
        if (value === 'action') groups = true
        else attributes[value as Holder] = 'all'
      } else if ((op === '.' || op === 'has') && isHolder(left) && typeof attr === 'string') {
        const wanted = attributes[left.Var]
        if (wanted !== 'all') wanted.add(attr)
      } else if (op !== 'is' || !isHolder(left)) visit(value)
    }
  }
  for (const { body } of conditions) visit(body)
  return { attributes, groups }
}

function isHolder(expr: Expr | undefined): expr is { Var: Holder } {
  return expr !== undefined && 'Var' in expr && (expr.Var === 'principal' || expr.Var === 'resource' || expr.Var === 'context')
}

function joinWants(wants: readonly Wants[]): Wants {
  const join = (holder: Holder): ReadonlySet<string> | 'all' => (wants.some(({ attributes }) => attributes[holder] === 'all') ? 'all' : new Set(wants.flatMap(({ attributes }) => [...attributes[holder] as ReadonlySet<string>])))
  return { attributes: { principal: join('principal'), resource: join('resource'), context: join('context') }, groups: wants.some(({ groups }) => groups) }
}
