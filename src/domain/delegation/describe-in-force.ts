import type { TaskFile } from '../../protocol/plan-file.ts'
import { toPlanFile } from '../plan/to-file.ts'
import type { RunState } from '../run-state.ts'
import { describeStanding } from './describe-attempt.ts'

/** Longest that a plan is told, in characters; what does not fit is told by its ids and titles. */
const longest = 24_000

/**
 * The plan that a new one takes the place of, as `propose_plan` would take it, and how each task stands. A plan of a person, or one that was
 * repaired, was never in the planner's own words.
 */
export function describeInForce(state: RunState): string {
  const { plan, contract } = state
  if (plan === undefined || contract === undefined) return ''
  const standings = plan.tasks.map(({ id }) => `- ${id}: ${describeStanding(state, id)}`)
  const tasks = toPlanFile(plan, contract).tasks.map((task) => JSON.stringify(withoutAgreed(task)))
  const shown = ['The plan as it is, as propose_plan takes it:', '{"tasks": [', tasks.join(',\n'), ']}', 'How its tasks stand:', ...standings].join('\n')
  if (shown.length <= longest) return shown
  return ['The plan as it is, too long to be told whole:', ...plan.tasks.map(({ id, title, scope, checks }) => `- ${id} ${title}: ${describeStanding(state, id)} (scope ${scope.join(', ') || 'all'}; checks ${checks.join(', ') || 'none'})`)].join('\n').slice(0, longest)
}

/** What a planner has no words for stays with the task anyway. */
function withoutAgreed({ rules: _rules, tests: _tests, release: _release, deadline: _deadline, leases: _leases, estimate, ...task }: TaskFile): TaskFile {
  if (estimate === undefined) return task
  const { cpu: _cpu, requests: _requests, resources: _resources, from: _from, ...said } = estimate
  return { ...task, estimate: said }
}
