import type { CapacityFile, PlanFile, TaskFile } from '../../protocol/plan-file.ts'
import { usualMinutes, usualWorkers } from '../plan/graph.ts'
import { findExclusiveGroups } from './exclusive-groups.ts'
import type { Resource, ScheduleProblem, ScheduleTask } from './problem.ts'

export interface PlannedProblem {
  readonly problem: ScheduleProblem
  /** What was assumed where the file says nothing, as sentences. */
  readonly assumptions: readonly string[]
}

/** What a plan file limits. A name that the file gives itself cannot be one of these (`plan-file.ts`). */
const workers = 'workers'

/**
 * The scheduling problem that a plan file describes. Tokens and requests are rates: a task takes them evenly over its minutes, so that
 * what runs side by side never takes more in a minute than there is. `isByPaths`: whether tasks are kept apart by what they may write;
 * left out: if any of them names it. @throws RangeError where scopes are too many to compare
 */
export function toScheduleProblem(file: Pick<PlanFile, 'tasks' | 'capacity'>, options: { readonly isByPaths?: boolean } = {}): PlannedProblem {
  const { tasks, capacity = {} } = file
  const withScope = tasks.filter(({ scope }) => (scope ?? []).length > 0)
  const isByPaths = options.isByPaths ?? withScope.length > 0
  const exclusive = findExclusiveGroups(tasks.map(({ id, scope, leases = [] }) => ({ id, leases, ...(isByPaths ? { scope: scope ?? [] } : {}) })))
  const assumptions = [
    ...(capacity.workers === undefined ? [`The capacity names no workers: ${usualWorkers} tasks side by side are assumed.`] : []),
    ...say(tasks.filter(({ estimate }) => estimate === undefined), (ids) => `${ids} has no estimate: ${usualMinutes} minutes are assumed.`, (ids) => `${ids} have no estimate: ${usualMinutes} minutes each are assumed.`),
    ...(isByPaths ? say(tasks.filter(({ scope }) => (scope ?? []).length === 0), (ids) => `${ids} has no scope and may write everywhere: nothing that writes runs beside it.`, (ids) => `${ids} have no scope and may write everywhere: nothing that writes runs beside them.`) : []),
  ]
  return { problem: { tasks: tasks.map((task) => toTask(task, capacity)), resources: toResources(capacity), exclusive }, assumptions }
}

function toResources(capacity: CapacityFile): readonly Resource[] {
  const { cpu, memory_mb, tokens_per_minute, requests_per_minute, resources = {} } = capacity
  const known = { [workers]: capacity.workers ?? usualWorkers, cpu, memory_mb, tokens_per_minute, requests_per_minute, ...resources }
  return Object.entries(known).flatMap(([name, amount]) => (amount === undefined ? [] : [{ name, capacity: amount }]))
}

function toTask({ id, estimate, depends_on = [], release, deadline }: TaskFile, capacity: CapacityFile): ScheduleTask {
  const minutes = estimate?.minutes ?? usualMinutes
  const perMinute = (amount: number | undefined): number => (minutes > 0 ? (amount ?? 0) / minutes : 0)
  const limited: readonly (readonly [string, number | undefined, number])[] = [
    ['cpu', capacity.cpu, estimate?.cpu ?? 0],
    ['memory_mb', capacity.memory_mb, estimate?.memory_mb ?? 0],
    ['tokens_per_minute', capacity.tokens_per_minute, perMinute(estimate?.tokens)],
    ['requests_per_minute', capacity.requests_per_minute, perMinute(estimate?.requests)],
  ]
  const demands = Object.fromEntries(limited.flatMap(([name, limit, amount]) => (limit === undefined || amount === 0 ? [] : [[name, amount]])))
  return {
    id, minutes, after: depends_on, demands: { [workers]: 1, ...demands, ...estimate?.resources },
    ...(estimate?.spread === undefined ? {} : { spread: estimate.spread }),
    ...(release === undefined ? {} : { release }), ...(deadline === undefined ? {} : { deadline }),
  }
}

function say(tasks: readonly TaskFile[], one: (id: string) => string, more: (ids: string) => string): readonly string[] {
  const ids = tasks.map(({ id }) => id)
  if (ids.length === 0) return []
  if (ids.length === 1) return [one(ids.join(''))]
  return [more(ids.length <= 4 ? `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}` : `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more tasks`)]
}
