import type { Rollout } from '../engine/ports/event-log.ts'
import type { NewEvent } from '../protocol/events/event.ts'
import type { OpenRecord } from './compose.ts'

/**
 * The one way in which commands record what a person did with a run after its end: the event, and then what vouches for the
 * record anew.
 */
export async function appendAfterEnd(record: OpenRecord, rollout: Rollout, event: NewEvent): Promise<void> {
  await rollout.append([event])
  await vouchAnew(record, rollout)
}

/** Called after every event that is stored once a run has ended, while the rollout is still owned. */
export async function vouchAnew(_record: OpenRecord, _rollout: Rollout): Promise<void> {
  // Nothing vouches for a record yet; attestations are renewed here.
}
