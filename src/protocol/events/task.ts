import { z } from 'zod'
import { Budget } from '../contract.ts'
import { faultCodes } from '../error-codes.ts'
import { Finding } from '../evidence.ts'
import { CommitId, Digest, RunId, TreeId } from '../ids.ts'
import { Conflict, MergedTask } from '../integration.ts'
import { Plan, RankedPlan, RoleName } from '../plan.ts'
import { PolicyDecision } from '../policy.ts'
import { FileChange } from './workspace.ts'

/** How a child run ended, or that it stands until a person answers (`waiting`). A stage of a task proves nothing: it has `reported`. */
export const ChildOutcome = z.enum(['proven', 'reported', 'not-achieved', 'waiting', 'limit', 'fault'])

/** Of a child run that a fault stopped: which one. It says nothing of the task, and the child goes on where it was. */
const ChildFault = z.enum([...faultCodes, 'bug'])

/** What a child run spent, in the units of its budget. */
export const ChildSpent = z.lazy(() => z.object({
  turns: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  cachedTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  /** US dollars where prices are known. */
  usd: z.number().nonnegative(),
  unpriced: z.boolean(),
  modelMs: z.number().nonnegative(),
}))
export type ChildSpent = z.infer<typeof ChildSpent>

/**
 * What is done for a task beside the work itself: `tests` are written from what it is for before anybody works on it, and a
 * `review` looks at what was made before it is integrated.
 */
export const StageName = z.enum(['tests', 'review'])
export type StageName = z.infer<typeof StageName>

/** What a specialist says in a tool of its own, besides changing files: findings of a review, or how written tests are run. */
export const StageReport = z.lazy(() => z.object({
  findings: z.array(Finding).max(200),
  /** Runs the tests that were written, and nothing else. */
  command: z.string().max(4000).optional(),
}))
export type StageReport = z.infer<typeof StageReport>

