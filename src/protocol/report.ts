import { z } from 'zod'
import { Budget, Clause, Origin, Unknown } from './contract.ts'
import { CheckStatus, SelfMadeTest, Strength } from './evidence.ts'
import { RankedPlan } from './plan.ts'
import { Outcome } from './events/run.ts'
import { FileChange } from './events/workspace.ts'
import { SolverName } from './events/turn.ts'
import { EvidenceStrength, RepairJudgement } from './repair.ts'
import { CommitId, RunId } from './ids.ts'

/** What one check showed on one content. Counts are there where the runner names its tests. */
export const Tally = z.object({
  status: CheckStatus,
  exitCode: z.int().optional(),
  tests: z.object({ total: z.int(), passed: z.int(), failed: z.int(), skipped: z.int() }).optional(),
  durationMs: z.number().optional(),
  /** What kept it from ending, a sentence each. */
  endless: z.array(z.string()).optional(),
})
export type Tally = z.infer<typeof Tally>

/** The evidence of one check: before is the base, after is the result. */
export const CheckAccount = z.object({
  checkId: z.string(),
  command: z.string(),
  origin: Origin,
  before: Tally.optional(),
  after: Tally.optional(),
  /** Where `after` was seen: in the proof's clean checkout, or only in the run's own worktree, which proves nothing. */
  seen: z.enum(['clean-checkout', 'worktree', 'nowhere']),
  verdict: z.enum(['fixed', 'kept', 'failing', 'unproven']),
  strength: Strength.optional(),
  /** Failed on the base; pass now, both times. */
  fixed: z.array(z.string()),
  stillFailing: z.array(z.string()),
  broken: z.array(z.string()),
  flaky: z.array(z.string()),
  reasons: z.array(z.string()),
})
export type CheckAccount = z.infer<typeof CheckAccount>

export const CommitAccount = z.object({
  commit: CommitId,
  task: z.string(),
  subject: z.string(),
  /** The message below its subject. */
  why: z.string(),
  files: z.array(FileChange),
})
export type CommitAccount = z.infer<typeof CommitAccount>

/** The work on one task of a graph; how long it took is in `taken`. */
export const TaskWork = z.object({
  role: z.string(),
  standing: z.string(),
  dependsOn: z.array(z.string()),
  attempts: z.int().nonnegative(),
  conflicts: z.int().nonnegative(),
  /** Child runs of all attempts and stages, oldest first. */
  children: z.array(RunId),
  tokens: z.int().nonnegative(),
  usd: z.number().nonnegative(),
  unpriced: z.boolean(),
})
export type TaskWork = z.infer<typeof TaskWork>

/** A check of a task that is none of the goal's: the proof of its child run `run` had it. */
export const TaskCheckAccount = z.object({
  task: z.string(),
  command: z.string(),
  run: RunId,
  /** It was run again on exactly the content that is the result, and passed. */
  onResult: z.boolean(),
})
export type TaskCheckAccount = z.infer<typeof TaskCheckAccount>

/** Of a run that follows a graph of tasks: how often its plan changed, and what in it is not for the goal. */
export const PlanAccount = z.object({
  revision: z.int().nonnegative(),
  /** Tasks side by side, at most. */
  workers: z.int().positive().optional(),
  volatility: z.object({ revisions: z.int().nonnegative(), finished: z.int().nonnegative(), perFinished: z.number().nonnegative().optional(), added: z.int().nonnegative(), removed: z.int().nonnegative() }),
  drift: z.array(z.object({ rule: z.string(), task: z.string().optional(), check: z.string().optional(), path: z.string().optional(), text: z.string() })),
  /** Tasks that ended after their deadlines, or have not ended although these are over. Minutes of the run's own time since its first plan. */
  late: z.array(z.object({ task: z.string(), deadline: z.number(), minutes: z.number(), ended: z.boolean() })).optional(),
  milestones: z.array(z.object({ task: z.string(), commit: CommitId, verdict: z.enum(['passed', 'failed']) })),
  /** Of tasks that are part of the result. Left out where there are none. */
  taskChecks: z.array(TaskCheckAccount).optional(),
})
export type PlanAccount = z.infer<typeof PlanAccount>

export const TaskAccount = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['waiting', 'active', 'finished', 'dropped']),
  /** Indexes into `commits`. */
  commits: z.array(z.int().nonnegative()),
  /** The solver's own words: a claim, not evidence. */
  summary: z.string().optional(),
  /** The solver's own estimate, 0 to 1. */
  confidence: z.number().optional(),
  /** Why it was dropped. */
  why: z.string().optional(),
  /** What it was expected to take; 80 of 100 such tasks lie between `low` and `high`. Minutes. */
  expected: z.object({ minutes: z.number(), low: z.number(), high: z.number(), tokens: z.number() }).optional(),
  /** What it took; of a task that is not over, so far. */
  taken: z.object({ minutes: z.number(), turns: z.int(), tokens: z.number() }).optional(),
  /** Of a run that follows a graph. */
  work: TaskWork.optional(),
})
export type TaskAccount = z.infer<typeof TaskAccount>

/** Something that did not go straight, in the order in which it happened. */
export const Deviation = z.object({
  kind: z.enum(['proof-refused', 'call-refused', 'call-invalid', 'rollback', 'restored', 'model-failed', 'fault', 'limit', 'resumed', 'approval', 'base', 'rewound', 'validation', 'sealed', 'amended', 'hook', 'policy', 'review', 'attempt']),
  text: z.string(),
  times: z.int().positive(),
})
export type Deviation = z.infer<typeof Deviation>

