import { z } from 'zod'
import { Digest } from './ids.ts'

/** What a call can do to the world. Irreversible ones need a recorded approval. */
export const EffectClass = z.enum(['read', 'reversible', 'irreversible'])
export type EffectClass = z.infer<typeof EffectClass>

/** A path that a call touches, relative to the repository's root with `/`. */
export const PathAccess = z.object({ path: z.string(), access: z.enum(['read', 'write']) })
export type PathAccess = z.infer<typeof PathAccess>

/** The answer of the policy to one call: which rules made it, of which policy. */
export const PolicyDecision = z.object({
  effect: z.enum(['allow', 'ask', 'deny']),
  rules: z.array(z.string()),
  policy: Digest,
  /** One sentence for whoever asked; for a denial, what would be allowed instead. */
  reason: z.string(),
})
export type PolicyDecision = z.infer<typeof PolicyDecision>
