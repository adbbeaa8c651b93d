import type { Task } from '../../protocol/plan.ts'
import { isWithin } from '../contract/scope.ts'
import { toLine } from '../report/words.ts'

/** Paths that are named; the count says of how many. */
const mostNamed = 8

/** What these changes are to the plan, as a clause: the task that they are for, and which of them it did not foresee. */
export function describeAgainstPlan(task: Pick<Task, 'id' | 'title' | 'scope'> | undefined, paths: readonly string[]): string {
  if (!task) return ', beside the plan: no task was open'
  const beside = task.scope.length === 0 ? [] : paths.filter((path) => !isWithin(path, task.scope))
  const named = `${beside.slice(0, mostNamed).join(', ')}${beside.length > mostNamed ? ` and ${beside.length - mostNamed} more` : ''}`
  return `, for ${task.id} “${toLine(task.title, 100)}”${beside.length > 0 ? `; beside the plan: ${named}` : ''}`
}
