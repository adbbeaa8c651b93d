import type { Proof } from '../../protocol/evidence.ts'
import type { EvidenceStrength } from '../../protocol/repair.ts'
import { toPercent, toSurvivorLines } from '../report/describe-strength.ts'

/** Of fewer small changes than this a share says too little to refuse anything. */
const fewestTried = 4

/**
 * What the policy demands of the tests that prove a result: of those that notice too little it is no evidence. What could not be
 * measured is told and refuses nothing, as with every validator.
 */
export function demandStrength(proof: Proof, strength: EvidenceStrength | undefined, least: number): Proof {
  if (proof.verdict !== 'proven' || strength === undefined || strength.tried < fewestTried || strength.noticed / strength.tried >= least) return proof
  const why = `every check passes, but the tests that prove it notice only ${strength.noticed} of ${strength.tried} small changes to the changed lines and right around them (${toPercent(strength)}); at least ${Math.round(100 * least)} % are wanted (strength.least)`
  return { ...proof, verdict: 'no-evidence', reasons: [why, ...toSurvivorLines(strength).map((line) => `not noticed: ${line}`), ...proof.reasons] }
}

/** Something was seen to pass that failed before, and what shows that notices too little. */
export function isTooWeak({ verdict, checks, selfMade }: { readonly verdict: Proof['verdict']; readonly checks: readonly { readonly verdict: string }[]; readonly selfMade: readonly { readonly evidence: boolean }[] }): boolean {
  return verdict === 'no-evidence' && (checks.some((check) => check.verdict === 'fixed') || selfMade.some((test) => test.evidence))
}
