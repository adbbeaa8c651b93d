import type { Payload, StoredEvent } from '../../protocol/events/event.ts'

/** How much of a record is attested. */
export interface Coverage {
  /** The newest attestation that the record names. */
  readonly newest: (Payload<'run.attested'> & { readonly at: number }) | undefined
  /** Events after it: they are not covered. */
  readonly later: number
  /** The run has come to an end at least once, so that the record is to be attested. */
  readonly isDue: boolean
}

/** `at` is the sequence number of the event that names the attestation. */
export function toCoverage(events: readonly StoredEvent[]): Coverage {
  const named = events.findLast((event) => event.type === 'run.attested')
  const later = named ? events.length - 1 - named.seq : events.length
  const hasEnded = events.some((event) => event.type === 'run.ended')
  return { newest: named?.type === 'run.attested' ? { ...named.data, at: named.seq } : undefined, later, isDue: hasEnded && later > 0 }
}
