import { z } from 'zod'

/** How reversible and how dangerous a task is; the scheduler and the policy read these. */
export const Task = z.object({
  id: z.string().regex(/^t\d{1,4}$/),
  title: z.string().max(200),
  subgoal: z.string().max(4000),
  scope: z.array(z.string()),
  /** Ids of the contract's checks that say when it is done. */
  checks: z.array(z.string()),
  /** Names of failing tests that this task is about; empty: the whole goal. */
  tests: z.array(z.string()),
  role: z.enum(['coder', 'repairer']),
  dependsOn: z.array(z.string()),
  estimate: z.object({ minutes: z.number(), spread: z.number(), memoryMb: z.number(), tokens: z.number() }).optional(),
  confidence: z.number().min(0).max(1).optional(),
  risk: z.enum(['low', 'medium', 'high']),
  reversible: z.boolean(),
  /** Ids of policy rules that it is expected to meet. */
  rules: z.array(z.string()),
})
export type Task = z.infer<typeof Task>

/** A directed acyclic graph of tasks. */
export const Plan = z.object({ version: z.literal(1), revision: z.int().nonnegative(), tasks: z.array(Task).max(1000) })
export type Plan = z.infer<typeof Plan>
