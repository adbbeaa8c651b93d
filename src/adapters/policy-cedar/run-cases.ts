import type { Policy } from '../../engine/ports/policy.ts'
import type { CaseQuestion, CasesFile, PolicyCase } from '../../protocol/policy-bundle.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import { decideQuestion, type PolicyQuestion } from './case-question.ts'

export interface CaseResult {
  readonly name: string
  readonly expect: PolicyCase['expect']
  readonly decision: PolicyDecision
  readonly ok: boolean
}

/** Asks each case of a policy that is ready. A rule that is expected has to be cited; written bare, it may be of any bundle. */
export async function runCases(policy: Policy, { cases }: CasesFile, toQuestion: (asked: CaseQuestion) => Promise<PolicyQuestion>): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  for (const { name, question, expect } of cases) {
    const decision = decideQuestion(policy, await toQuestion(question))
    const isCited = expect.rule === undefined || decision.rules.some((rule) => rule === expect.rule || rule.endsWith(`:${expect.rule}`))
    results.push({ name, expect, decision, ok: decision.effect === expect.effect && isCited })
  }
  return results
}
