import { z } from 'zod'

/** How sure the built-in solver is of what it proposes; calibrated on faults whose right mend is known (docs/repair.md). */
export const Sureness = z.enum(['sure', 'likely', 'one of several', 'a guess'])
export type Sureness = z.infer<typeof Sureness>

/** One way to mend a fault, with the edits that make it: snippets that occur once in the file. */
export const RepairOption = z.lazy(() => z.object({
  /** From 1: the place in the ranking, and what `--choose` takes. */
  number: z.int().positive(),
  describes: z.string(),
  path: z.string(),
  /** From 1. */
  line: z.int().positive(),
  before: z.string(),
  after: z.string(),
  edits: z.array(z.object({ find: z.string(), replace: z.string() })),
  /** Other changes that passed and behave the same on every input that was looked at. */
  same: z.array(z.string()),
}))
export type RepairOption = z.infer<typeof RepairOption>

/** An input on which options part. */
export const RepairDifference = z.lazy(() => z.object({
  /** As a call: `clamp(5, 0, 5)`. */
  call: z.string(),
  /** A test makes this very call; otherwise it is a small variation of one. */
  given: z.boolean(),
  shows: z.array(z.object({ option: z.int().positive(), outcome: z.string() })),
}))
export type RepairDifference = z.infer<typeof RepairDifference>

/** A small change of the mended code that no test notices. */
export const Survivor = z.lazy(() => z.object({ path: z.string(), line: z.int().positive(), describes: z.string(), /** A call on which it differs, where one was found. */ call: z.string().optional(), /** No test runs the statement that it is in. */ unrun: z.boolean().optional() }))
export type Survivor = z.infer<typeof Survivor>

/** How many small changes around a mended place the tests notice. */
export const MutationScore = z.lazy(() => z.object({
  /** Small changes that were tried, without those that behave the same on every input that was looked at. */
  tried: z.int().nonnegative(),
  noticed: z.int().nonnegative(),
  /** What could not be told from the mended code: left out of the score. */
  alike: z.int().nonnegative(),
  /** At most 20. */
  survivors: z.array(Survivor),
  /** Why there is no score, or one of a part only. */
  note: z.string().optional(),
}))
export type MutationScore = z.infer<typeof MutationScore>

/** How strong the tests are that proved a result: what they notice of small changes to the changed lines and to the functions around these. */
export const EvidenceStrength = z.lazy(() => MutationScore.unwrap().extend({
  /** Small changes that were chosen, those that the time was too short for and those that behave the same included. */
  of: z.int().nonnegative(),
  /** Milliseconds; 0 where the solver had measured it already. */
  durationMs: z.number().nonnegative(),
  /** Changed files of which no test that passed runs anything of what was changed, as far as small changes show it. At most 20; left out where there is none. */
  unused: z.array(z.string()).optional(),
}))
export type EvidenceStrength = z.infer<typeof EvidenceStrength>

/** What the built-in solver found out about a fault and about the ways to mend it. */
export const RepairJudgement = z.lazy(() => z.object({
  task: z.string(),
  sure: Sureness,
  /** 0 to 1. */
  confidence: z.number(),
  /** Why it is as sure as that, a half sentence each. */
  why: z.array(z.string()),
  fault: z.object({ path: z.string(), line: z.int().positive(), within: z.string().optional(), code: z.string(), because: z.array(z.string()) }),
  /** Ranked, at least one; the first was proposed. Each stands for all that behave like it. */
  options: z.array(RepairOption),
  difference: RepairDifference.optional(),
  /** The option that a person chose, where that is not the first. */
  chosen: z.int().positive().optional(),
  /** Changes that were tried, that passed all checks, and the inputs that those were compared on. */
  tried: z.int().nonnegative(),
  plausible: z.int().positive(),
  inputs: z.int().nonnegative(),
  strength: MutationScore.optional(),
  /** One fault of two, which the tests met before the other: its mend comes first, and all options build on it. */
  first: z.object({ describes: z.string(), path: z.string(), line: z.int().positive(), edits: z.array(z.object({ find: z.string(), replace: z.string() })) }).optional(),
  /** A test that would pin the fault, where the ones there are do not. */
  test: z.string().optional(),
  /** Milliseconds for finding a mend, then for comparing those that pass, then for the tests' strength. */
  spent: z.object({ searchMs: z.int(), compareMs: z.int(), strengthMs: z.int() }).optional(),
}))
export type RepairJudgement = z.infer<typeof RepairJudgement>

/** What a search that proposed nothing has to tell whoever takes over. */
export const RepairSearch = z.lazy(() => z.object({
  task: z.string(),
  checkId: z.string(),
  command: z.string(),
  /** Failing tests by name, and the files that are enough to show them; at most 50 each. */
  tests: z.array(z.string()),
  only: z.array(z.string()),
  /** Suspicious lines, the most suspect first, at most 20. */
  places: z.array(z.object({ path: z.string(), line: z.int().positive(), suspicion: z.number(), code: z.string() })),
  tried: z.int().nonnegative(),
  /** What else may be the cause. */
  hint: z.string().optional(),
}))
export type RepairSearch = z.infer<typeof RepairSearch>
