import { z } from 'zod'
import { Digest } from './ids.ts'

/** Where a part of the contract came from. Nothing in it is ever invented by the model: see `intake`. */
export const Origin = z.enum(['person', 'found', 'model', 'default'])
export type Origin = z.infer<typeof Origin>

/** A command that the harness runs itself to learn whether the goal is met. Exit code 0 is a pass. */
export const Check = z.lazy(() => z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** Run by `bash -c` at the repository's root. */
  command: z.string().min(1).max(4000),
  origin: Origin,
  /** Why this is a check, where it was found rather than given. */
  why: z.string().optional(),
  timeoutMs: z.int().positive().max(3_600_000).default(600_000),
}))
export type Check = z.infer<typeof Check>

/**
 * A file that the checks depend on, with its content on the base. `whole` files are restored before a proof;
 * of `keys` files (package.json) only the named top-level keys are.
 */
export const Pin = z.lazy(() => z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('whole'), path: z.string(), sha256: Digest, why: z.string() }),
  z.object({ mode: z.literal('keys'), path: z.string(), free: z.array(z.string()), sha256: Digest, why: z.string() }),
]))
export type Pin = z.infer<typeof Pin>

export const Budget = z.lazy(() => z.object({
  maxTurns: z.int().positive().max(10_000),
  maxUsd: z.number().nonnegative().optional(),
  maxTokens: z.int().positive().optional(),
  /** Turns without any change of state after which the run stops. */
  maxIdleTurns: z.int().positive().max(1000),
}))
export type Budget = z.infer<typeof Budget>

export const Unknown = z.lazy(() => z.object({ question: z.string().max(1000), why: z.string().max(1000).default('') }))
export type Unknown = z.infer<typeof Unknown>

/** A sentence of the contract together with who said it. */
export const Clause = z.object({ text: z.string().max(4000), origin: Origin })
export type Clause = z.infer<typeof Clause>

/** A command that is timed on base and result in turn: `most` is the largest ratio of the medians of `runs` each. */
export const TimedCommand = z.lazy(() => z.object({ id: z.string().regex(/^[a-z][a-z0-9-]*$/), command: z.string().min(1).max(4000), most: z.number().positive(), runs: z.int().min(3).max(50) }))
export type TimedCommand = z.infer<typeof TimedCommand>

/** What was asked, pinned and hashed before any exploration. The model can never change it. */
export const Contract = z.lazy(() => z.object({
  version: z.literal(1),
  goal: z.string().min(1).max(20_000),
  constraints: z.array(Clause),
  checks: z.array(Check),
  /** Globs relative to the root; a change outside them is refused. Empty: the whole repository. */
  scope: z.array(z.string()),
  dataLocations: z.array(Clause),
  /** ISO 8601 instant. */
  deadline: z.string().optional(),
  budget: Budget,
  approvers: z.array(z.string()),
  unknowns: z.array(Unknown),
  /** `host:port` entries that commands may reach. Empty: no network. */
  network: z.array(z.string()),
  pins: z.array(Pin),
  /** Globs of files that are restored or removed before a proof even when they did not exist on the base. */
  guarded: z.array(z.string()),
  /** Globs of paths whose changes a person is to see before they are integrated; `*` for every task. */
  checkpoints: z.array(z.string()).optional(),
  /** What may not become slower. Absent where nothing was asked, so that contracts from before it keep their hash. */
  performance: z.array(TimedCommand).optional(),
}))
export type Contract = z.infer<typeof Contract>

const Text = z.string().trim().min(1)

/** `--contract FILE`: what a person writes. Everything but the goal may be left out. */
export const ContractFile = z.lazy(() => z
  .strictObject({
    version: z.literal(1).optional().describe('The version of this format.'),
    goal: Text.max(20_000).describe('What is to be true when the run has ended, in words.'),
    constraints: z.array(Text.max(4000)).max(100).optional().describe('Sentences that must hold of the result.'),
    checks: z
      .array(z.union([Text.max(4000), z.strictObject({ command: Text.max(4000), timeout_seconds: z.int().positive().max(3600).optional() })]))
      .max(50)
      .optional()
      .describe('Commands that exit with 0 when the goal is met, run at the root of the repository.'),
    scope: z.array(Text.max(500)).max(200).optional().describe('Globs of the paths that may change. Left out: all.'),
    unpinned: z.array(Text.max(500)).max(200).optional().describe('Globs of test or configuration files that may change although checks depend on them.'),
    data_locations: z.array(Text.max(1000)).max(100).optional().describe('Where the data that the goal speaks of lies.'),
    deadline: Text.max(100).optional().describe('An instant (2026-05-01T12:00:00Z) or a duration from the start (90s, 20m, 2h).'),
    budget: z
      .strictObject({
        max_turns: z.int().positive().max(10_000).optional(),
        max_usd: z.number().nonnegative().optional(),
        max_tokens: z.int().positive().optional(),
        max_idle_turns: z.int().positive().max(1000).optional(),
      })
      .optional(),
    approvers: z.array(Text.max(200)).max(50).optional().describe('Who may approve what needs a person, in the order in which they are asked; `ada|bob` names bob as a deputy of ada.'),
    checkpoints: z.array(Text.max(500)).max(50).optional().describe('Globs of paths whose changes a person is to see before they count; `**` for all.'),
    performance: z
      .array(z.union([Text.max(4000), z.strictObject({
        command: Text.max(4000), most: z.number().positive().optional(), runs: z.int().min(3).max(50).optional(),
        id: z.string().regex(/^[a-z][a-z0-9-]*$/).optional(),
      })]))
      .min(1)
      .max(20)
      .optional()
      .describe('Commands that may not become slower: timed on base and result in turn, `runs` times each (7), with at most `most` times the median of the base (1.1).'),
    unknowns: z.array(z.union([Text.max(1000), z.strictObject({ question: Text.max(1000), why: z.string().max(1000).optional() })])).max(100).optional(),
    network: z.array(z.string().regex(/^\.?[a-z0-9.-]+(:\d{1,5})?$/i)).max(50).optional().describe('Hosts that commands may reach, as host or host:port (443 unless said).'),
  })
  .describe('A Writ contract.'))
export type ContractFile = z.infer<typeof ContractFile>
