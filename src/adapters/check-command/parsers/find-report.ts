import type { TestReport } from '../../../protocol/evidence.ts'
import type { RunnerName } from '../plan-command.ts'
import { parseCargoTest } from './cargo-test.ts'
import { parseGoJson } from './go-json.ts'
import { parseJunit } from './junit.ts'
import { parseNodeSpec } from './node-spec.ts'
import { parseTap } from './tap.ts'

/**
 * What the output itself says about tests, for runners that our reporters cannot join. Weaker than a report of our own,
 * since code under test can print: it carries its own runner name, and a proof compares like with like only.
 */
export function findPrintedReport(stdout: string, runner: RunnerName | undefined): TestReport | undefined {
  switch (runner) {
    case 'go-test':
      return parseGoJson(stdout)
    case 'cargo-test':
      return parseCargoTest(stdout)
    case 'tap':
      return parseTap(stdout, { unit: 'subtest' }) ?? parseNodeSpec(stdout)
    default:
      return parseTap(stdout) ?? parseNodeSpec(stdout) ?? parseJunit(stdout) ?? parseGoJson(stdout) ?? parseCargoTest(stdout)
  }
}
