import type { FileChange } from '../../protocol/events/workspace.ts'
import type { Task } from '../../protocol/plan.ts'

export type Risk = Task['risk']

export interface ChangeRisk {
  readonly risk: Risk
  /** What makes it more than the plan took it for, a clause each. */
  readonly why: readonly string[]
}

/** More than these at once is more than anybody takes in by the way. */
const many = { files: 50, deleted: 10, lines: 3000 } as const

const order: readonly Risk[] = ['low', 'medium', 'high']

/**
 * How risky it is that a task's changes become part of the result: what the plan says of the task, and what has come of it. A
 * change is of high risk by its size, of medium risk in a run of which something was sealed away.
 * @param sealed how many changes of the run were sealed away
 */
export function judgeChangeRisk({ planned, changes, sealed }: { readonly planned: Risk; readonly changes: readonly FileChange[]; readonly sealed: number }): ChangeRisk {
  const deleted = changes.filter((change) => change.kind === 'deleted').length
  const lines = changes.reduce((sum, change) => sum + change.added + change.removed, 0)
  const large = [
    ...(changes.length > many.files ? [`it changes ${changes.length} files`] : []),
    ...(deleted > many.deleted ? [`it deletes ${deleted} files`] : []),
    ...(lines > many.lines ? [`it changes ${lines} lines`] : []),
  ]
  const seen: Risk = large.length > 0 ? 'high' : sealed > 0 ? 'medium' : 'low'
  const why = [...large, ...(sealed > 0 ? [`${sealed} change${sealed === 1 ? '' : 's'} of this run ${sealed === 1 ? 'was' : 'were'} sealed away`] : [])]
  return { risk: order[Math.max(order.indexOf(planned), order.indexOf(seen))] ?? planned, why }
}
