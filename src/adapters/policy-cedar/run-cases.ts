import type { Policy } from '../../engine/ports/policy.ts'
import type { CaseQuestion, CasesFile } from '../../protocol/policy-bundle.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'
import { decideQuestion, type PolicyQuestion } from './case-question.ts'

export interface CaseResult {
  readonly name: string
  readonly expect: PolicyDecision['effect']
  readonly rule?: string
  readonly decision: PolicyDecision
  readonly ok: boolean
}

/** Asks each case of a policy that is ready. A rule that is expected has to be cited; written bare, it may be of any bundle. */
export async function runCases(policy: Policy, cases: CasesFile, toQuestion: (asked: CaseQuestion, name: string) => Promise<PolicyQuestion>): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  for (const { name, question, expect, rule } of cases) {
    const decision = decideQuestion(policy, await toQuestion(question, name))
    const isCited = rule === undefined || decision.rules.some((cited) => cited === rule || cited.endsWith(`:${rule}`))
    results.push({ name, expect, ...(rule === undefined ? {} : { rule }), decision, ok: decision.effect === expect && isCited })
  }
  return results
}
