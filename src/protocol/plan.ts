import { z } from 'zod'
import { Check } from './contract.ts'
import { TaskSize } from './experience.ts'

/** Who works on it: the name of a specialist, see `docs/plans.md`. */
export const RoleName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a role is small letters, digits and dashes, and begins with a letter; at most 32')

/** What a task is expected to take; `spread` is the standard deviation of the minutes, `memorySpreadMb` and `tokensSpread` those of memory and tokens. */
export const Estimate = z.lazy(() => z.object({
  minutes: z.number().nonnegative(),
  spread: z.number().nonnegative(),
  memoryMb: z.number().nonnegative(),
  tokens: z.number().nonnegative(),
  memorySpreadMb: z.number().nonnegative().optional(),
  tokensSpread: z.number().nonnegative().optional(),
  /** Cores that it keeps busy, model requests, and how much it takes, all the time, of what the run shares besides, by name. */
  cpu: z.number().nonnegative().optional(),
  requests: z.number().nonnegative().optional(),
  resources: z.record(z.string(), z.number().nonnegative()).optional(),
  /** Minutes that 80 of 100 such tasks lie between. */
  low: z.number().nonnegative().optional(),
  high: z.number().nonnegative().optional(),
  /** What it was made of: past tasks, nothing but what is usual, what somebody said, or that drawn towards past tasks. Absent: as somebody said it. */
  from: z.enum(['record', 'prior', 'given', 'both']).optional(),
  /** Past tasks of its kind. */
  samples: z.int().nonnegative().optional(),
  /** What was said before the record was asked. */
  given: z.object({ minutes: z.number().nonnegative(), by: z.enum(['model', 'person']) }).optional(),
}))
export type Estimate = z.infer<typeof Estimate>

/** How reversible and how dangerous a task is; the scheduler and the policy read these. */
export const Task = z.lazy(() => z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  title: z.string().max(200),
  subgoal: z.string().max(4000),
  /** Globs of the paths that it alone may write while it is worked on. Empty: all that the contract allows. */
  scope: z.array(z.string()),
  /** Ids of checks of the contract or of the plan that pass once this task and those before it are integrated. */
  checks: z.array(z.string()),
  /** Ids of checks of the contract that it is a part of, and that pass only when other tasks are done too. */
  serves: z.array(z.string()).optional(),
  /** Names of failing tests that this task is about; empty: the whole goal. */
  tests: z.array(z.string()),
  role: RoleName,
  dependsOn: z.array(z.string()),
  estimate: Estimate.optional(),
  /** Of what it may change, as it was measured when it was planned. */
  size: TaskSize.optional(),
  /** Names of things that one task at a time may use, beside its scope. */
  leases: z.array(z.string().max(500)).max(50).optional(),
  /** Earliest beginning and wanted end, in minutes of the run's own time since its first plan. */
  release: z.number().nonnegative().optional(),
  deadline: z.number().nonnegative().optional(),
  /** How likely it is that its first attempt does: as stated, until the record says what such words were worth. */
  confidence: z.number().min(0).max(1).optional(),
  /** What `confidence` was when it was stated. */
  stated: z.number().min(0).max(1).optional(),
  risk: z.enum(['low', 'medium', 'high']),
  reversible: z.boolean(),
  /** Ids of policy rules that it is expected to meet. */
  rules: z.array(z.string()),
  /** Once it is integrated, everything so far is checked together, and a person looks where the contract says so. */
  milestone: z.boolean().optional(),
  /** What nobody knew when the plan was made. */
  unknowns: z.array(z.string().max(1000)).optional(),
}))
export type Task = z.infer<typeof Task>

/** A directed acyclic graph of tasks. */
export const Plan = z.lazy(() => z.object({
  version: z.literal(1),
  revision: z.int().nonnegative(),
  tasks: z.array(Task).max(1000),
  /** What tells that single tasks are done, beside the contract's checks. Never part of the proof of the goal. */
  checks: z.array(Check).max(1000).optional(),
}))
export type Plan = z.infer<typeof Plan>

/** How a plan stands beside others for the same goal. */
export const RankedPlan = z.lazy(() => z.object({
  /** As in `plan.considered`. */
  number: z.int().positive(),
  /** Expected, with what is expected to be done twice. */
  tokens: z.number().nonnegative(),
  /** Expected length with the run's workers, and that of the longest chain. */
  minutes: z.number().nonnegative(),
  criticalPath: z.number().nonnegative(),
  /** Tasks of a hundred, as a share, that are expected to fail at first. */
  risk: z.number().min(0).max(1),
  /** How much of it the other plans have too, 0 to 1. */
  agreement: z.number().min(0).max(1),
  /** Lower is better. */
  score: z.number(),
}))
export type RankedPlan = z.infer<typeof RankedPlan>
