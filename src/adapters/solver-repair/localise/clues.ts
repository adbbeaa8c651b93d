import type { LineFinding } from '../../../engine/ports/solver.ts'
import type { RecentLines } from '../../../engine/ports/workspace.ts'
import type { StackFrame } from '../lane/lane.ts'
import type { Evidence } from './evidence.ts'

/** What is known of a fault beside which tests run what. */
export interface Clues {
  readonly evidence: Evidence
  readonly recent: readonly RecentLines[]
  readonly findings: readonly LineFinding[]
  /** Where tests that do not end go round and round: stacks, the innermost frame first. */
  readonly endless?: readonly (readonly StackFrame[])[]
}
