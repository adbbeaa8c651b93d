import type { CheckFinder } from '../../engine/ports/checks.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import type { Check } from '../../protocol/contract.ts'

const foundMs = 600_000

/** The checks of the contract; without one, the strongest tests that the repository itself names. */
export async function findTestChecks(finder: CheckFinder, subject: Subject): Promise<readonly Check[]> {
  if (subject.contract !== undefined && subject.contract.checks.length > 0) return subject.contract.checks
  const [found] = await finder.findChecks({ list: () => subject.files(), read: (path) => subject.read(path) })
  return found === undefined ? [] : [{ id: 'tests', command: found.command, origin: 'found', timeoutMs: foundMs }]
}
