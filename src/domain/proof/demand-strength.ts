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
