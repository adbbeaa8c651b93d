import { Fault } from '../../protocol/fault.ts'
import type { Bundle } from './bundle.ts'
import { readBuiltinRules } from './builtin-bundle.ts'
import { getCedar } from './cedar.ts'
import { parseRules, validateRules, type Rule, type RuleProblem } from './parse-rules.ts'
import { findUnaskable } from './unaskable.ts'

/**
 * The rules that hold, of all bundles in the order of their layers, without those that are switched off.
 * @param schema what the rules of people are validated against; left out for a policy that was kept with a run, which was once
 * @throws Fault `policy-refused` naming bundle, file, line and rule
 */
export async function openRules(bundles: readonly Bundle[], schema?: string): Promise<readonly Rule[]> {
  const rules = (await Promise.all(bundles.map(async (bundle) => (await readBuiltinRules(bundle)) ?? openOwn(bundle, schema)))).flat()
  const off = findDisabled(bundles, rules)
  return rules.filter((rule) => rule.bundle.layer !== 'built-in' || !off.has(rule.id))
}

function openOwn(bundle: Bundle, schema: string | undefined): readonly Rule[] {
  const cedar = getCedar()
  const { rules, problems } = parseRules(cedar, bundle)
  const [first] = problems
  if (first !== undefined) throw refuse(bundle, first, problems.length - 1)
  if (bundle.layer === 'repository') refuseLoosening(bundle, rules)
  if (bundle.layer !== 'built-in' && schema !== undefined) {
    const [error, ...others] = [...validateRules(cedar, schema, rules).errors, ...findUnaskable(rules)]
    if (error !== undefined) throw refuse(bundle, error, others.length)
  }
  return rules
}

/** What a repository's bundle may not have at all. */
function refuseLoosening(bundle: Bundle, rules: readonly Rule[]): void {
  const permit = rules.find(({ answer }) => answer === 'allow')
  if (permit !== undefined) throw refuse(bundle, { file: permit.file, line: permit.line, rule: permit.id, message: 'a repository may only tighten: its rules forbid or ask. Take the permit out, or put it into your own bundle' }, 0)
  if (bundle.manifest.disable?.length) throw refuse(bundle, { file: 'bundle.yaml', line: 1, rule: undefined, message: 'a repository may only tighten: it cannot disable built-in rules' }, 0)
}

function findDisabled(bundles: readonly Bundle[], rules: readonly Rule[]): ReadonlySet<string> {
  const builtIn = new Map(rules.filter(({ bundle }) => bundle.layer === 'built-in').map((rule) => [rule.id, rule]))
  const off = new Set<string>()
  for (const bundle of bundles) {
    for (const id of bundle.manifest.disable ?? []) {
      const rule = builtIn.get(id)
      const problem = rule === undefined ? `it disables ${id}, and there is no such built-in rule (writ policy lists them)` : rule.locked ? `it disables ${id}, which is locked: that rule holds for everyone` : undefined
      if (problem !== undefined) throw refuse(bundle, { file: 'bundle.yaml', line: 1, rule: undefined, message: problem }, 0)
      off.add(id)
    }
  }
  return off
}

export function describeProblem({ file, line, rule, message }: RuleProblem): string {
  return `${file}:${line}${rule === undefined ? '' : ` (rule ${rule})`}: ${message.replace(/\.$/, '')}`
}

function refuse(bundle: Bundle, problem: RuleProblem, more: number): Fault {
  const { id, version } = bundle.manifest
  return new Fault('policy-refused', `the policy ${id} ${version} (${bundle.layer}) is refused: ${describeProblem(problem)}${more > 0 ? `; and ${more} more` : ''}. Nothing runs under half a policy: mend it, or move its folder away; writ policy lint shows all of it`)
}
