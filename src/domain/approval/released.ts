import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Released } from '../../protocol/events/run.ts'
import { findInEffect } from '../rewind.ts'

/**
 * What people had released from quarantine by the end of these events, those of the runs before included: a fork goes on with
 * that. Each has the signature with which it was released, so that whoever goes on can look whether somebody did.
 */
export function findReleased(events: readonly StoredEvent[]): readonly Released[] {
  const [first] = events
  if (first?.type !== 'run.opened') return []
  const released: Released[] = [...(first.data.origin?.released ?? [])]
  const inEffect = findInEffect(events)
  for (const event of inEffect) {
    if (event.type !== 'artefact.settled' || event.data.as !== 'released' || event.data.signature === undefined) continue
    const { id, by, reason, signature } = event.data
    const sealed = inEffect.findLast((each) => each.type === 'artefact.quarantined' && each.seq < event.seq && each.data.id === id)
    if (sealed?.type === 'artefact.quarantined') released.push({ run: event.run, id, tree: sealed.data.tree, digests: sealed.data.digests, by, reason, at: event.at, signature })
  }
  return released
}
