import type { Contract } from '../../protocol/contract.ts'
import type { Plan, Task } from '../../protocol/plan.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { isOfRepository, isWithin } from '../contract/scope.ts'
import { findCycle, toAncestors, toSuccessors } from './graph.ts'

/** Longest that one task may be estimated at, in minutes: what is longer is not understood well enough to be one task. */
const longestMinutes = 480

/** Most tasks of one plan. */
const mostTasks = 1000

/** Why a plan cannot be carried out, with what to change; where it is about one, the task and the field of its file. */
export interface PlanFault {
  readonly text: string
  readonly task?: string
  readonly field?: keyof TaskFile
}

export interface CheckedPlan {
  /** As it may be carried out; the plan as given where there are faults. */
  readonly plan: Plan
  /** Empty: it can be carried out. */
  readonly faults: readonly PlanFault[]
  /** What was mended by itself. */
  readonly repairs: readonly string[]
}

/**
 * Is this plan one that can be carried out and that serves the contract? What has one plain remedy is mended, the rest refused.
 * `finished`: tasks whose results are integrated already; they must still be there as they were. `roles`: who can
 * be given a task; left out: anybody.
 */
export function checkPlan(plan: Plan, contract: Pick<Contract, 'checks' | 'scope' | 'budget'>, finished: readonly Task[] = [], roles?: readonly string[]): CheckedPlan {
  const shape = [...findShapeFaults(plan), ...findLost(plan, finished)]
  const tasks = [...findNobodys(plan, roles), ...findTaskFaults(plan, contract)]
  // Who has which check cannot be said of a graph that is none.
  if (shape.length > 0) return { plan, faults: [...shape, ...tasks], repairs: [] }
  const repairs: string[] = []
  const covered = coverChecks(plan, contract, repairs)
  return { plan: covered.plan, faults: [...findNobodys(plan, roles), ...findTaskFaults(covered.plan, contract), ...covered.faults], repairs }
}

function findShapeFaults({ tasks, checks = [] }: Plan): PlanFault[] {
  const faults: PlanFault[] = []
  if (tasks.length === 0) faults.push({ text: 'the plan has no task' })
  if (tasks.length > mostTasks) faults.push({ text: `the plan has ${tasks.length} tasks, and ${mostTasks} are the most: plan up to a milestone first` })
  for (const id of findDoubles(tasks.map((task) => task.id))) faults.push({ task: id, field: 'id', text: `two tasks are called ${id}: give each an id of its own` })
  for (const id of findDoubles(checks.map((check) => check.id))) faults.push({ text: `two checks are called ${id}: give each an id of its own` })
  const known = new Set(tasks.map((task) => task.id))
  for (const task of tasks) {
    for (const id of task.dependsOn) if (!known.has(id)) faults.push({ task: task.id, field: 'depends_on', text: `${task.id} depends on ${id}, which is not in the plan` })
  }
  const cycle = findCycle(tasks)
  if (cycle) faults.push({ ...(cycle[0] === undefined ? {} : { task: cycle[0] }), field: 'depends_on', text: `these tasks wait for one another: ${[...cycle, cycle[0]].join(' → ')}` })
  return faults
}

function findDoubles(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  const doubles = new Set<string>()
  for (const id of ids) {
    if (seen.has(id)) doubles.add(id)
    seen.add(id)
  }
  return [...doubles]
}

/** What is finished is kept: a new plan goes on from it. */
function findLost({ tasks }: Plan, finished: readonly Task[]): PlanFault[] {
  const known = new Set(tasks.map((task) => task.id))
  return finished.filter((task) => !known.has(task.id)).map((task) => ({ text: `${task.id} (${task.title}) is finished: keep it in the plan as it is` }))
}

function findNobodys({ tasks }: Plan, roles: readonly string[] | undefined): PlanFault[] {
  return roles === undefined ? [] : tasks.filter((task) => !roles.includes(task.role)).map((task) => ({ task: task.id, field: 'role', text: `${task.id} is for a ${task.role}, and no such specialist can be given a task here; there are ${roles.join(', ')}` }))
}

