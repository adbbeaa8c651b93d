import type { CheckFinder } from '../../engine/ports/checks.ts'
import type { Validator } from '../../engine/ports/validation.ts'
import { createCoverageValidator } from './coverage.ts'
import { performanceValidator } from './performance.ts'

/** Stages 5 and 6, beside the tests themselves, which the proof runs. `checks` finds the tests where no contract names them. */
export function testValidators(checks: CheckFinder): readonly Validator[] {
  return [createCoverageValidator(checks), performanceValidator]
}
