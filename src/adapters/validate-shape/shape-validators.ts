import type { SyntaxTrees } from '../../engine/ports/syntax-trees.ts'
import type { Validator } from '../../engine/ports/validation.ts'
import { createComplexityValidator } from './complexity.ts'
import { duplicationValidator } from './duplication.ts'

/** Stage 4: what the change makes harder to read. */
export function shapeValidators(trees: SyntaxTrees): readonly Validator[] {
  return [createComplexityValidator(trees), duplicationValidator]
}
