import type { CommandReader } from '../../engine/ports/commands.ts'
import type { Policy } from '../../engine/ports/policy.ts'
import type { CasesFile, PolicyCase } from '../../protocol/policy-bundle.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import { decideQuestion, toPolicyQuestion } from './case-question.ts'

export interface CaseResult {
  readonly name: string
  readonly expect: PolicyCase['expect']
  readonly decision: PolicyDecision
  readonly ok: boolean
}

/** Asks each case of a policy that is ready. A rule that is expected has to be cited; written bare, it may be of any bundle. */
export async function runCases(policy: Policy, { cases }: CasesFile, read: CommandReader['read']): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  for (const { name, question, expect } of cases) {
    const decision = decideQuestion(policy, await toPolicyQuestion(question, read))
    const isCited = expect.rule === undefined || decision.rules.some((rule) => rule === expect.rule || rule.endsWith(`:${expect.rule}`))
    results.push({ name, expect, decision, ok: decision.effect === expect.effect && isCited })
  }
  return results
}
