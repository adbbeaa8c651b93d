import { z } from 'zod'

const Text = z.string().trim().min(1)

const BatchBudget = z.lazy(() => z.strictObject({
  max_turns: z.int().positive().max(1_000_000).optional(),
  max_usd: z.number().nonnegative().optional(),
  max_tokens: z.int().positive().optional(),
}))

/** One goal of a batch: as in a contract file, with where it is and who does it. */
export const BatchGoal = z.strictObject({
  id: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/, 'an id is letters, digits, dots and dashes').optional().describe('In the report. Left out: g1, g2, …'),
  goal: Text.max(20_000).describe('What is to be true in the end, in words.'),
  repo: Text.max(1000).optional().describe('The repository, relative to the file. Left out: the one around the working directory.'),
  base: Text.max(200).optional().describe('A commit to start from instead of HEAD.'),
  checks: z.array(Text.max(4000)).max(50).optional(),
  scope: z.array(Text.max(500)).max(200).optional(),
  constraints: z.array(Text.max(4000)).max(100).optional(),
  deadline: Text.max(100).optional(),
  model: Text.max(200).optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh']).optional(),
  workers: z.int().positive().max(64).optional().describe('Divide the goal into tasks, as writ run --workers does.'),
  budget: BatchBudget.optional().describe('Of this goal alone, within what the batch has.'),
})
export type BatchGoal = z.infer<typeof BatchGoal>

/** A goal, or just its words. */
const BatchEntry = z.union([Text.max(20_000), BatchGoal])

/** `writ batch FILE`: YAML, or JSON lines of goals. */
export const BatchFile = z.lazy(() => z
  .strictObject({
    version: z.literal(1).optional(),
    budget: BatchBudget.optional().describe('Of all goals together.'),
    parallel: z.int().positive().max(64).optional().describe('Runs at the same time. Left out: 2.'),
    defaults: BatchGoal.omit({ id: true, goal: true }).optional().describe('For goals that do not say otherwise.'),
    goals: z.array(BatchEntry).min(1).max(10_000),
  })
  .describe('A Writ batch.'))
export type BatchFile = z.infer<typeof BatchFile>
