import { z } from 'zod'
import { ModelReply } from '../conversation.ts'
import { BlobRef, Digest } from '../ids.ts'
import { faultCodes } from '../error-codes.ts'

/** Who was asked: a model, or the built-in repair engine. */
export const SolverName = z.enum(['model', 'repair'])
export type SolverName = z.infer<typeof SolverName>

export const turnEvents = {
  /** Intent. `request` is the digest of the request's canonical bytes, which replay derives again from the log. */
  'turn.requested': z.lazy(() => z.object({ turn: z.int().positive(), task: z.string(), solver: SolverName, purpose: z.enum(['intake', 'work']), attempt: z.int().positive(), model: z.string(), request: Digest, messages: z.int() })),
  'turn.replied': z.lazy(() => z.object({ turn: z.int().positive(), purpose: z.enum(['intake', 'work']), reply: ModelReply, raw: BlobRef.optional() })),
  /** `retryInMs`: when it is tried again; `retryAfterMs`: what the provider asked for. */
  'turn.failed': z.lazy(() => z.object({ turn: z.int().positive(), purpose: z.enum(['intake', 'work']), attempt: z.int().positive(), code: z.enum(faultCodes), message: z.string(), retryInMs: z.number().optional(), retryAfterMs: z.number().optional() })),
  /** Who works from here on, of a run that lets the built-in solver try first. `text`: what it learned, as the model that takes over is told. */
  'solver.routed': z.lazy(() => z.object({ to: SolverName, why: z.string(), text: z.string().optional() })),
  /** The harness says something to the solver between turns: failed proof, a limit that is near, a nudge. */
  'observation.made': z.lazy(() => z.object({ task: z.string(), text: z.string(), kind: z.enum(['goal', 'edit', 'proof', 'nudge', 'task', 'pins', 'resume', 'background', 'validation', 'review', 'amendment', 'hook', 'plan']) })),
}