/** What people were asked in a run. `unasked` was answered without disturbing anybody: remembered, by an option, or a hook's no. */
export const QuestionsAccount = z.object({
  asked: z.int().nonnegative(),
  unasked: z.int().nonnegative(),
  /** How many a run should come to at most, as the policy says. */
  target: z.int().nonnegative(),
  answers: z.array(z.object({
    /** As `writ approvals` names it. */
    id: z.string(),
    kind: z.string(),
    by: z.string(),
    answer: z.enum(['approve', 'deny']),
    via: z.enum(['terminal', 'command', 'option', 'remembered', 'hook']),
    afterMs: z.number().nonnegative(),
  })),
  /** Ids of those that still wait. */
  waiting: z.array(z.string()),
})
export type QuestionsAccount = z.infer<typeof QuestionsAccount>

/**
 * The account of a run for people and machines: `writ show RUN --json`. Everything in it is computed from the log.
 * Times are milliseconds, money US dollars.
 */
export const Report = z.object({
  version: z.literal(1),
  run: RunId.optional(),
  /** The word that commands take for this run: the end of its id. */
  short: z.string(),
  /** `unfinished`: still running, interrupted, or stopped by a fault; it can be resumed. */
  status: z.enum(['ended', 'unfinished']),
  /** Of an unfinished run: does a live process own it? Left out where nobody looked. */
  running: z.boolean().optional(),
  outcome: Outcome.optional(),
  /** One sentence. */
  reason: z.string(),
  asked: z.object({
    words: z.string(),
    goal: z.string(),
    constraints: z.array(Clause),
    checks: z.array(z.object({ id: z.string(), command: z.string(), origin: Origin, why: z.string().optional() })),
    scope: z.array(z.string()),
    dataLocations: z.array(Clause),
    network: z.array(z.string()),
    approvers: z.array(z.string()),
    budget: Budget.optional(),
    deadline: z.string().optional(),
    by: z.string(),
    /** False while intake has not ended: then this is the draft. */
    pinned: z.boolean(),
  }),
  solver: z.object({ name: SolverName, model: z.string().optional() }),
  repository: z.object({ root: z.string(), branch: z.string().optional(), base: z.string(), dirty: z.boolean(), includesDirty: z.boolean() }),
  /** Where a fork started from. */
  origin: z.object({ run: RunId, seq: z.int().nonnegative() }).optional(),
  /** The run that delegated this one, and the task of it that this is. */
  parent: z.object({ run: RunId, task: z.string() }).optional(),
  tasks: z.array(TaskAccount),
  /** Plans that there were to choose from, the best first: how each stands, and its tasks. Left out where there was one. */
  plans: z.array(RankedPlan.unwrap().extend({ isChosen: z.boolean(), tasks: z.array(z.string()) })).optional(),
  /** Left out of a run that follows no graph. */
  plan: PlanAccount.optional(),
  commits: z.array(CommitAccount),
  proof: z.object({ verdict: z.enum(['proven', 'unproven', 'no-evidence']), commit: CommitId, reasons: z.array(z.string()), restored: z.array(z.string()) }).optional(),
  checks: z.array(CheckAccount),
  selfMade: z.array(SelfMadeTest),
  /** What the built-in solver found out, a task each: the fault, the ways to mend it, how strong the tests around it are. */
  repairs: z.array(RepairJudgement).optional(),
  /** How strong the tests are that the proof rests on, where that was measured. */
  strength: EvidenceStrength.optional(),
  /** Who worked, and why, where the built-in solver might try before the model. */
  routing: z.array(z.object({ to: SolverName, why: z.string() })).optional(),
  /** Pinned files that were put back, and guarded ones that were taken out, at any time of the run. */
  restored: z.array(z.string()),
  notDone: z.array(z.string()),
  deviations: z.array(Deviation),
  /** Left out where nothing was asked. */
  questions: QuestionsAccount.optional(),
  unknowns: z.array(Unknown),
  time: z.object({
    startedAt: z.string(),
    endedAt: z.string().optional(),
    /** Without the time in which nothing ran, between a stop and its resume. */
    totalMs: z.number(),
    solverMs: z.number(),
    checksMs: z.number(),
    toolsMs: z.number(),
  }),
  cost: z.object({
    modelUsed: z.boolean(),
    usd: z.number(),
    /** Some answers came from a model whose price is not known; `usd` leaves them out. */
    unpriced: z.boolean(),
    turns: z.int(),
    inputTokens: z.int(),
    cachedTokens: z.int(),
    outputTokens: z.int(),
  }),
  result: z.object({ commit: CommitId, branch: z.string() }).optional(),
  accepted: z.object({
    by: z.string(), strategy: z.string(), onto: z.string(), undo: z.string(),
    /** What the repository says today: the newest of its branch, under later commits, or taken back. Left out where nobody looked. */
    standing: z.enum(['newest', 'below', 'gone']).optional(),
  }).optional(),
  rejected: z.object({ by: z.string(), reason: z.string() }).optional(),
  /** Of a run that has ended: what of its record is signed. `later` events are not covered yet. */
  attestation: z.object({ digest: z.string().optional(), key: z.string().optional(), later: z.int().nonnegative() }).optional(),
  /** It was accepted and a person took it back. */
  undone: z.object({ by: z.string(), how: z.string(), onto: z.string() }).optional(),
  /** What retention removed: it cannot be shown or gone back to any more. */
  pruned: z.object({ by: z.string(), parts: z.array(z.string()) }).optional(),
  /** What a person can do next. */
  next: z.array(z.object({ does: z.string(), command: z.string() })),
})
export type Report = z.infer<typeof Report>
