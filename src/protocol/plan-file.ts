import { z } from 'zod'

const Text = z.string().trim().min(1)
const Id = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'an id is lower case letters, digits and dashes, and begins with a letter')
const Amount = z.number().nonnegative()
/** What a plan shares beside the things that have a field of their own. */
const ResourceId = z.string().regex(/^(?!(?:workers|cpu)$)[a-z][a-z0-9-]{0,31}$/, 'a resource has a name like an id, and neither workers nor cpu, which have fields of their own')

/** What a task is expected to take. */
export const EstimateFile = z.lazy(() => z.strictObject({
  minutes: Amount.optional().describe('Expected duration: as likely more as less. Left out: 10.'),
  spread: Amount.optional().describe('How far off the minutes may be: what four of five cases lie within, from the low end to the high one, divided by 2.56.'),
  memory_mb: Amount.optional().describe('Memory that its commands need at the same time.'),
  memory_spread_mb: Amount.optional().describe('How far off the memory may be, as `spread` says it of the minutes.'),
  cpu: Amount.optional().describe('Processor cores that it keeps busy.'),
  tokens: Amount.optional().describe('Model tokens, in and out.'),
  tokens_spread: Amount.optional().describe('How far off the tokens may be, as `spread` says it of the minutes.'),
  requests: Amount.optional().describe('Model requests.'),
  resources: z.record(ResourceId, Amount).optional().describe('How much it takes, all the time, of what the capacity names besides.'),
  from: z.literal('record').optional().describe('Written by Writ: what past tasks say. It is estimated anew when the plan is carried out; leave it out of an estimate of your own.'),
}))

export const TaskFile = z.lazy(() => z.strictObject({
  id: Id.describe('Named by other tasks in depends_on.'),
  title: Text.max(200).optional().describe('A line for tables. Left out: the beginning of the subgoal.'),
  subgoal: Text.max(4000).optional().describe('What is to be true when the task is done, in words for whoever does it.'),
  scope: z.array(Text.max(500)).max(200).optional().describe('Globs of the paths that it alone may write meanwhile. Left out: all that may change, so that nothing that writes runs beside it.'),
  checks: z.array(z.union([Id, z.strictObject({ id: Id.optional(), command: Text.max(4000), timeout_seconds: z.int().positive().max(3600).optional() })])).max(50).optional()
    .describe('Ids of the goal\'s checks, or commands of its own, that pass once this task and those before it are integrated.'),
  serves: z.array(Id).max(50).optional().describe('Checks of the goal that it is a part of: they pass when other tasks are done too.'),
  role: Id.optional().describe('The specialist who does it. Left out: coder.'),
  depends_on: z.array(Id).max(1000).optional().describe('Tasks that come before it.'),
  estimate: EstimateFile.optional(),
  leases: z.array(Text.max(500)).max(50).optional().describe('Names of things that one task at a time may use, beside its scope.'),
  release: Amount.optional().describe('Earliest start, in minutes from the beginning.'),
  deadline: Amount.optional().describe('Wanted end, in minutes from the beginning.'),
  risk: z.enum(['low', 'medium', 'high']).optional().describe('Left out: low.'),
  reversible: z.boolean().optional().describe('Left out: true.'),
  confidence: z.number().min(0).max(1).optional().describe('How sure whoever planned it is that it can be done so.'),
  unknowns: z.array(Text.max(1000)).max(50).optional().describe('What nobody knew when it was planned: questions to whoever reads the plan.'),
  milestone: z.boolean().optional().describe('Once it is integrated, the checks of all tasks so far are run together in a clean checkout.'),
  tests: z.array(Text.max(2000)).max(1000).optional().describe('Names of failing tests that it is about. Written by Writ where a plan comes from failing checks.'),
  rules: z.array(Text.max(200)).max(100).optional().describe('Policy rules that it is expected to meet. Written by Writ.'),
}))
export type TaskFile = z.infer<typeof TaskFile>

/** What tasks share. What is left out is not limited, workers excepted. */
export const CapacityFile = z.lazy(() => z.strictObject({
  workers: z.int().positive().max(10_000).optional().describe('Tasks that are worked on at the same time.'),
  cpu: Amount.optional().describe('Processor cores.'),
  memory_mb: Amount.optional(),
  tokens_per_minute: Amount.optional().describe('Model tokens, in and out. A task takes its tokens evenly over its minutes.'),
  requests_per_minute: Amount.optional().describe('Model requests. A task takes its requests evenly over its minutes.'),
  resources: z.record(ResourceId, Amount).optional().describe('Anything else that is shared, by name: `staging: 1` is used by one task at a time.'),
}))
export type CapacityFile = z.infer<typeof CapacityFile>

/** `writ plan -o FILE`, `writ run --plan FILE`, `writ plan schedule FILE`: a graph of tasks that a person can write and edit. */
export const PlanFile = z.lazy(() => z
  .strictObject({
    version: z.literal(1).optional().describe('The version of this format.'),
    goal: Text.max(20_000).optional().describe('What is to be true when all of it is done. Needed to run it.'),
    checks: z.array(z.union([Text.max(4000), z.strictObject({ id: Id.optional(), command: Text.max(4000), timeout_seconds: z.int().positive().max(3600).optional() })])).max(50).optional()
      .describe('Commands that exit with 0 when the goal is met. Without an id they are c1, c2, …'),
    scope: z.array(Text.max(500)).max(200).optional().describe('Globs of the paths that may change. Left out: all.'),
    constraints: z.array(Text.max(4000)).max(100).optional().describe('Sentences that must hold of the result.'),
    capacity: CapacityFile.optional(),
    tasks: z.array(TaskFile).min(1).max(20_000),
  })
  .describe('A Writ plan.'))
export type PlanFile = z.infer<typeof PlanFile>
