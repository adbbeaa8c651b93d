import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Report } from '../../protocol/report.ts'
import { toDuration, toLine } from './words.ts'

/** The plans that the newest choice was among. */
export function accountPlans(events: readonly StoredEvent[]): Pick<Report, 'plans'> {
  const proposed = events.findLast((event) => event.type === 'plan.proposed' && event.data.ranking !== undefined)
  if (proposed?.type !== 'plan.proposed' || !proposed.data.ranking) return {}
  const plans = new Map(events.flatMap((event) => (event.type === 'plan.considered' && event.seq < proposed.seq ? [[event.data.number, event.data.plan] as const] : [])))
  return { plans: proposed.data.ranking.map((ranked, place) => ({ ...ranked, isChosen: place === 0, tasks: (plans.get(ranked.number)?.tasks ?? []).map((task) => task.title) })) }
}

export function describePlans({ plans = [] }: Report): string[] {
  return plans.map((plan) => `- Plan ${plan.number}${plan.isChosen ? ', taken' : ''}: ${toDuration(plan.minutes * 60_000)} (longest chain ${toDuration(plan.criticalPath * 60_000)}), ${Math.round(plan.tokens / 1000)}k tokens, risk ${Math.round(plan.risk * 100)} %, agreement ${Math.round(plan.agreement * 100)} %: ${toLine(plan.tasks.join(' · '), 400)}`)
}
