import type { Contract } from '../../protocol/contract.ts'
import type { CheckOutcome, SelfMadeTest } from '../../protocol/evidence.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { TreeId } from '../../protocol/ids.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import type { EvidenceStrength, MutationScore } from '../../protocol/repair.ts'
import type { Lab } from './solver.ts'

/** A result whose checks passed, with everything of the judge put back. */
export interface ProvenResult {
  readonly contract: Contract
  readonly tree: TreeId
  /** From the base to what was checked, without files that were put back. */
  readonly changed: readonly FileChange[]
  /** What each check showed on the result. */
  readonly outcomes: readonly CheckOutcome[]
  /** Tests that the run wrote and that are evidence; they lie beside the others. */
  readonly selfMade: readonly SelfMadeTest[]
  /** What the solver measured itself of all that it changed, where it did; that need not be measured again. */
  readonly known: readonly MutationScore[]
}

/** Scratch copies of the result. */
export interface ResultLab extends Lab {
  /** A file of the base. */
  readBase(path: string): Promise<string | undefined>
  /** Those of these test files that are likely to run the changed paths, most likely first. */
  near(outcome: CheckOutcome): Promise<readonly string[]>
  /** Ends whatever runs here, long after the time should have been over: what is answered then is no answer. */
  readonly over: AbortSignal
}

/** Finds out what the tests that proved a result notice of small changes to it. */
export interface StrengthMeter {
  /**
   * Takes about `budgetMs` and no more than that beside the test that it is at. Which small changes are tried follows from the content alone;
   * how many of them were come to, from the time. Undefined where there is nothing to say, as in a replay of a run that measured nothing.
   */
  measure(result: ProvenResult, lab: ResultLab, options: { budgetMs: number; signal: AbortSignal; onLive: (signal: LiveSignal) => void }): Promise<EvidenceStrength | undefined>
}
