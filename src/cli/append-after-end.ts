import type { Rollout } from '../engine/ports/event-log.ts'
import type { NewEvent } from '../protocol/events/event.ts'

/**
 * The one way in which commands record what a person did with a run after its end. Whatever vouches for the record (its
 * attestation) has to be renewed here, after the event is stored.
 */
export async function appendAfterEnd(rollout: Rollout, event: NewEvent): Promise<void> {
  await rollout.append([event])
}
