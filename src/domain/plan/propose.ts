import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { Plan, Task } from '../../protocol/plan.ts'
import { isEndless } from '../proof/endless.ts'
import { isHandedOver, solverOf } from '../route.ts'
import type { RunState } from '../run-state.ts'

/**
 * The next revision of the plan, or undefined when there is nothing to add. A plan is a graph; here each task depends on
 * the one before it. With a model the goal is one task, and a refused proof adds another. For the built-in solver each
 * group of failing tests is a task, so that each mended fault becomes a commit of its own.
 */
export function proposePlan(state: RunState): { plan: Plan; why: string } | undefined {
  const before = state.plan?.tasks ?? []
  const added = solverOf(state) === 'repair' ? repairTasks(state, before.length) : modelTasks(state, before)
  if (added.length === 0) return undefined
  const tasks = [...before]
  for (const task of added) tasks.push({ ...task, dependsOn: tasks.length > 0 ? [`t${tasks.length}`] : [] })
  return { plan: { version: 1, revision: state.plan ? state.plan.revision + 1 : 0, tasks }, why: whyOf(state, added.length) }
}

function modelTasks(state: RunState, before: readonly Task[]): Task[] {
  const contract = state.contract
  if (!contract) return []
  const first = !before.some((task) => task.role === 'coder')
  return [taskOf(before.length + 1, {
    title: first ? titleOf(contract.goal) : 'Meet the acceptance checks',
    subgoal: first ? contract.goal : (state.proof?.reasons.join('; ').slice(0, 4000) ?? contract.goal),
    checks: contract.checks.map((check) => check.id),
    scope: contract.scope,
    tests: [],
    role: 'coder',
  })]
}

function repairTasks(state: RunState, count: number): Task[] {
  const tasks: Task[] = []
  const planned = new Set(state.plan?.tasks.flatMap((task) => (isOpen(state, task) ? task.tests : [])) ?? [])
  const outcomes = state.latest.size > 0 ? state.latest : state.baseline
  for (const outcome of outcomes.values()) {
    for (const [group, names] of groupFailing(outcome)) {
      const left = names.filter((name) => !state.givenUp.has(name) && !planned.has(name))
      if (left.length === 0) continue
      tasks.push(taskOf(count + tasks.length + 1, {
        title: left.length === 1 ? `Mend the ${isEndless(outcome, left[0] ?? '') ? `test “${shorten(left[0] ?? '', 120)}”, which does not end` : `failing test “${shorten(left[0] ?? '', 120)}”`}` : `Mend ${left.length} failing tests of ${group}`,
        subgoal: `Make these tests pass without breaking others: ${left.join('; ')}`.slice(0, 4000),
        checks: [outcome.checkId],
        scope: state.contract?.scope ?? [],
        tests: left,
        role: 'repairer',
      }))
    }
  }
  return tasks
}

/** By file, or by the check's command: names of failing tests. A check that fails without naming any is one group, named after the check itself. */
export function groupFailing(outcome: CheckOutcome): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  const failing = outcome.tests?.cases.filter((each) => each.status === 'failed') ?? []
  if (failing.length === 0 && outcome.status !== 'passed') groups.set(outcome.command, [`check ${outcome.checkId}`])
  for (const each of failing) {
    const group = each.file ?? outcome.command
    groups.set(group, [...(groups.get(group) ?? []), each.name])
  }
  return groups
}

function isOpen(state: RunState, task: Task): boolean {
  const status = state.tasks.get(task.id)
  return status === 'waiting' || status === 'active'
}

function taskOf(n: number, part: Pick<Task, 'title' | 'subgoal' | 'checks' | 'scope' | 'tests' | 'role'>): Task {
  return { id: `t${n}`, ...part, dependsOn: [], risk: 'low', reversible: true, rules: [] }
}

function whyOf(state: RunState, added: number): string {
  if (!state.plan) return solverOf(state) === 'repair' ? `one task for each group of failing tests: ${added}` : 'the goal is one task'
  if (isHandedOver(state)) return 'the built-in solver hands over, and the goal is one task'
  return solverOf(state) === 'repair' ? 'tests still fail after the tasks so far' : 'the proof was refused'
}

function titleOf(goal: string): string {
  return shorten(goal.split('\n')[0] ?? goal, 200)
}

export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