export const taskEvents = {
  'plan.proposed': z.lazy(() => z.object({
    plan: Plan, why: z.string(), from: z.enum(['model', 'person', 'checks']).optional(),
    /** Where there were several to choose from, the best first; the plans are in `plan.considered`. */
    ranking: z.array(RankedPlan).max(8).optional(),
  })),
  /** One of several plans for the same goal, before one of them is chosen. */
  'plan.considered': z.lazy(() => z.object({ number: z.int().positive(), plan: Plan, why: z.string() })),
  /**
   * When open tasks are to begin and end, found anew as tasks end early or late: which one begins next follows from it. All times are
   * minutes of the run's own time since its first plan. Without `tasks` there is no schedule, for the reason in `flaw`.
   */
  'plan.scheduled': z.lazy(() => z.object({
    revision: z.int().nonnegative(), why: z.string(), now: z.number().nonnegative(),
    tasks: z.array(z.object({ task: z.string(), start: z.number().nonnegative(), end: z.number().nonnegative() })).max(1000),
    makespan: z.number().nonnegative(), lowerBound: z.number().nonnegative(), proven: z.boolean(),
    /** Tasks that end after their deadlines, or have, and by how many minutes. */
    late: z.array(z.object({ task: z.string(), deadline: z.number(), minutes: z.number().positive(), isOver: z.boolean() })).max(1000),
    flaw: z.string().max(1000).optional(),
  })),
  'task.started': z.lazy(() => z.object({ task: z.string() })),
  'task.finished': z.lazy(() => z.object({ task: z.string(), commit: CommitId.optional(), summary: z.string(), confidence: z.number().min(0).max(1).optional() })),
  'task.dropped': z.lazy(() => z.object({ task: z.string(), why: z.string() })),
  /** Intent: a child run is about to work on the task, from `base`. It alone may write what `globs` cover, until a higher `token` is given for them. */
  'task.delegated': z.lazy(() => z.object({
    task: z.string(), attempt: z.int().positive(), child: RunId, role: RoleName, base: CommitId,
    lease: z.object({ globs: z.array(z.string()), token: z.int().positive() }),
    budget: Budget, decision: PolicyDecision,
    /** What the child is told beside its task: why it was tried before, what it conflicts with. */
    brief: z.string().max(20_000),
  })),
  /** The policy did not let a task begin: with `running` others at work there may be too many, with none it never will. */
  'task.held': z.lazy(() => z.object({ task: z.string(), role: RoleName, running: z.int().nonnegative(), decision: PolicyDecision })),
  /** How the child run ended, or that it waits for a person (`waiting`, without an end). `head` is the hash of its newest event. */
  'task.returned': z.lazy(() => z.object({
    task: z.string(), child: RunId, outcome: ChildOutcome, reason: z.string(),
    commit: CommitId.optional(), summary: z.string(), confidence: z.number().min(0).max(1).optional(),
    spent: ChildSpent, events: z.int().nonnegative(), head: Digest, questions: z.int().nonnegative(),
    /** Most memory that one of its checks was seen to need, in MiB. */
    memoryMb: z.int().nonnegative().optional(),
    /** What `confidence` is worth by the record. */
    calibrated: z.number().min(0).max(1).optional(),
    /** Mean probability of the tokens of the child's last answer, where its provider says it. */
    certainty: z.number().min(0).max(1).optional(),
    fault: ChildFault.optional(),
    /** It ended with a person's no to what it had changed, with what they said. */
    denied: z.object({ note: z.string().max(4000).optional() }).optional(),
    /** It ended because its time was over. */
    isLate: z.boolean().optional(),
  })),
  /** Intent: a specialist is about to do a stage of the task in a child run, from `base`. It may write new tests, or nothing at all. */
  'stage.delegated': z.lazy(() => z.object({
    task: z.string(), stage: StageName, /** The lease of the attempt that is reviewed. */ of: z.int().nonnegative(), child: RunId, role: RoleName, base: CommitId,
    budget: Budget, decision: PolicyDecision, brief: z.string().max(20_000),
  })),
  /** What came of it. `report` is absent where the specialist said nothing that can be used. */
  'stage.returned': z.lazy(() => z.object({
    task: z.string(), stage: StageName, child: RunId, outcome: ChildOutcome, reason: z.string(), commit: CommitId.optional(), report: StageReport.optional(),
    spent: ChildSpent, events: z.int().nonnegative(), head: Digest, questions: z.int().nonnegative(), fault: ChildFault.optional(),
  })),
  /** The harness ran the tests that were written, on the content without the work: only those that fail there show anything. */
  'tests.seen': z.lazy(() => z.object({ task: z.string(), child: RunId, commit: CommitId, verdict: z.enum(['failing', 'passing', 'unusable']), reason: z.string() })),
  /** At a milestone, the checks of all that is integrated were run in a clean checkout. `passed`: that commit is a checkpoint. */
  'milestone.checked': z.lazy(() => z.object({ task: z.string(), commit: CommitId, revision: z.int().nonnegative(), verdict: z.enum(['passed', 'failed']), checks: z.array(z.string()).max(1000), reasons: z.array(z.string()).max(50) })),
  /** What merging a child's commit came to, files that a command wrote anew included. */
  'merge.tried': z.lazy(() => z.object({ task: z.string(), child: RunId, outcome: MergedTask })),
  /** What a task offered and the result does not have is a branch of the person's repository, so that nothing is lost. */
  'kept.published': z.lazy(() => z.object({ task: z.string(), commit: CommitId, branch: z.string() })),
  /** A child's commit was put on top of the newest integrated one. Only `merged` moved the run's result. */
  'integration.finished': z.lazy(() => z.object({
    task: z.string(), child: RunId, token: z.int().positive(), onto: CommitId, theirs: CommitId,
    verdict: z.enum(['merged', 'textual', 'semantic', 'task', 'flaky', 'unknown', 'fenced']), conflicts: z.array(Conflict).max(200), reasons: z.array(z.string()).max(50),
    result: z.object({ commit: CommitId, tree: TreeId, files: z.array(FileChange), message: z.string() }).optional(),
  })),
}
