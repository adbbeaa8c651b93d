import type { Check, Contract } from '../protocol/contract.ts'
import type { Plan } from '../protocol/plan.ts'
import type { TaskFile } from '../protocol/plan-file.ts'
import { checkPlan } from '../domain/plan/check-plan.ts'
import { toPlan } from '../domain/plan/from-file.ts'

type Made = { readonly plan: Plan; readonly contract: Pick<Contract, 'goal' | 'checks' | 'scope' | 'constraints' | 'budget'> }

/** What reads as something else in YAML, breaks lines, or looks like a comment. */
const words = ['yes', 'null', '1.0', '0x1f', '~', '# no comment', 'a: b', '- dash', '"quoted"', "it's", 'tab\there', 'größer 数', '{x}', '[y]', '*z', '&w', '!t', '%d', '@at', '`tick`', 'two\nlines', '  inner  blanks', 'trailing\\', '|', '>', '2026-01-01', '\u00A0nbsp', 'emoji 🙂', 'line\n\n\nmany', 'ends with:', 'key: # both']

/** A plan that can be carried out, with its contract: the same for the same numbers. */
export function randomPlan(random: () => number): Made {
  const below = (most: number): number => Math.floor(random() * most)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make)
  const text = (): string => `${Array.from({ length: 1 + below(4) }, () => pick(words)).join(pick([' ', ' ', '\n']))} x`.trim()
  const checks: Check[] = Array.from({ length: below(4) }, (_, n) => ({ id: `c${n + 1}`, command: `check ${n} ${pick(words)}`.trim(), origin: 'person', timeoutMs: pick([600_000, 30_000]) }))
  const contract = { goal: text(), checks, scope: pick([[], ['src/**', 'docs/**']]), constraints: some(2, () => ({ text: text(), origin: 'person' as const })), budget: { maxTurns: 1000, maxIdleTurns: 30 } }
  const ids = Array.from({ length: 1 + below(8) }, (_, n) => `task-${n}`)
  const tasks = ids.map((id, n): TaskFile => ({
    id, subgoal: `Do the following: ${text()}`, ...(random() < 0.5 ? { title: text() } : {}),
    ...(random() < 0.6 ? { scope: [`src/${id}/**`, ...some(2, () => `docs/${below(9)}/*`)] } : {}),
    checks: [{ command: `own ${id} ${pick(words)}`, ...(random() < 0.3 ? { timeout_seconds: 1 + below(900) } : {}) }, ...(n > 0 && random() < 0.3 ? [{ command: `own ${ids[0]} shared` }] : []), ...(random() < 0.3 ? checks.map((check) => check.id) : [])],
    ...(random() < 0.4 ? { serves: checks.map((check) => check.id) } : {}), ...(random() < 0.4 ? { role: pick(['coder', 'documenter', 'tester']) } : {}),
    depends_on: ids.slice(0, n).filter(() => random() < 0.3), risk: pick(['low', 'medium', 'high']), reversible: random() < 0.8, milestone: random() < 0.2,
    ...(random() < 0.6 ? { estimate: { minutes: pick([0.5, 10, 90]), ...(random() < 0.5 ? { spread: pick([0, 3.25]) } : {}), ...(random() < 0.5 ? { tokens: below(90_000), memory_mb: below(3000) } : {}) } } : {}),
    ...(random() < 0.5 ? { confidence: Math.round(random() * 100) / 100 } : {}), unknowns: some(2, text), rules: some(2, () => pick(['built-in:review-risky', 'team:docs'])), tests: some(3, text),
  }))
  // Whatever no task has belongs to the last one, which everything leads to.
  const last: TaskFile = { id: 'last', subgoal: 'What is left', checks: [{ command: 'own last' }, ...checks.map((check) => check.id)], depends_on: ids }
  const { plan, faults } = checkPlan(toPlan({ tasks: [...tasks, last] }, contract, below(4)), contract)
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.text).join('\n'))
  return { plan, contract }
}
