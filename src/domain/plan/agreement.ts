import type { Check } from '../../protocol/contract.ts'
import type { Plan, Task } from '../../protocol/plan.ts'
import { findOverlap } from '../lease/overlap.ts'

/** What of two tasks is compared: where they write, and by what they are judged. */
const scopeWeight = 0.6
/** What globs count for that are not the same and may match the same path. */
const overlapShare = 0.5
/** Globs of a task that are compared. */
const mostGlobs = 20

/**
 * How far other plans have each task of this one too, 0 to 1: of each other plan the task most like it. Names do not count, because
 * two plans name the same work differently.
 */
export function toAgreement(plan: Plan, others: readonly Plan[], checks: readonly Check[]): ReadonlyMap<string, number> {
  return new Map(plan.tasks.map((task) => {
    const likenesses = others.map((other) => Math.max(0, ...other.tasks.map((each) => toLikeness([task, plan], [each, other], checks))))
    return [task.id, likenesses.length === 0 ? 1 : likenesses.reduce((sum, each) => sum + each, 0) / likenesses.length]
  }))
}

/** Of a whole plan: the mean of its tasks both ways, so that a plan of one task that covers all does not agree with one of ten. */
export function toPlanAgreement(plan: Plan, others: readonly Plan[], checks: readonly Check[]): number {
  if (others.length === 0) return 1
  const mean = (found: ReadonlyMap<string, number>): number => [...found.values()].reduce((sum, each) => sum + each, 0) / Math.max(1, found.size)
  const there = mean(toAgreement(plan, others, checks))
  const back = others.reduce((sum, other) => sum + mean(toAgreement(other, [plan], checks)), 0) / others.length
  return (there + back) / 2
}

type Placed = readonly [task: Task, plan: Plan]

function toLikeness(one: Placed, other: Placed, checks: readonly Check[]): number {
  return scopeWeight * compareScopes(one[0].scope, other[0].scope) + (1 - scopeWeight) * jaccard(commandsOf(one, checks), commandsOf(other, checks))
}

/** Mean over the globs of both sides: the other side has it too, or one that may match some of the same paths, as all of a folder does. */
function compareScopes(one: readonly string[], other: readonly string[]): number {
  const [ours, theirs] = [one.length === 0 ? ['**'] : one.slice(0, mostGlobs), other.length === 0 ? ['**'] : other.slice(0, mostGlobs)]
  const meets = (globs: readonly string[], others: readonly string[]): number => globs.reduce((sum, glob) => sum + (others.includes(glob) ? 1 : findOverlap([glob], others) === undefined ? 0 : overlapShare), 0)
  return (meets(ours, theirs) + meets(theirs, ours)) / (ours.length + theirs.length)
}

function commandsOf([task, plan]: Placed, checks: readonly Check[]): ReadonlySet<string> {
  const byId = new Map([...checks, ...(plan.checks ?? [])].map((check) => [check.id, check.command]))
  return new Set(task.checks.map((id) => byId.get(id) ?? id))
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const all = new Set([...one, ...other])
  return all.size === 0 ? 1 : [...one].filter((each) => other.has(each)).length / all.size
}
