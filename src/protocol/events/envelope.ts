import { z } from 'zod'
import { Digest, RunId } from '../ids.ts'

/**
 * What every line of a rollout carries, apart from its payload.
 * `hash` is SHA-256 over the canonical JSON (RFC 8785) of the line without `hash`; `prev` is the line before's.
 */
export const Envelope = z.object({
  /** Version of this event type's payload; upcasters bring older ones up. */
  v: z.int().positive(),
  seq: z.int().nonnegative(),
  run: RunId,
  /** ISO 8601 with milliseconds, of the machine that wrote it. */
  at: z.iso.datetime(),
  type: z.string(),
  prev: Digest,
  hash: Digest,
})
export type Envelope = z.infer<typeof Envelope>

/** The `prev` of a rollout's first line. */
export const genesis = Digest.parse('0'.repeat(64))
