import type { Contract } from '../../protocol/contract.ts'
import type { CheckOutcome, Proof } from '../../protocol/evidence.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { CommitId, Digest, TreeId } from '../../protocol/ids.ts'
import type { CanaryVerdict } from './canary.ts'
import { judgeCheck } from './judge-check.ts'
import type { WrittenByRun } from './written-by-run.ts'
import { judgeSelfMade, type SelfMadeRuns } from './judge-self-made.ts'

export interface ProofInput {
  readonly contract: Contract
  readonly contractHash: Digest
  readonly commit: CommitId
  readonly tree: TreeId
  /** Between base and result commit. */
  readonly changed: readonly FileChange[]
  /** One outcome per check; the base was run twice so that a test that fails by chance is not taken for a mended one. */
  readonly baseline: readonly CheckOutcome[]
  readonly baseAgain: readonly CheckOutcome[]
  /** In a clean checkout of the result with everything of the judge put back. */
  readonly result: readonly CheckOutcome[]
  readonly repeat: readonly CheckOutcome[]
  readonly selfMade?: SelfMadeRuns | undefined
  /** Paths that were put back or taken out before the checks ran. */
  readonly restored: readonly string[]
  readonly canary?: CanaryVerdict | undefined
  /** By check: what it depends on that only the run has. */
  readonly written?: ReadonlyMap<string, WrittenByRun> | undefined
}

function byId(outcomes: readonly CheckOutcome[], id: string): CheckOutcome | undefined {
  return outcomes.find((outcome) => outcome.checkId === id)
}

/**
 * The verdict. Proven only when something that failed on the base is seen to pass, everything else holds, and all of it
 * twice; `no-evidence` when everything passes but nothing shows that the goal was met; `unproven` otherwise.
 */
export function judgeProof(input: ProofInput): Proof {
  // Where nothing was changed nothing is run, and there is nothing to say of a check.
  const ran = input.changed.length === 0 && input.result.length === 0 ? [] : input.contract.checks
  const selfMade = judgeSelfMade(input.selfMade)
  const checks = ran.map((check) => {
    const written = input.written?.get(check.id)
    return judgeCheck({
      check,
      baseline: byId(input.baseline, check.id),
      baseAgain: byId(input.baseAgain, check.id),
      result: byId(input.result, check.id),
      repeat: byId(input.repeat, check.id),
      written,
      isShown: selfMade.some((test) => test.evidence && written?.tests.includes(test.file) === true),
    })
  })
  const undone = new Set(input.restored)
  const effective = input.changed.filter((change) => !undone.has(change.path))
  const obstacles = [
    ...(input.changed.length === 0 ? ['nothing was changed'] : effective.length === 0 ? ['nothing is left of the change once the files that the checks depend on are put back'] : []),
    ...(input.canary?.tampered === true ? input.canary.reasons : []),
    ...checks.filter((check) => check.verdict === 'failing').map((check) => `${check.command}: ${check.reasons[0] ?? 'it fails'}`),
  ]
  const evidence = checks.some((check) => check.verdict === 'fixed') || selfMade.some((test) => test.evidence)
  const verdict = obstacles.length > 0 ? 'unproven' : checks.length > 0 && evidence ? 'proven' : 'no-evidence'
  return {
    commit: input.commit,
    tree: input.tree,
    verdict,
    checks,
    selfMade: [...selfMade],
    restored: [...input.restored],
    reasons: obstacles.length > 0 ? obstacles : toReasons(verdict, checks, selfMade.length > 0, input),
    contract: input.contractHash,
  }
}

function toReasons(verdict: Proof['verdict'], checks: Proof['checks'], hasSelfMade: boolean, { canary, written }: Pick<ProofInput, 'canary' | 'written'>): string[] {
  const reasons: string[] = []
  if (checks.length === 0) reasons.push('there is no check that could show whether the goal is met')
  else if (verdict === 'no-evidence') {
    reasons.push('every check passes, but nothing that failed on the base is seen to pass now: a person must look')
    const empty = checks.flatMap((check) => ((written?.get(check.checkId)?.tests ?? []).length > 0 ? [`${check.command}: ${check.reasons[0] ?? ''}`] : []))
    if (empty.length > 0) reasons.push(...empty)
    else if (hasSelfMade) reasons.push('the tests that were written in this run are not evidence: they were not seen to fail on the base and pass twice on the result')
  }
  const weak = checks.filter((check) => check.strength === 'exit-code' && check.verdict === 'fixed')
  if (weak.length > 0) reasons.push(`by exit code alone, which is weaker: ${weak.map((check) => check.command).join('; ')}`)
  if (canary !== undefined && !canary.tampered) reasons.push(...canary.reasons)
  return reasons
}
