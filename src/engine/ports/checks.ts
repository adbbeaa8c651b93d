import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome, Finding, TestReport } from '../../protocol/evidence.ts'
import type { BaseFiles, Checkout } from './workspace.ts'

/** Where a check runs: the workspace as it is, or a clean checkout. */
export type CheckPlace = Pick<Checkout, 'root' | 'mounts' | 'tree'> & { readonly home: string }

export interface CheckRunner {
  /**
   * Runs the check's command in the sandbox at `place` and reads what its test runner reported.
   * `only` narrows it to some test files where the runner allows that (undefined in the result's notes where not).
   * `names` narrows it further to tests of these names, where all of them can be told to the runner.
   * `network` are the contract's hosts.
   */
  run(check: Check, place: CheckPlace, options: { network: readonly string[]; only?: readonly string[]; names?: readonly string[]; signal: AbortSignal; onOutput?: (text: string) => void }): Promise<CheckOutcome>
}

/** Fast checks after an edit: does it parse? */
export interface SyntaxChecker {
  /** Is the language of this path one that can be parsed here? Costs nothing. */
  knows(path: string): boolean
  /** Files whose language is not known are passed over. `read` gives the content now. */
  check(files: readonly { readonly path: string; readonly content: Uint8Array }[]): Promise<readonly Finding[]>
}

/** Finds the checks, the files they depend on and the tests near a change, from the files of the base alone. */
export interface CheckFinder {
  /** Commands that this repository itself names as its tests, strongest first. */
  findChecks(source: Pick<BaseFiles, 'list' | 'read'>): Promise<readonly { command: string; why: string }[]>
  /** Test files likely to exercise the changed paths, most likely first. */
  findNear(source: Pick<BaseFiles, 'list' | 'read'>, changed: readonly string[], lastReport: TestReport | undefined): Promise<readonly string[]>
}
