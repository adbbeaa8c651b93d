import { z } from 'zod'

/** How large what a task may change is, as it was when the task was planned: the files of its scope. */
export const TaskSize = z.lazy(() => z.object({
  files: z.int().nonnegative(),
  /** Thousands of bytes of text. */
  kb: z.number().nonnegative(),
  /** Mean depth of indentation of its lines, in levels: a measure of complexity that any language has. */
  depth: z.number().nonnegative(),
}))
export type TaskSize = z.infer<typeof TaskSize>

/** Somebody's word on how likely something is, 0 to 1, and whether it was so. `tokens`: mean probability of the tokens that said it. */
export const Stated = z.lazy(() => z.object({ stated: z.number(), tokens: z.number().optional(), held: z.boolean() }))
export type Stated = z.infer<typeof Stated>

/** What one task of the past was, what it was expected to take, and what it took. Numbers only: no paths, no words. */
export const TaskFact = z.lazy(() => z.object({
  task: z.string(),
  /** Sequence number and time (milliseconds since the epoch) of the event that ended it. */
  seq: z.int(),
  at: z.number(),
  role: z.string(),
  risk: z.enum(['low', 'medium', 'high']),
  size: TaskSize.optional(),
  checks: z.int().nonnegative(),
  /** Its result was integrated; otherwise it was dropped or given up. */
  done: z.boolean(),
  /** From the first attempt to its integration, without the time in which nobody worked. */
  minutes: z.number().nonnegative(),
  turns: z.int().nonnegative(),
  /** In and out. */
  tokens: z.number().nonnegative(),
  /** Lines added and removed. */
  lines: z.int().nonnegative(),
  /** Highest use of memory, where it was measured. */
  memoryMb: z.number().nonnegative().optional(),
  /** What was expected when it was planned: the middle, and an interval that holds 80 of 100. */
  expected: z.object({ minutes: z.number(), low: z.number(), high: z.number(), tokens: z.number(), memoryMb: z.number().optional() }).optional(),
  /** What a model or a person said it would take, before the record was asked. */
  given: z.object({ minutes: z.number(), by: z.enum(['model', 'person']) }).optional(),
  /** Of the plan: that the first attempt would do. Of whoever did it: that it was done. */
  planned: Stated.optional(),
  claimed: Stated.optional(),
}))
export type TaskFact = z.infer<typeof TaskFact>

/** A task of the past, and where it was. */
export interface PastTask extends TaskFact {
  readonly run: string
  readonly repository: string
}

/** The natural logarithm of one measure as a function of a task: `base` + `slopes` · features + a quantile of what is left. */
export const Curve = z.lazy(() => z.object({
  base: z.number(),
  /** One for each feature, never negative: more never takes less. */
  slopes: z.array(z.number().nonnegative()),
  /** At 5 %, 10 %, … 95 %, ascending. */
  rest: z.array(z.number()),
}))
export type Curve = z.infer<typeof Curve>

/** How somebody's own estimates did: the mean and standard deviation of ln(taken / said), and how many there were. */
export const TrackRecord = z.lazy(() => z.object({ bias: z.number(), sd: z.number(), count: z.number().nonnegative() }))
export type TrackRecord = z.infer<typeof TrackRecord>

/** Turns a stated probability p into 1 / (1 + exp(−a − b·ln(p / (1 − p)))). Brier scores as stated and as it would have been turned, each by those before it. */
export const Calibration = z.lazy(() => z.object({ a: z.number(), b: z.number().nonnegative(), count: z.int().nonnegative(), held: z.int().nonnegative(), before: z.number().optional(), after: z.number().optional() }))
export type Calibration = z.infer<typeof Calibration>

/** What the record of past tasks comes to, as a run is opened with it: all that its estimates and confidences are computed from. */
export const Experience = z.lazy(() => z.object({
  version: z.literal(1),
  /** By role; `*` for a role without a past. `samples`: tasks of that role, here and elsewhere. */
  kinds: z.array(z.object({ kind: z.string(), here: z.int().nonnegative(), elsewhere: z.int().nonnegative(), minutes: Curve, tokens: Curve, memoryMb: Curve.optional() })),
  /** Features of a task whose size is not known. */
  typical: z.array(z.number()),
  given: z.object({ model: TrackRecord, person: TrackRecord }),
  confidence: z.object({ planned: Calibration, claimed: Calibration, tokens: Calibration }),
}))
export type Experience = z.infer<typeof Experience>
