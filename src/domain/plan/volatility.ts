import type { StoredEvent } from '../../protocol/events/event.ts'

/** How often a plan changed. */
export interface Volatility {
  /** Plans after the first. */
  readonly revisions: number
  readonly finished: number
  /** Revisions for each task that is finished; absent while none is. */
  readonly perFinished?: number
  /** Tasks that came into the plan, and that left it, once the first of all had begun. */
  readonly added: number
  readonly removed: number
}

/** Undefined without a plan. `events` are those in effect. */
export function measureVolatility(events: readonly StoredEvent[]): Volatility | undefined {
  let known: ReadonlySet<string> | undefined
  let revisions = 0
  let added = 0
  let removed = 0
  let hasBegun = false
  const finished = new Set<string>()
  for (const event of events) {
    if (event.type === 'task.delegated' || event.type === 'task.started') hasBegun = true
    if (event.type === 'task.finished') finished.add(event.data.task)
    if (event.type === 'integration.finished' && event.data.verdict === 'merged') finished.add(event.data.task)
    if (event.type !== 'plan.proposed') continue
    const now = new Set(event.data.plan.tasks.map(({ id }) => id))
    if (known !== undefined) {
      revisions += 1
      if (hasBegun) {
        added += [...now].filter((id) => !known?.has(id)).length
        removed += [...known].filter((id) => !now.has(id)).length
      }
    }
    known = now
  }
  if (known === undefined) return undefined
  return { revisions, finished: finished.size, ...(finished.size > 0 ? { perFinished: Number((revisions / finished.size).toFixed(3)) } : {}), added, removed }
}
