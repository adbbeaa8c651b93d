import { z } from 'zod'
import { BlobRef, Digest, Json, TreeId } from '../ids.ts'
import { EffectClass, PolicyDecision } from '../policy.ts'

export const toolEvents = {
  /** Intent: recorded before the tool runs. `before` is the snapshot that undoes it. */
  'tool.called': z.object({ turn: z.int(), callId: z.string(), name: z.string(), input: Json, effect: EffectClass, key: Digest, decision: PolicyDecision, before: TreeId.optional() }),
  /** `text` is what the solver sees; `full` holds all of it where `text` was cut. */
  'tool.returned': z.object({ turn: z.int(), callId: z.string(), name: z.string(), status: z.enum(['ok', 'error', 'denied', 'invalid', 'unknown', 'cancelled']), text: z.string(), full: BlobRef.optional(), detail: Json.optional(), durationMs: z.number(), after: TreeId.optional() }),
}
