import type { Validator } from '../../engine/ports/validation.ts'
import { createCoverageValidator } from './coverage.ts'
import { createPerformanceValidator } from './performance.ts'

/** What tests say of a change beside passing: whether they run it, and how long it takes. */
export function testValidators(): readonly Validator[] {
  return [createCoverageValidator(), createPerformanceValidator()]
}
