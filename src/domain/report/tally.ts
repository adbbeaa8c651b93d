import type { CheckOutcome } from '../../protocol/evidence.ts'
import { sayEndless } from '../proof/endless.ts'
import type { Tally } from '../../protocol/report.ts'

export function toTally(outcome: CheckOutcome): Tally {
  const cases = outcome.tests?.cases ?? []
  const count = (status: string): number => cases.filter((each) => each.status === status).length
  return {
    status: outcome.status,
    durationMs: outcome.durationMs,
    ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    ...(outcome.endless === undefined ? {} : { endless: outcome.endless.map(sayEndless) }),
    ...(cases.length === 0 ? {} : { tests: { total: cases.length, passed: count('passed'), failed: count('failed'), skipped: count('skipped') } }),
  }
}

/** `119 tests: 94 pass, 25 fail`, or what the exit code said where no test was named. */
export function describeTally(tally: Tally): string {
  const { tests, status } = tally
  const ended = status === 'timed-out' ? 'timed out' : status === 'could-not-run' ? 'could not run' : undefined
  if (!tests) return ended ?? `${status === 'passed' ? 'passes' : 'fails'}${tally.exitCode === undefined ? '' : ` (exit code ${tally.exitCode})`}`
  const parts = [`${tests.passed} pass`, ...(tests.failed > 0 ? [`${tests.failed} fail`] : []), ...(tests.skipped > 0 ? [`${tests.skipped} skipped`] : [])]
  const odd = status === 'failed' && tests.failed === 0 ? `the command fails all the same${tally.exitCode === undefined ? '' : ` with exit code ${tally.exitCode}`}` : undefined
  return [`${tests.total} ${tests.total === 1 ? 'test' : 'tests'}: ${parts.join(', ')}`, ...(ended ? [ended] : []), ...(odd ? [odd] : [])].join('; ')
}
