import { digestOfJson } from '../../domain/digest.ts'
import { compareChecks } from '../../domain/validation/compare-checks.ts'
import type { CheckFinder, CheckRunner } from '../../engine/ports/checks.ts'
import type { ChangeValidator } from '../../engine/ports/validation.ts'
import type { Check } from '../../protocol/contract.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { findTestChecks } from './find-test-checks.ts'
import { nameContent } from './name-content.ts'

/**
 * Do the tests fail that did not before? The checks of the contract, or the tests that the repository names: on the result, where
 * they fail once more, and then on the base. A run has its proof for this; it is for `writ check`.
 */
export function createTestsValidator(finder: CheckFinder, runner: CheckRunner): ChangeValidator {
  return {
    kind: 'change', id: 'tests', stage: 'tests', version: '1',
    async key(subject) {
      const checks = await findTestChecks(finder, subject)
      return checks.length === 0 ? undefined : digestOfJson([await nameContent(subject), checks.map(({ command, timeoutMs }) => [command, timeoutMs])])
    },
    async look(subject) {
      if (subject.changes.length === 0) return undefined
      const checks = await findTestChecks(finder, subject)
      if (checks.length === 0) return { findings: [], notChecked: 'no command runs the tests: the contract names none, and none was found' }
      const findings: Finding[] = []
      const notes: string[] = []
      const missing: string[] = []
      const run = (check: Check, on: 'result' | 'base') => subject.at(on, async (place) => {
        subject.say?.(`${check.command.slice(0, 60)} on the ${on}`)
        return runner.run(check, place, { network: [], signal: subject.signal })
      })
      for (const check of checks) {
        const result = await run(check, 'result')
        subject.signal.throwIfAborted()
        const again = result.status === 'failed' ? await run(check, 'result') : undefined
        const base = result.status === 'passed' || again?.status === 'passed' ? undefined : await run(check, 'base')
        subject.signal.throwIfAborted()
        if (result.status === 'could-not-run' && base?.status === 'could-not-run') missing.push(`${check.command.slice(0, 80)} cannot be run: ${result.notes[0] ?? `it ends with ${result.exitCode ?? 'a signal'}`}`)
        else {
          const said = compareChecks({ command: check.command, result, again, base })
          findings.push(...said.findings)
          notes.push(...said.notes)
        }
      }
      return { findings, notes: [...notes, ...(missing.length < checks.length ? missing : [])], ...(missing.length === checks.length ? { notChecked: missing.join('; ') } : {}) }
    },
  }
}
