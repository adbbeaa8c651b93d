import type { Rule, RuleProblem } from './parse-rules.ts'
import { reachOf } from './rule-heads.ts'

/** Questions about people and hosts: whoever could answer is what is asked about, or the sandbox waits for the answer. */
const withoutAsking: ReadonlySet<string> = new Set(['approve', 'connect', 'delegate'])

/** Of what a rule is about, the actions where nobody can be asked; `isAll`: it is about nothing else. */
export function findUnasked({ json }: Pick<Rule, 'json'>): { readonly actions: readonly string[]; readonly isAll: boolean } | undefined {
  const all = new Set([...reachOf(json).questions].map((question) => question.split(' ')[1] ?? ''))
  const actions = [...all].filter((action) => withoutAsking.has(action))
  return actions.length === 0 ? undefined : { actions, isAll: actions.length === all.size }
}

/** Rules that ask where nobody can be asked. They would deny without saying so. */
export function findUnaskable(rules: readonly Rule[]): readonly RuleProblem[] {
  return rules.flatMap((rule) => {
    const unasked = rule.answer === 'ask' ? findUnasked(rule) : undefined
    if (unasked?.isAll !== true) return []
    return [{ file: rule.file, line: rule.line, rule: rule.id, message: `@answer("ask") has no meaning for ${unasked.actions.join(', ')}: nobody can be asked there. Leave it out to deny, or ask about what is done then (exec, integrate, deliver)` }]
  })
}
