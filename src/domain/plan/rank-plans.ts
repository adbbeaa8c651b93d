import type { Check } from '../../protocol/contract.ts'
import type { Plan, RankedPlan, Task } from '../../protocol/plan.ts'
import { findOverlap } from '../lease/overlap.ts'
import { toPlanAgreement } from './agreement.ts'
import { findLeased } from './check-plan.ts'
import { sortTasks, toTails, usualMinutes } from './graph.ts'

/** How much twice the tokens, twice the time, a certain failure and no agreement at all weigh. */
const weights = { tokens: 0.35, minutes: 0.35, risk: 1, agreement: 0.3 }
/** Share of tasks that fail at first where nobody says how sure they are. */
const usualRisk: Readonly<Record<Task['risk'], number>> = { low: 0.1, medium: 0.25, high: 0.45 }
/** Tokens of a task without an estimate. */
const usualTokens = 100_000

export interface Numbered {
  readonly number: number
  readonly plan: Plan
}

/**
 * Plans for the same goal, the best first: expected tokens and length (with what is expected to be done twice), risk, and
 * agreement with the others. Each doubling counts the same, so that neither units nor the size of the goal matter. Of equals, the one that
 * was proposed first.
 */
export function rankPlans(plans: readonly Numbered[], { workers, checks }: { readonly workers: number; readonly checks: readonly Check[] }): readonly RankedPlan[] {
  const figures = plans.map(({ number, plan }) => {
    const risk = plan.tasks.reduce((sum, task) => sum + toRisk(task), 0) / Math.max(1, plan.tasks.length)
    return {
      number, risk,
      tokens: plan.tasks.reduce((sum, task) => sum + (task.estimate?.tokens || usualTokens) * (1 + toRisk(task)), 0),
      minutes: toLength(plan.tasks, workers),
      criticalPath: Math.max(0, ...toTails(plan.tasks).values()),
      agreement: toPlanAgreement(plan, plans.filter((each) => each.number !== number).map((each) => each.plan), checks),
    }
  })
  const least = (of: 'tokens' | 'minutes'): number => Math.max(1e-9, Math.min(...figures.map((each) => each[of])))
  const [tokens, minutes] = [least('tokens'), least('minutes')]
  const ranked = figures.map((each): RankedPlan => ({
    number: each.number, tokens: Math.round(each.tokens), minutes: round(each.minutes), criticalPath: round(each.criticalPath), risk: round(each.risk), agreement: round(each.agreement),
    score: round(weights.tokens * Math.log2(each.tokens / tokens) + weights.minutes * Math.log2(Math.max(1e-9, each.minutes) / minutes) + weights.risk * each.risk + weights.agreement * (1 - each.agreement)),
  }))
  return ranked.toSorted((a, b) => a.score - b.score || a.number - b.number)
}

/** Why the first of them is the first, in a sentence. */
export function describeRanking([best, next]: readonly RankedPlan[]): string {
  if (!best) return ''
  const figures = (each: RankedPlan): string => `${Math.round(each.minutes)} minutes, ${Math.round(each.tokens / 1000)}k tokens, risk ${Math.round(each.risk * 100)} %, agreement ${Math.round(each.agreement * 100)} %`
  return next === undefined ? `plan ${best.number}, the only one there is (${figures(best)})` : `plan ${best.number} (${figures(best)}) before plan ${next.number} (${figures(next)})`
}

function toRisk(task: Task): number {
  // However sure its planner is, half of what is usual stays.
  return task.confidence === undefined ? usualRisk[task.risk] : Math.max(1 - task.confidence, usualRisk[task.risk] / 2)
}

/**
 * Length of the schedule that gives a free worker, of the tasks that can begin, the one with the longest chain behind it; tasks that may
 * write the same paths wait for one another. The run itself begins tasks like that. (Not the scheduler of `domain/schedule`: what it
 * learns to do better would change which plan an older record comes to.)
 */
function toLength(tasks: readonly Task[], workers: number): number {
  const tails = toTails(tasks)
  const minutes = (task: Task): number => (task.estimate?.minutes ?? usualMinutes) * (1 + toRisk(task))
  const ends = new Map<string, number>()
  const leased = new Map<string, string[]>()
  for (const [a, b] of findLeased(tasks, (one, other) => findOverlap(one, other) !== undefined)) {
    leased.set(a, [...(leased.get(a) ?? []), b])
    leased.set(b, [...(leased.get(b) ?? []), a])
  }
  const free = Array.from({ length: workers }, () => 0)
  const open = new Set(sortTasks(tasks))
  while (open.size > 0) {
    const ready = [...open].filter((task) => task.dependsOn.every((id) => ends.has(id)))
    const from = (task: Task): number => Math.max(0, ...[...task.dependsOn, ...(leased.get(task.id) ?? [])].map((id) => ends.get(id) ?? 0))
    const at = free.indexOf(Math.min(...free))
    const worker = free[at] ?? 0
    const [first] = ready.toSorted((a, b) => Math.max(from(a), worker) - Math.max(from(b), worker) || (tails.get(b.id) ?? 0) - (tails.get(a.id) ?? 0))
    // A graph with a cycle has no schedule; it is refused before it is ranked.
    if (!first) return Math.max(...free, ...ends.values())
    const end = Math.max(from(first), worker) + minutes(first)
    ends.set(first.id, end)
    free[at] = end
    open.delete(first)
  }
  return Math.max(0, ...ends.values())
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
