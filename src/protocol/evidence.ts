import { z } from 'zod'
import { BlobRef, CommitId, Digest, TreeId } from './ids.ts'

export const TestStatus = z.enum(['passed', 'failed', 'skipped'])
export type TestStatus = z.infer<typeof TestStatus>

/** One test as its runner named it. `name` is unique in a report: `file › suite › test`, `#2` for repeats. */
export const TestCase = z.lazy(() => z.object({
  name: z.string(),
  file: z.string().optional(),
  status: TestStatus,
  /** Assertion message or error, first 2,000 characters. */
  message: z.string().optional(),
  durationMs: z.number().optional(),
}))
export type TestCase = z.infer<typeof TestCase>

export const TestReport = z.object({
  /** `node-test`, `pytest`, `unittest`, `vitest`, `jest`, `mocha`, `tap`, `junit`, `go-test`, `cargo-test`. */
  runner: z.string(),
  cases: z.array(TestCase),
  /** False when the runner stopped before it had reported everything it began. */
  complete: z.boolean(),
})
export type TestReport = z.infer<typeof TestReport>

export const CheckStatus = z.enum(['passed', 'failed', 'timed-out', 'could-not-run'])
export type CheckStatus = z.infer<typeof CheckStatus>

/** A test that does not end by itself, as it was found by running the tests one by one. */
export const EndlessTest = z.lazy(() => z.object({
  /** As the check's report would name it; `check <id>` for a check that is one program. */
  name: z.string(),
  file: z.string().optional(),
  /** What it was given before it was stopped, in milliseconds. */
  afterMs: z.number(),
  /** Where it was, the innermost frame of the project's own code first, at most 20; empty where that could not be seen. The first is what goes round and round. */
  stack: z.array(z.object({ path: z.string(), line: z.int().positive(), name: z.string() })),
}))
export type EndlessTest = z.infer<typeof EndlessTest>

/** What one run of a check showed. */
export const CheckOutcome = z.lazy(() => z.object({
  checkId: z.string(),
  command: z.string(),
  status: CheckStatus,
  exitCode: z.int().optional(),
  durationMs: z.number(),
  /** Most memory that its processes were seen to need at a time, in MiB. Absent where it was not seen. */
  memoryMb: z.int().nonnegative().optional(),
  /** What was checked: the content of the directory the command ran in. */
  tree: TreeId,
  tests: TestReport.optional(),
  /** Everything it printed. */
  output: BlobRef,
  /** The end of what it printed, for people and models: at most 4,000 characters. */
  tail: z.string(),
  notes: z.array(z.string()),
  /** Of a check that did not end on the base: what keeps it from ending. Those with a name of their own are among `tests` too, as failed. */
  endless: z.array(EndlessTest).optional(),
}))
export type CheckOutcome = z.infer<typeof CheckOutcome>

/**
 * The stages of validation, cheapest first:
 * `change` it applies and stays in scope · `static` syntax, types, lint, format · `security` secrets, licences, banned patterns,
 * dependencies, injected instructions · `shape` complexity and duplication that it adds · `tests` those near it, all of them, and
 * the coverage of its lines · `performance` where the contract asks.
 */
export const Stage = z.enum(['change', 'static', 'security', 'shape', 'tests', 'performance'])
export type Stage = z.infer<typeof Stage>

/** `error` fails its stage, `warning` is told, `note` is only kept and shown to people. */
export const Severity = z.enum(['error', 'warning', 'note'])
export type Severity = z.infer<typeof Severity>

/** One thing that a validator found, or that a fast check says. */
export const Finding = z.lazy(() => z.object({
  path: z.string(),
  line: z.int().positive().optional(),
  rule: z.string(),
  message: z.string(),
  /** Absent in rollouts from before there were stages: an error. */
  severity: Severity.optional(),
  /** What was seen there, cut to 500 characters and without secrets. */
  evidence: z.string().optional(),
  /** Seals the change away until a person has looked: a secret, an attempt to leak, malware, tampering. */
  quarantine: z.boolean().optional(),
}))
export type Finding = z.infer<typeof Finding>

/** What one validator said of a change. */
export const Validation = z.lazy(() => z.object({
  validator: z.string(),
  stage: Stage,
  /** `not-checked`: it could not look (offline, a program is not installed); `notes` say why. That is never a pass. */
  status: z.enum(['passed', 'failed', 'not-checked']),
  /** Only what the change brought; what the base had too is counted in `old`. At most 200, errors first. */
  findings: z.array(Finding),
  /** Findings beyond those that are listed. */
  more: z.int().nonnegative(),
  old: z.int().nonnegative(),
  /** Files looked at, and how many of them came from the cache. */
  files: z.int().nonnegative(),
  cached: z.int().nonnegative(),
  durationMs: z.number(),
  notes: z.array(z.string()),
}))
export type Validation = z.infer<typeof Validation>

/** How sure a passed check makes us. By name: we saw which tests failed before and pass now. */
export const Strength = z.enum(['by-name', 'exit-code'])
export type Strength = z.infer<typeof Strength>

export const CheckProof = z.lazy(() => z.object({
  checkId: z.string(),
  command: z.string(),
  strength: Strength,
  verdict: z.enum(['fixed', 'kept', 'failing']),
  /** Names that failed on the base and passed on the result, both times. */
  fixed: z.array(z.string()),
  stillFailing: z.array(z.string()),
  /** Passed on the base; fail, are skipped or were not seen on the result. */
  broken: z.array(z.string()),
  /** Passed once and failed once on the same commit. */
  flaky: z.array(z.string()),
  passedBefore: z.int(),
  passedAfter: z.int(),
  reasons: z.array(z.string()),
}))
export type CheckProof = z.infer<typeof CheckProof>

/** A test the agent wrote. It is evidence only when the harness saw it fail on the base and pass on the result. */
export const SelfMadeTest = z.lazy(() => z.object({ name: z.string(), file: z.string(), onBase: z.string(), onResult: z.string(), evidence: z.boolean() }))
export type SelfMadeTest = z.infer<typeof SelfMadeTest>

/** The verdict of the acceptance run in a clean checkout. */
export const Proof = z.lazy(() => z.object({
  commit: CommitId,
  tree: TreeId,
  verdict: z.enum(['proven', 'unproven', 'no-evidence']),
  checks: z.array(CheckProof),
  selfMade: z.array(SelfMadeTest),
  /** Pinned files that were put back and guarded files that were taken out before the checks ran. */
  restored: z.array(z.string()),
  reasons: z.array(z.string()),
  contract: Digest,
}))
export type Proof = z.infer<typeof Proof>
