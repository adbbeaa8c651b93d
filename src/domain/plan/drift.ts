import type { Contract } from '../../protocol/contract.ts'
import type { Plan } from '../../protocol/plan.ts'
import { sortTasks, toSuccessors } from './graph.ts'

/** What is not for the goal, found by rule; `text` is a sentence without its full stop. */
export interface Drift {
  readonly rule: 'serves-nothing' | 'integrated-for-nothing' | 'edit-for-nothing' | 'criterion-open'
  readonly task?: string
  readonly check?: string
  readonly path?: string
  readonly text: string
}

export interface Standing {
  /** As `RunState.tasks`; a task that is not in it waits. */
  readonly tasks: ReadonlyMap<string, string>
  /** Tasks whose commits are part of the result. */
  readonly integrated: ReadonlySet<string>
  /** Edits of the result that no check of the goal serves, by what the tests were seen to run. Left out: nothing was measured. */
  readonly unused?: readonly { readonly task: string; readonly path: string }[]
}

const unbegun: Standing = { tasks: new Map(), integrated: new Set() }

/**
 * Drift from the contract, by four rules that read nothing but the plan, the contract and what is integrated:
 * 1. `serves-nothing`: no check of the goal is among a task's checks or what it serves, nor among those of any task that waits for it;
 * 2. `integrated-for-nothing`: the same of a task whose commit is part of the result, by the plan as it is now or because it is not in it;
 * 3. `edit-for-nothing`: a file of the result whose changed code none of the tests that proved it runs, where that was measured;
 * 4. `criterion-open`: a check of the goal that no task has or serves which is still to be done or done.
 * A goal without checks has no criteria to drift from.
 */
export function findDrift(plan: Pick<Plan, 'tasks'>, contract: Pick<Contract, 'checks'>, { tasks: status, integrated, unused = [] }: Standing = unbegun): readonly Drift[] {
  if (contract.checks.length === 0) return []
  const serving = findServing(plan, new Set(contract.checks.map(({ id }) => id)), status)
  const known = new Map(plan.tasks.map((task) => [task.id, task]))
  const ofTasks = plan.tasks.filter(({ id }) => !serving.has(id) && status.get(id) !== 'dropped').map(({ id }): Drift => (integrated.has(id)
    ? { rule: 'integrated-for-nothing', task: id, text: `what ${id} made is part of the result, and neither it nor a task after it has a check of the goal` }
    : { rule: 'serves-nothing', task: id, text: `${id} serves no check of the goal: neither it nor a task after it has one` }))
  const lost = [...integrated].filter((id) => !known.has(id)).map((id): Drift => ({ rule: 'integrated-for-nothing', task: id, text: `what ${id} made is part of the result, and the plan does not have it any more` }))
  const open = contract.checks.filter(({ id }) => !plan.tasks.some((task) => status.get(task.id) !== 'dropped' && [...task.checks, ...(task.serves ?? [])].includes(id)))
    .map((check): Drift => ({ rule: 'criterion-open', check: check.id, text: `no task is left that has the goal's check ${check.id} (${check.command})` }))
  const edits = unused.map(({ task, path }): Drift => ({ rule: 'edit-for-nothing', task, path, text: `${task} changed ${path}, and no test that proved the goal runs what was changed there` }))
  return [...ofTasks, ...lost, ...edits, ...open]
}

/** Tasks from which a path leads to a check of the goal; what was left out leads nowhere. */
function findServing({ tasks }: Pick<Plan, 'tasks'>, checks: ReadonlySet<string>, status: Standing['tasks']): ReadonlySet<string> {
  const after = toSuccessors(tasks)
  const serving = new Set<string>()
  for (const task of [...sortTasks(tasks)].reverse()) {
    if (status.get(task.id) === 'dropped') continue
    const own = [...task.checks, ...(task.serves ?? [])].some((id) => checks.has(id))
    if (own || (after.get(task.id) ?? []).some((id) => serving.has(id))) serving.add(task.id)
  }
  return serving
}
