import type { Cedar, Rule } from './rules.ts'
import { schemaText } from './schema.ts'

export interface LintFinding {
  readonly rule: string
  readonly at: string
  readonly kind: 'never-matches' | 'contradicts' | 'shadowed' | 'unknown-window' | 'no-reason' | 'unfit'
  readonly message: string
}

/** Rules that cannot do what they are written for. `windows` are the names of the change windows that are defined. */
export function lintRules(cedar: Cedar, rules: readonly Rule[], windows: ReadonlySet<string>): readonly LintFinding[] {
  const findings: LintFinding[] = []
  const add = (rule: Rule, kind: LintFinding['kind'], message: string): void => void findings.push({ rule: rule.name, at: `${rule.at.file}:${rule.at.line}`, kind, message })
  const checked = cedar.validate({ schema: schemaText, policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.name, rule.text])) } })
  if (checked.type === 'success') {
    for (const { policyId, error } of checked.validationErrors) addFor(rules, policyId, (rule) => add(rule, 'unfit', error.message.replaceAll('`', '')))
    for (const { policyId, error } of checked.validationWarnings) if (/impossible/i.test(error.message)) addFor(rules, policyId, (rule) => add(rule, 'never-matches', 'its head and conditions can never hold together: no question is like that'))
  }
  for (const [n, rule] of rules.entries()) {
    const { annotations = {} } = rule.json
    if (rule.answer !== 'allow' && !('reason' in annotations)) add(rule, 'no-reason', 'has no @reason: whoever is refused is not told what would be allowed instead')
    for (const name of windowsIn(rule.json.conditions)) if (!windows.has(name)) add(rule, 'unknown-window', `names the window ${name}, which no bundle defines`)
    const impossible = findImpossible(rule.json.conditions)
    if (impossible) add(rule, 'never-matches', impossible)
    for (const other of rules.slice(0, n)) {
      if (headOf(rule) !== headOf(other) && !covers(other, rule)) continue
      const same = JSON.stringify(rule.json.conditions) === JSON.stringify(other.json.conditions)
      if (same && rule.json.effect !== other.json.effect && headOf(rule) === headOf(other)) add(rule, 'contradicts', `says the opposite of ${other.name} to the same questions: the one that forbids wins`)
      else if (same && rule.answer === other.answer && headOf(rule) === headOf(other)) add(rule, 'shadowed', `says what ${other.name} says already`)
    }
    const stronger = rules.find((other) => other !== rule && other.answer === 'deny' && rule.answer !== 'deny' && covers(other, rule) && (other.json.conditions.length === 0 || JSON.stringify(other.json.conditions) === JSON.stringify(rule.json.conditions)))
    if (stronger && rule.name !== 'ordinary') add(rule, 'shadowed', `never decides: ${stronger.name} denies all that it speaks of`)
  }
  return findings
}

function addFor(rules: readonly Rule[], name: string, then: (rule: Rule) => void): void {
  const rule = rules.find((each) => each.name === name)
  if (rule) then(rule)
}

function headOf({ json }: Rule): string {
  return JSON.stringify([json.principal, json.action, json.resource])
}

/** Does the head of one let through all that the head of the other does? */
function covers(wide: Rule, narrow: Rule): boolean {
  return (['principal', 'action', 'resource'] as const).every((part) => wide.json[part].op === 'All' || JSON.stringify(wide.json[part]) === JSON.stringify(narrow.json[part]))
}

function windowsIn(conditions: unknown): string[] {
  return [...JSON.stringify(conditions).matchAll(/"contains":\{"left":\{"\.":\{"left":\{"Var":"context"\},"attr":"windows"\}\},"right":\{"Value":"([^"]+)"\}\}/g)].map((match) => match[1] ?? '')
}

/** One attribute that would have to be two things at once. */
function findImpossible(conditions: readonly { readonly kind: string; readonly body: unknown }[]): string | undefined {
  const must = new Map<string, string>()
  for (const { kind, body } of conditions) {
    if (kind !== 'when') continue
    for (const [left, right] of conjuncts(body)) {
      const before = must.get(left)
      if (before !== undefined && before !== right) return `would need ${describe(left)} to be ${before} and ${right} at once`
      must.set(left, right)
    }
  }
  return undefined
}

/** `a == "x" && b == "y"` as pairs. */
function conjuncts(body: unknown): (readonly [string, string])[] {
  const node = body as { readonly '&&'?: { readonly left: unknown; readonly right: unknown }; readonly '=='?: { readonly left: unknown; readonly right: { readonly Value?: unknown } } }
  if (node['&&']) return [...conjuncts(node['&&'].left), ...conjuncts(node['&&'].right)]
  const value = node['==']?.right.Value
  return node['=='] && value !== undefined ? [[JSON.stringify(node['=='].left), JSON.stringify(value)]] : []
}

function describe(left: string): string {
  return [...left.matchAll(/"(?:attr|Var)":"([^"]+)"/g)].map((match) => match[1] ?? '').join('.')
}
