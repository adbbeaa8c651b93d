import type { Request } from '../protocol/events/run.ts'
import type { InDoubt, OutputFormat } from './console.ts'

/** The flags of `writ run` and `writ resume`, as the command line parsed them. */
export interface RunOptions {
  readonly check?: readonly string[]
  readonly scope?: readonly string[]
  readonly constraint?: readonly string[]
  readonly deadline?: string
  readonly maxTurns?: number
  readonly maxBudgetUsd?: number
  readonly model?: string
  readonly effort?: Request['effort']
  readonly solver?: 'auto' | 'model' | 'repair'
  readonly contract?: string
  readonly repo?: string
  readonly base?: string
  readonly includeDirty?: boolean
  readonly apply?: boolean
  readonly continue?: boolean
  readonly yes?: boolean
  readonly inDoubt?: InDoubt
  /** A plan that a person wrote or edited. */
  readonly plan?: string
  /** Tasks that are worked on at the same time. */
  readonly workers?: number
  /** Plans to choose from. */
  readonly plans?: number
  /** Tests are written for each task before it is worked on. */
  readonly writeTests?: boolean
  readonly review?: 'none' | 'risky' | 'all'
  /** A person agrees to each plan before its tasks begin. */
  readonly confirmPlan?: boolean
  /** Set by `writ batch` for its runs. */
  readonly batch?: string
  readonly outputFormat?: OutputFormat
}
