import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Bundle } from './bundle.ts'
import { toRuleId } from './bundle.ts'
import type { Cedar } from './cedar.ts'
import { lineAtByte, splitPolicies } from './split-policies.ts'

export type Answer = 'allow' | 'ask' | 'deny'

/** One rule of a bundle, parsed. */
export interface Rule {
  /** As it is cited. */
  readonly id: string
  readonly bundle: Bundle
  readonly file: string
  readonly line: number
  readonly text: string
  readonly answer: Answer
  /** What whoever asked is told, with slots in braces. */
  readonly reason: string
  readonly risk?: 'low' | 'medium' | 'high'
  readonly locked: boolean
  readonly json: PolicyJson
}

/** A rule without its bundle, as it can be kept. */
export type KeptRule = Omit<Rule, 'bundle'>

/** Something that is wrong with a bundle's text. `rule` as far as it is known. */
export interface RuleProblem {
  readonly file: string
  readonly line: number
  readonly rule: string | undefined
  readonly message: string
}

const known = new Set(['id', 'reason', 'answer', 'risk', 'locked', 'description'])

/** Parses the rules of a bundle. Whatever is wrong is in `problems`, with file, line and rule; `rules` are those that are whole. */
export function parseRules(cedar: Cedar, bundle: Bundle): { readonly rules: readonly Rule[]; readonly problems: readonly RuleProblem[] } {
  const rules: Rule[] = []
  const problems: RuleProblem[] = []
  const places = new Map<string, string>()
  for (const { name: file, text } of bundle.files) {
    const whole = cedar.checkParsePolicySet({ staticPolicies: text })
    if (whole.type === 'failure') {
      problems.push(...whole.errors.slice(0, 5).map((error) => ({ file, line: lineAtByte(text, error.sourceLocations?.[0]?.start ?? 0), rule: undefined, message: toSentence(error.message, error.help) })))
      continue
    }
    for (const part of splitPolicies(text)) {
      const parsed = cedar.policyToJson(part.text)
      if (parsed.type === 'failure') {
        problems.push({ file, line: part.line, rule: undefined, message: 'a rule with slots (?principal, ?resource) is a template; write it out' })
        continue
      }
      const { rule, problem } = toRule(bundle, { ...part, file, json: parsed.json })
      if (problem !== undefined) problems.push({ file, line: part.line, rule: rule?.id, message: problem })
      else if (rule !== undefined) {
        const before = places.get(rule.id)
        if (before !== undefined) problems.push({ file, line: rule.line, rule: rule.id, message: `there is a rule of that id already, at ${before}` })
        else rules.push(rule)
        places.set(rule.id, before ?? `${file}:${rule.line}`)
      }
    }
  }
  return { rules, problems }
}

/** What the schema has against the rules: names that are not there, types that do not fit. Warnings are the linter's. */
export function validateRules(cedar: Cedar, schema: string, rules: readonly Rule[]): { readonly errors: readonly RuleProblem[]; readonly warnings: readonly RuleProblem[] } {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const answer = cedar.validate({ schema, policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.text])) } })
  if (answer.type === 'failure') return { errors: answer.errors.map((error) => ({ file: '', line: 1, rule: undefined, message: toSentence(error.message, error.help) })), warnings: [] }
  const toProblem = ({ policyId, error }: (typeof answer.validationErrors)[number]): RuleProblem => {
    const rule = byId.get(policyId)
    const offset = error.sourceLocations?.[0]?.start ?? 0
    return { file: rule?.file ?? '', line: (rule?.line ?? 1) + lineAtByte(rule?.text ?? '', offset) - 1, rule: policyId, message: toSentence(error.message.replace(/^for policy `[^`]*`, /, ''), error.help) }
  }
  return { errors: answer.validationErrors.map(toProblem), warnings: answer.validationWarnings.map(toProblem) }
}

function toRule(bundle: Bundle, part: { readonly text: string; readonly file: string; readonly line: number; readonly json: PolicyJson }): { readonly rule?: Rule; readonly problem?: string } {
  const { annotations = {}, effect } = part.json
  const { id, reason, answer, risk, locked } = annotations
  if (!id) return { problem: 'a rule has no @id("…"): without one it cannot be cited' }
  const rule: Rule = {
    id: toRuleId(bundle, id), bundle, file: part.file, line: part.line, text: part.text, json: part.json,
    answer: effect === 'permit' ? 'allow' : answer === 'ask' ? 'ask' : 'deny',
    reason: reason ?? '', locked: locked === 'true',
    ...(risk === 'low' || risk === 'medium' || risk === 'high' ? { risk } : {}),
  }
  const say = (problem: string) => ({ rule, problem })
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(id)) return say(`the id "${id}" is not written in small letters, digits and hyphens`)
  if (!reason?.trim()) return say('it has no @reason("…"), which is what whoever is refused or asked is told')
  if (answer !== undefined && answer !== 'ask' && answer !== 'deny') return say(`@answer("${answer}") is neither "ask" nor "deny"`)
  if (answer !== undefined && effect === 'permit') return say('a permit takes no @answer: it allows')
  if (risk !== undefined && rule.risk === undefined) return say(`@risk("${risk}") is not one of low, medium, high`)
  if (locked !== undefined && bundle.layer !== 'built-in') return say('only built-in rules are @locked; what an organisation forbids nobody can disable anyway')
  const strange = Object.keys(annotations).find((name) => !known.has(name))
  return strange === undefined ? { rule } : say(`the annotation @${strange} means nothing; there are ${[...known].map((name) => `@${name}`).join(', ')}`)
}

function toSentence(message: string, help: string | null): string {
  const text = `${message}${help ? ` (${help})` : ''}`.replaceAll(/\s+/g, ' ').replaceAll('Writ::', '')
  return text.length > 500 ? `${text.slice(0, 499)}…` : text
}