/** Every check of the goal belongs to a task. One that nobody claims belongs to the task that everything leads to, where there is one. */
function coverChecks(plan: Plan, { checks }: Pick<Contract, 'checks'>, repairs: string[]): { readonly plan: Plan; readonly faults: readonly PlanFault[] } {
  const claimed = new Set(plan.tasks.flatMap((task) => [...task.checks, ...(task.serves ?? [])]))
  const open = checks.filter((check) => !claimed.has(check.id))
  if (open.length === 0) return { plan, faults: [] }
  const after = toSuccessors(plan.tasks)
  const sinks = plan.tasks.filter((task) => (after.get(task.id) ?? []).length === 0)
  const [last] = sinks
  if (last && sinks.length === 1) {
    repairs.push(`${open.map((check) => check.id).join(', ')} of the goal belonged to no task: to ${last.id} now, which everything leads to`)
    return { plan: { ...plan, tasks: plan.tasks.map((task) => (task.id === last.id ? { ...task, checks: [...task.checks, ...open.map((check) => check.id)] } : task)) }, faults: [] }
  }
  return { plan, faults: open.map((check) => ({ text: `no task has the goal's check ${check.id} (${check.command}): give it to the checks of the task after which it must pass, or to serves of those that it takes together` })) }
}

function findTaskFaults({ tasks, checks = [] }: Plan, contract: Pick<Contract, 'checks' | 'scope' | 'budget'>): PlanFault[] {
  const ofGoal = new Set(contract.checks.map((check) => check.id))
  const known = new Set([...contract.checks, ...checks].map((check) => check.id))
  const faults: PlanFault[] = checks.filter((check) => ofGoal.has(check.id)).map((check) => ({ text: `the check ${check.id} (${check.command}) has the name of one of the goal's checks: give it another id` }))
  const goalChecks = contract.checks.map((check) => check.id).join(', ') || 'it has none'
  for (const task of tasks) {
    const fault = (field: keyof TaskFile, text: string): void => void faults.push({ task: task.id, field, text: `${task.id} ${text}` })
    for (const [field, ids] of [['checks', task.checks], ['serves', task.serves ?? []]] as const) {
      const unknown = ids.filter((id) => !known.has(id))
      if (unknown.length > 0) fault(field, `names ${unknown.join(', ')}, which is neither a check of the goal (${goalChecks}) nor one with a command`)
    }
    if (task.checks.length === 0) fault('checks', 'has no check: say by which command one can tell that it is done')
    if (task.subgoal.trim().length < 8) fault('subgoal', 'says too little: its subgoal is what whoever does it is told')
    const outside = contract.scope.length === 0 ? [] : task.scope.filter((glob) => !isWithin(toPlainStart(glob), contract.scope) && !contract.scope.includes(glob))
    if (outside.length > 0) fault('scope', `wants to change ${outside.join(', ')}, which is outside of what may change (${contract.scope.join(', ')})`)
    const nowhere = task.scope.filter((glob) => !isOfRepository(glob))
    if (nowhere.length > 0) fault('scope', `wants to change ${nowhere.join(', ')}, which is no path of the repository: they begin at its top`)
    if ((task.estimate?.minutes ?? 0) > longestMinutes) fault('estimate', `is estimated at ${task.estimate?.minutes} minutes: divide it into tasks of at most ${longestMinutes}`)
  }
  if (tasks.length > contract.budget.maxTurns) faults.push({ text: `${tasks.length} tasks cannot be done in ${contract.budget.maxTurns} turns: raise --max-turns or plan fewer` })
  return faults
}

/** A path that the glob begins with or could stand for: what has no wildcard in it, and a name where it has. */
function toPlainStart(glob: string): string {
  return glob.split('/').map((part) => (/[*?[\]{}()!+@]/.test(part) ? part.replaceAll(/\*+|\?/g, 'x').replaceAll(/[[\]{}()!+@]/g, '') : part)).join('/')
}

/** Tasks that may not be worked on side by side although nothing orders them: they want to write the same paths. */
export function findLeased(tasks: readonly Task[], overlaps: (a: readonly string[], b: readonly string[]) => boolean): readonly (readonly [string, string])[] {
  const ancestors = toAncestors(tasks)
  const pairs: (readonly [string, string])[] = []
  for (const [n, a] of tasks.entries()) {
    for (const b of tasks.slice(n + 1)) {
      if (ancestors.get(a.id)?.has(b.id) || ancestors.get(b.id)?.has(a.id)) continue
      if (overlaps(a.scope, b.scope)) pairs.push([a.id, b.id])
    }
  }
  return pairs
}
