import type { StoredEvent } from '../../protocol/events/event.ts'
import type { PlanAccount, TaskAccount } from '../../protocol/report.ts'
import { isPlanned } from '../delegation/delegation.ts'
import { findDrift } from '../plan/drift.ts'
import { findUnusedEdits } from '../plan/unused-edits.ts'
import { accountProgress } from '../plan/task-progress.ts'
import { measureVolatility } from '../plan/volatility.ts'
import type { RunState } from '../run-state.ts'
import { accountTaskChecks } from './task-checks.ts'

/** What became of each task of a graph: who, how often, how long, for how much. `events` are those in effect. */
export function withWork(state: RunState, events: readonly StoredEvent[], tasks: readonly TaskAccount[]): TaskAccount[] {
  if (!isPlanned(state)) return [...tasks]
  const progress = new Map(accountProgress(state, events).tasks.map((each) => [each.id, each]))
  return tasks.map((task) => {
    const work = progress.get(task.id)
    const planned = state.plan?.tasks.find((each) => each.id === task.id)
    if (!work) return task
    const { role, standing, attempts, conflicts, children, tokens, usd, unpriced } = work
    return {
      ...task, ...(task.why === undefined && work.why ? { why: work.why } : {}),
      work: {
        role, standing, dependsOn: planned?.dependsOn ?? [], attempts, conflicts, children: [...children], tokens, usd, unpriced,
      },
    }
  })
}

export function accountPlan(state: RunState, events: readonly StoredEvent[]): PlanAccount | undefined {
  const { plan, contract } = state
  const volatility = measureVolatility(events)
  if (!isPlanned(state) || !plan || !contract) return undefined
  const drift = findDrift(plan, contract, { tasks: state.tasks, integrated: new Set(state.commits.map((each) => each.task)), unused: findUnusedEdits(state) })
  const late = findLate(state, events)
  const taskChecks = accountTaskChecks(state, events)
  return {
    revision: plan.revision, ...(state.opened?.planning ? { workers: state.opened.planning.workers } : {}), ...(late.length > 0 ? { late } : {}), volatility: volatility ?? { revisions: 0, finished: 0, added: 0, removed: 0 }, drift: [...drift],
    milestones: [...state.milestones.values()].map(({ task, commit, verdict }) => ({ task, commit, verdict })),
    ...(taskChecks.length > 0 ? { taskChecks } : {}),
  }
}

/** Deadlines that were missed: counted from the first plan, in the run's own time. */
function findLate(state: RunState, events: readonly StoredEvent[]): NonNullable<PlanAccount['late']> {
  const deadlines = new Map((state.plan?.tasks ?? []).flatMap(({ id, deadline }) => (deadline === undefined ? [] : [[id, deadline] as const])))
  if (deadlines.size === 0) return []
  const { tasks, plannedMs, nowMs } = accountProgress(state, events)
  return tasks.flatMap(({ id, standing, endedMs }) => {
    const deadline = deadlines.get(id)
    const minutes = ((endedMs ?? nowMs) - plannedMs) / 60_000 - (deadline ?? Infinity)
    return deadline === undefined || minutes <= 0 || standing === 'dropped' ? [] : [{ task: id, deadline, minutes: Number(minutes.toFixed(3)), ended: endedMs !== undefined }]
  })
}
