import type { Rollout } from '../engine/ports/event-log.ts'
import type { NewEvent } from '../protocol/events/event.ts'
import { attestRollout } from './attest-rollout.ts'
import type { OpenRecord } from './compose.ts'

/** The one way in which commands record what a person did with a run after its end: stored, then covered by a new attestation. */
export async function appendAfterEnd(record: OpenRecord, rollout: Rollout, event: NewEvent): Promise<void> {
  await rollout.append([event])
  await attestRollout(record, rollout)
}
