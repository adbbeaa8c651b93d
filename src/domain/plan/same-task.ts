import type { Task } from '../../protocol/plan.ts'
import { digestOfJson } from '../digest.ts'

/**
 * Is it the same work? Rules that it will meet are no part of that, and neither is what is expected of it where the record adds
 * that (`isForeseen`): then the same words of a planner come without it.
 */
export function isSameTask(one: Task, other: Task, { isForeseen }: { readonly isForeseen: boolean }): boolean {
  return digestOfJson(toWork(one, isForeseen)) === digestOfJson(toWork(other, isForeseen))
}

function toWork(task: Task, isForeseen: boolean): Task {
  if (!isForeseen) return { ...task, rules: [] }
  const { estimate: _estimate, size: _size, confidence: _confidence, stated: _stated, ...work } = task
  return { ...work, rules: [] }
}
