import type { ApproverStep } from '../../protocol/policy.ts'

/** `ada|bob`: bob is a deputy of ada. */
export function toApproverStep(entry: string): ApproverStep {
  const [who = '', ...deputies] = entry.split('|').map((name) => name.trim())
  return { who, deputies: deputies.filter((name) => name !== '') }
}

/** Whom the contract names, in its order; where it names nobody, whom the policy's owner rules name; else anybody whose key counts. */
export function toApproverSteps(contract: readonly string[], policy: readonly ApproverStep[]): ApproverStep[] {
  return contract.length > 0 ? contract.map(toApproverStep) : [...policy]
}
