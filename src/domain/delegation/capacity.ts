import type { Task } from '../../protocol/plan.ts'
import { usualMinutes } from '../plan/graph.ts'
import type { RunState } from '../run-state.ts'
import { findByStatus, findTask } from './delegation.ts'

/**
 * Is there room for the task beside those that are at work, by what the plan says of memory and of tokens a minute? A task that is
 * larger than all there is begins alone rather than never.
 */
export function hasRoom(state: RunState, task: Task): boolean {
  const capacity = state.opened?.planning?.capacity
  const working = findByStatus(state, 'running').flatMap(({ given }) => findTask(state, given.task) ?? [])
  if (capacity === undefined || working.length === 0) return true
  const sum = (demand: (each: Task) => number): number => [...working, task].reduce((all, each) => all + demand(each), 0)
  return sum((each) => each.estimate?.memoryMb ?? 0) <= (capacity.memoryMb ?? Infinity) && sum(toTokensPerMinute) <= (capacity.tokensPerMinute ?? Infinity)
}

/** A task takes its tokens evenly over its minutes. */
function toTokensPerMinute({ estimate }: Task): number {
  return (estimate?.tokens ?? 0) / Math.max(1, estimate?.minutes ?? usualMinutes)
}
