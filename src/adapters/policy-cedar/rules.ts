import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { Fault } from '../../protocol/fault.ts'
import type { Bundle, PolicyBook } from '../../domain/policy/bundle.ts'

export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs')

/** One Cedar policy with what its annotations say. */
export interface Rule {
  /** As decisions cite it: bare for built-in ones, else `bundle:id`. */
  readonly name: string
  readonly id: string
  readonly bundle: string
  readonly layer: Bundle['layer']
  readonly answer: 'allow' | 'ask' | 'deny'
  readonly reason: string
  readonly locked: boolean
  readonly text: string
  readonly json: PolicyJson
  /** File and line where it begins. */
  readonly at: { readonly file: string; readonly line: number }
}

let loading: Promise<Cedar> | undefined

/** Loaded once, when something is judged: a run does not wait for it at its start. */
export function loadCedar(): Promise<Cedar> {
  return (loading ??= import('@cedar-policy/cedar-wasm/nodejs'))
}

/** All rules of one bundle. @throws Fault `policy-refused` naming file, line and rule. */
export function readRules(cedar: Cedar, bundle: Bundle): Rule[] {
  const seen = new Set<string>()
  return bundle.rules.flatMap(({ name: file, text }) => {
    const parts = cedar.policySetTextToParts(text)
    if (parts.type === 'failure') throw refuse(bundle, file, describeErrors(parts.errors, text))
    if (parts.policy_templates.length > 0) throw refuse(bundle, file, 'it has a template (?principal or ?resource), and rules have none')
    return parts.policies.map((part) => {
      const rule = toRule(cedar, bundle, file, part, text)
      if (seen.has(rule.id)) throw refuse(bundle, `${file}:${rule.at.line}`, `the id ${rule.id} is taken by an earlier rule`)
      seen.add(rule.id)
      return rule
    })
  })
}

function toRule(cedar: Cedar, bundle: Bundle, file: string, text: string, whole: string): Rule {
  const parsed = cedar.policyToJson(text)
  const line = whole.slice(0, Math.max(0, whole.indexOf(text.trim().slice(0, 60)))).split('\n').length
  if (parsed.type === 'failure') throw refuse(bundle, `${file}:${line}`, parsed.errors.map((each) => each.message).join('; '))
  const { annotations = {}, effect } = parsed.json
  const { id, answer, reason, locked } = annotations as Readonly<Record<string, string | undefined>>
  if (!id) throw refuse(bundle, `${file}:${line}`, 'a rule has no @id("…"): decisions cite it')
  if (!/^[a-z][a-z0-9-]*$/.test(id)) throw refuse(bundle, `${file}:${line}`, `the id ${id} is not written like no-publish`)
  if (answer !== undefined && answer !== 'ask' && answer !== 'deny') throw refuse(bundle, `${file}:${line}`, `@answer of ${id} is "${answer}"; it is "ask" or left out`)
  if (effect === 'permit' && answer !== undefined) throw refuse(bundle, `${file}:${line}`, `${id} permits, so that @answer means nothing; to ask, write forbid with @answer("ask")`)
  if (bundle.layer === 'repository' && effect === 'permit') throw refuse(bundle, `${file}:${line}`, `${id} permits, and a repository's rules may only forbid or ask`)
  const builtIn = bundle.layer === 'built-in'
  return {
    name: builtIn ? id : `${bundle.file.id}:${id}`, id, bundle: bundle.file.id, layer: bundle.layer,
    answer: effect === 'permit' ? 'allow' : answer === 'ask' ? 'ask' : 'deny',
    reason: reason ?? `The rule ${id} of ${bundle.file.id} says so; ask ${bundle.file.owner}.`,
    locked: locked === 'true', text, json: parsed.json, at: { file, line },
  }
}

/** Those of a whole book that hold: without what people's bundles disable. @throws Fault `policy-refused`. */
export function readBook(cedar: Cedar, book: PolicyBook): readonly Rule[] {
  const rules = book.bundles.flatMap((bundle) => readRules(cedar, bundle))
  const disabled = new Set<string>()
  for (const bundle of book.bundles) {
    for (const id of bundle.file.disable ?? []) {
      const rule = rules.find((each) => each.layer === 'built-in' && each.id === id)
      if (!rule) throw refuse(bundle, 'bundle.yaml', `disable names ${id}, and there is no built-in rule of that id`)
      if (rule.locked) throw refuse(bundle, 'bundle.yaml', `disable names ${id}, which is locked: no bundle takes it away`)
      if (bundle.layer === 'repository') throw refuse(bundle, 'bundle.yaml', `disable names ${id}, and a repository may only tighten`)
      disabled.add(id)
    }
  }
  return rules.filter((rule) => rule.layer !== 'built-in' || !disabled.has(rule.id))
}

function describeErrors(errors: readonly { readonly message: string; readonly sourceLocations?: readonly { readonly start: number }[] }[], text: string): string {
  return errors.slice(0, 3).map(({ message, sourceLocations }) => {
    const start = sourceLocations?.[0]?.start
    return `${start === undefined ? '' : `line ${text.slice(0, start).split('\n').length}: `}${message}`
  }).join('; ')
}

export function refuse(bundle: Pick<Bundle, 'file' | 'layer'>, where: string, why: string): Fault {
  return new Fault('policy-refused', `the policy bundle ${bundle.file.id}@${bundle.file.version} (${bundle.layer}) is refused: ${where}: ${why}`)
}
