import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Digest, RunId } from '../../protocol/ids.ts'

/** A child run of which a record says how far its own went: what the record vouches for. */
export interface Returned {
  readonly run: RunId
  readonly task: string
  /** Each time that it came back: how many events there were, and the hash of the last of them. */
  readonly marks: readonly { readonly events: number; readonly head: Digest }[]
  /** The furthest of them. */
  readonly events: number
  readonly head: Digest
}

/** In the order in which they first came back; also what was taken back since. One that came back without a record is none. */
export function findReturned(events: readonly StoredEvent[]): readonly Returned[] {
  const found = new Map<RunId, Returned>()
  for (const event of events) {
    if ((event.type !== 'task.returned' && event.type !== 'stage.returned') || event.data.events === 0) continue
    const { child: run, task, events: length, head } = event.data
    const before = found.get(run)
    const furthest = before && before.events > length ? before : { events: length, head }
    found.set(run, { run, task, marks: [...(before?.marks ?? []), { events: length, head }], events: furthest.events, head: furthest.head })
  }
  return [...found.values()]
}

/** Child runs that were begun and never came back: what they did is not vouched for. */
export function findUnreturned(events: readonly StoredEvent[]): readonly RunId[] {
  const begun = events.flatMap((event) => (event.type === 'task.delegated' || event.type === 'stage.delegated' ? [event.data.child] : []))
  const back = new Set(events.flatMap((event) => (event.type === 'task.returned' || event.type === 'stage.returned' ? [event.data.child] : [])))
  return [...new Set(begun)].filter((run) => !back.has(run))
}
