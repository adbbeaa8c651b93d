import { z } from 'zod'
import { CommandReading } from '../command.ts'
import { BlobRef, Digest, Json, TreeId } from '../ids.ts'
import { EffectClass, PolicyDecision } from '../policy.ts'

/** Paths that a command changed, as far as they are named, and how many more there are. */
export const ChangedPaths = z.lazy(() => z.object({ named: z.array(z.object({ path: z.string(), kind: z.enum(['added', 'deleted', 'changed']) })), more: z.int().nonnegative() }))
export type ChangedPaths = z.infer<typeof ChangedPaths>

export const toolEvents = {
  /** What a shell command would do, before it is judged. A fact: how commands are read may get better. */
  'command.read': z.lazy(() => z.object({ callId: z.string(), reading: CommandReading })),
  /** A person's program was told of something; where it blocked, its reason is what the solver sees. */
  'hook.ran': z.lazy(() => z.object({ event: z.string(), hook: z.string(), callId: z.string().optional(), status: z.enum(['passed', 'blocked', 'failed', 'refused']), reason: z.string(), durationMs: z.number() })),
  /** Intent: recorded before the tool runs. `before` is the snapshot that undoes it. */
  'tool.called': z.lazy(() => z.object({ turn: z.int(), callId: z.string(), name: z.string(), input: Json, effect: EffectClass, key: Digest, decision: PolicyDecision, before: TreeId.optional() })),
  /** Recorded before the first connection of a call to a host is made: without it nothing of the call left this machine. */
  'tool.reached': z.lazy(() => z.object({ callId: z.string(), host: z.string() })),
  /** `text` is what the tool says, and with `changed` what the solver sees; `full` holds all of it where `text` was cut. */
  'tool.returned': z.lazy(() => z.object({ turn: z.int(), callId: z.string(), name: z.string(), status: z.enum(['ok', 'error', 'denied', 'invalid', 'unknown', 'cancelled']), text: z.string(), full: BlobRef.optional(), detail: Json.optional(), durationMs: z.number(), after: TreeId.optional(), changed: ChangedPaths.optional() })),
}
