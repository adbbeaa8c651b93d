import { findBlobRefs } from '../../domain/attest/references.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { BlobRef, Digest } from '../../protocol/ids.ts'
import type { OpenRecord } from '../compose.ts'
import { failed, ok, unchecked, type Finding } from './finding.ts'

const mostNamed = 20

export interface ExaminedBlobs {
  readonly digests: readonly Digest[]
  /** Sentences that name the event and the blob. */
  readonly problems: readonly string[]
  /** Those of them that were removed by retention, as the record says. */
  readonly pruned: readonly Digest[]
}

/** Reads every blob that these events refer to. `whole` is the record of the run that they are a part of. */
export async function examineBlobs(record: Pick<OpenRecord, 'blobs'>, events: readonly StoredEvent[], whole: readonly StoredEvent[] = []): Promise<ExaminedBlobs> {
  const wanted = new Map<Digest, { readonly ref: BlobRef; readonly by: string }>()
  for (const event of events) for (const ref of findBlobRefs(event)) if (!wanted.has(ref.digest)) wanted.set(ref.digest, { ref, by: `event ${event.seq} (${event.type})` })
  const isPruned = isBlobless(events) || isBlobless(whole)
  const problems: string[] = []
  const pruned: Digest[] = []
  for (const { ref, by } of wanted.values()) {
    try {
      await record.blobs.get(ref)
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'run-corrupt') throw error
      if (isPruned && / is missing: /.test(error.message)) pruned.push(ref.digest)
      else problems.push(`${by}: ${toMessage(error)}`)
    }
  }
  return { digests: [...wanted.keys()], problems, pruned }
}

export async function verifyBlobs(record: Pick<OpenRecord, 'blobs'>, events: readonly StoredEvent[]): Promise<readonly Finding[]> {
  const { digests: { length: count }, problems, pruned: { length: pruned } } = await examineBlobs(record, events)
  if (problems.length === 0 && pruned === 0) return [ok('blobs', `${count} ${count === 1 ? 'blob holds' : 'blobs hold'} what their digests say`)]
  const gone = pruned > 0 ? [unchecked('blobs', `${pruned} of ${count} blobs were removed by retention, as the record says; what they held cannot be looked at any more`)] : []
  return [...problems.slice(0, mostNamed).map((problem) => failed('blobs', problem)), ...gone]
}

/** Retention took what the record refers to. With a whole go its child runs: their own records say so only after what the whole's vouches for. */
export function isBlobless(events: readonly StoredEvent[]): boolean {
  return events.some((event) => event.type === 'run.pruned' && event.data.parts.includes('blobs'))
}
