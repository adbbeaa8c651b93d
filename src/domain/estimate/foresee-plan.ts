import type { Experience, TaskSize } from '../../protocol/experience.ts'
import type { Plan, Task } from '../../protocol/plan.ts'
import { toConfidence } from './confidence.ts'
import { estimateTask } from './estimate-task.ts'

export interface Foresight {
  readonly experience: Experience
  /** By task, where its scope was measured. */
  readonly sizes: ReadonlyMap<string, TaskSize>
  /** Who said what the plan says of time and confidence. */
  readonly by: 'model' | 'person'
  /** Whether tokens and memory have a spread too. */
  readonly spreadsAll: boolean
}

/** Tasks that were not looked at yet: those of an earlier plan keep what was expected of them. */
export function findUnforeseen(plan: Plan): readonly Task[] {
  return plan.tasks.filter((task) => task.estimate?.from === undefined)
}

/** The plan with an estimate for each of its tasks, and with confidences as the record has them, those that were stated beside them. */
export function foreseePlan(plan: Plan, foresight: Foresight): Plan {
  const open = new Set(findUnforeseen(plan).map(({ id }) => id))
  return { ...plan, tasks: plan.tasks.map((task) => (open.has(task.id) ? foreseeTask(task, foresight) : task)) }
}

function foreseeTask(task: Task, { experience, sizes, by, spreadsAll }: Foresight): Task {
  const size = sizes.get(task.id)
  const { estimate, confidence: stated } = task
  const confidence = toConfidence(experience, 'planned', { stated })
  return {
    ...task,
    estimate: estimateTask(experience, { kind: task.role, risk: task.risk, checks: task.checks.length, size, given: estimate && { estimate, by }, spreadsAll }),
    ...(size ? { size } : {}),
    ...(stated === undefined || confidence === undefined ? {} : { confidence, stated }),
  }
}
