import type { Capacity } from '../../protocol/events/run.ts'
import type { Task } from '../../protocol/plan.ts'
import { usualMinutes } from '../plan/graph.ts'
import type { RunState } from '../run-state.ts'
import { findByStatus, findTask } from './delegation.ts'

/**
 * Is there room for the task beside those that are at work, by what the plan says that each takes? A task that is larger than all
 * there is begins alone rather than never.
 */
export function hasRoom(state: RunState, task: Task): boolean {
  const capacity = state.opened?.planning?.capacity
  const working = findByStatus(state, 'running').flatMap(({ given }) => findTask(state, given.task) ?? [])
  if (capacity === undefined) return true
  return listLimits(capacity).every(({ limit, toDemand }) => {
    const taken = working.reduce((sum, each) => sum + toDemand(each), 0)
    const wanted = toDemand(task)
    // A third three times is all there is.
    return wanted === 0 || taken === 0 || taken + wanted <= limit * (1 + 1e-9)
  })
}

/** Does nobody who has begun, and whose work is not integrated yet, hold anything by name that the task needs for itself? */
export function isFree(state: RunState, { id, leases = [] }: Task): boolean {
  if (leases.length === 0) return true
  const held = findByStatus(state, 'running', 'waiting', 'returned').filter(({ given }) => given.task !== id).flatMap(({ given }) => findTask(state, given.task)?.leases ?? [])
  return !leases.some((name) => held.includes(name))
}

interface CapacityLimit {
  readonly limit: number
  readonly toDemand: (task: Task) => number
}

function listLimits({ memoryMb, tokensPerMinute, cpu, requestsPerMinute, resources = {} }: Capacity): readonly CapacityLimit[] {
  const known: readonly (readonly [number | undefined, CapacityLimit['toDemand']])[] = [
    [memoryMb, ({ estimate }) => estimate?.memoryMb ?? 0],
    [cpu, ({ estimate }) => estimate?.cpu ?? 0],
    [tokensPerMinute, ({ estimate }) => toRate(estimate, estimate?.tokens)],
    [requestsPerMinute, ({ estimate }) => toRate(estimate, estimate?.requests)],
    ...Object.entries(resources).map(([name, limit]) => [limit, ({ estimate }: Task) => estimate?.resources?.[name] ?? 0] as const),
  ]
  return known.flatMap(([limit, toDemand]) => (limit === undefined ? [] : [{ limit, toDemand }]))
}

/** A task takes its tokens and requests evenly over its minutes. */
function toRate(estimate: Task['estimate'], amount: number | undefined): number {
  return (amount ?? 0) / Math.max(1, estimate?.minutes ?? usualMinutes)
}
