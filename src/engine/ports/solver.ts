import type { Contract, Check } from '../../protocol/contract.ts'
import type { ModelReply } from '../../protocol/conversation.ts'
import type { CheckOutcome, EndlessTest } from '../../protocol/evidence.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import type { Task } from '../../protocol/plan.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import type { RepairJudgement } from '../../protocol/repair.ts'
import type { SandboxResult } from './sandbox.ts'
import type { RecentLines } from './workspace.ts'

/** What the built-in solver is given for one task. */
export interface SolverTask {
  readonly task: Task
  readonly contract: Contract
  /** What each check showed on the task's starting content. */
  readonly outcomes: readonly CheckOutcome[]
  /** Somebody else takes over after this long, in milliseconds: what is not at least likely is not proposed, and what was learned is recorded. */
  readonly withinMs?: number
  /** A person chose this of what was found for the task before: it is proposed as it stands. */
  readonly chosen?: { readonly judgement: RepairJudgement; readonly number: number }
}

/** A line that a type checker or a linter of the repository has something against. */
export interface LineFinding {
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly kind: 'type' | 'lint'
}

/** A scratch copy of the task's starting content in which candidates are tried; the workspace itself is not touched. */
export interface Lab {
  readonly home: string
  files(): Promise<readonly string[]>
  read(path: string): Promise<string | undefined>
  /**
   * Puts the files in place, runs the check (narrowed to `only` test files, and among them to tests by
   * `names`, where the runner can), puts the old content back.
   * Bounded by `timeoutMs`.
   */
  tryFiles(files: ReadonlyMap<string, string>, check: Check, options: { only?: readonly string[]; names?: readonly string[]; timeoutMs: number }): Promise<CheckOutcome>
  /**
   * Runs any command in the sandbox on the scratch copy, with extra files in place: coverage, parsers. Memory, processes and output
   * are bounded as `workers` that run at a time need it; left out, two.
   */
  run(argv: readonly string[], options: { files?: ReadonlyMap<string, string>; env?: Readonly<Record<string, string>>; timeoutMs: number; stdin?: Uint8Array; workers?: number }): Promise<SandboxResult>
  /** Lines that came in with the last commits, uncommitted changes that the run began with included; none where that cannot be told. */
  recent(): Promise<readonly RecentLines[]>
  /** What the type checkers and linters that the repository uses find in these files; what does not answer within the time is left out. */
  findings(paths: readonly string[], timeoutMs: number): Promise<readonly LineFinding[]>
  /** Is there time left? */
  remainingMs(): number
  record(event: NewEvent & { type: 'candidate.tried' | 'repair.judged' | 'repair.searched' }): Promise<void>
}

/** Finds out what keeps a check from ending. */
export interface EndlessFinder {
  /** Runs the check's tests one by one on a scratch copy, with coverage and short limits; none where they cannot be run so, or where all of them end. Bounded by `budgetMs`. */
  find(check: Check, outcome: CheckOutcome | undefined, lab: Lab, options: { budgetMs: number; signal: AbortSignal }): Promise<readonly EndlessTest[]>
}

/**
 * What works on a task without a model. Its answer has the same shape as a model's: edits as tool calls, then `finish`;
 * everything it proposes goes through the same choke point, checks and proof.
 */
export interface Solver {
  readonly name: 'repair'
  propose(task: SolverTask, lab: Lab, options: { signal: AbortSignal; onLive: (signal: LiveSignal) => void }): Promise<ModelReply>
}
