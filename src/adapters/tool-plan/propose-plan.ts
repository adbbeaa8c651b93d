import { z } from 'zod'
import { EstimateFile, TaskFile } from '../../protocol/plan-file.ts'
import type { Tool } from '../../engine/ports/tools.ts'

/** Tasks of one proposal: a plan that needs more is planned in milestones. */
const mostTasks = 200

export const ProposePlanInput = z.lazy(() => z.strictObject({
  tasks: z.array(TaskFile).min(1).max(mostTasks),
  why: z.string().max(4000).optional().describe('why it is divided like this; what was considered and left'),
}))
export type ProposePlanInput = z.infer<typeof ProposePlanInput>

/** A planner says what a task is and what it takes. What a run shares besides, and when a task may begin, is for people; the rest Writ writes. */
const OfferedPlan = z.lazy(() => ProposePlanInput.unwrap().extend({
  tasks: z.array(TaskFile.unwrap().omit({ rules: true, tests: true, release: true, deadline: true }).extend({
    estimate: EstimateFile.unwrap().omit({ cpu: true, requests: true, resources: true, from: true }).optional(),
  })).min(1).max(mostTasks),
}))

/** The planner's answer. Whether it is a plan that can be carried out is judged from the log, not here. */
export function createPlanTool(): Tool<ProposePlanInput> {
  return {
    name: 'propose_plan',
    description: 'Propose the whole plan: tasks that each have a subgoal, a scope of their own, checks that tell when they are done, and what they depend on. Tasks whose scopes are apart are worked on side by side. The harness judges it and says what is wrong, or carries it out.',
    input: ProposePlanInput,
    offered: OfferedPlan,
    effect: () => 'read',
    paths: () => [],
    timeoutMs: () => 5000,
    run: async () => ({ ok: true, text: 'Proposed. The harness judges it now.' }),
  }
}
