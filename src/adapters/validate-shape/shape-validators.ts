import type { Validator } from '../../engine/ports/validation.ts'
import { createComplexityValidator } from './complexity.ts'
import { createDuplicationValidator } from './duplication.ts'

export function shapeValidators(): readonly Validator[] {
  return [createComplexityValidator(), createDuplicationValidator()]
}
