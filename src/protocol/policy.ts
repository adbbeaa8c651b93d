import { z } from 'zod'
import { Digest } from './ids.ts'

/** What a call can do to the world. Irreversible ones need a recorded approval. */
export const EffectClass = z.enum(['read', 'reversible', 'irreversible'])
export type EffectClass = z.infer<typeof EffectClass>

/** A path that a call touches, relative to the repository's root with `/`. */
export const PathAccess = z.object({ path: z.string(), access: z.enum(['read', 'write']) })
export type PathAccess = z.infer<typeof PathAccess>

/** The answer of the policy to one question: which rules made it, of which policy. */
export const PolicyDecision = z.lazy(() => z.object({
  effect: z.enum(['allow', 'ask', 'deny']),
  /** Ids of the rules that hold, the deciding ones first. A rule of a bundle other than the built-in is `bundle:rule`. */
  rules: z.array(z.string()),
  policy: Digest,
  /** One sentence for whoever asked; for a denial, what would be allowed instead. */
  reason: z.string(),
  /** What the deciding rules were about: a path, a command, a host. */
  about: z.array(z.string()).optional(),
  /** The highest that a deciding rule names. */
  risk: z.enum(['low', 'medium', 'high']).optional(),
}))
export type PolicyDecision = z.infer<typeof PolicyDecision>

/** Where a bundle of rules comes from, in the order of precedence. A repository's may only tighten. */
export const PolicyLayer = z.enum(['built-in', 'organisation', 'user', 'repository'])
export type PolicyLayer = z.infer<typeof PolicyLayer>

/** A bundle that was in force. `digest` covers every byte of it. */
export const BundleName = z.object({ id: z.string(), version: z.string(), layer: PolicyLayer, digest: Digest })
export type BundleName = z.infer<typeof BundleName>

/** What an agent may do unasked in one domain, computed from the record: 0 asks most, 4 asks least. */
export const AutonomyLevel = z.lazy(() => z.object({
  /** Kind of task. */
  kind: z.string(),
  /** First folders of the paths, like `src/billing`; `.` for the root. */
  area: z.string(),
  /** `call`, `integrate`, `deliver`. */
  action: z.string(),
  level: z.int().min(0).max(4),
  why: z.string(),
}))
export type AutonomyLevel = z.infer<typeof AutonomyLevel>

/** Who may answer a question, in the order in which they are asked. */
export const ApproverStep = z.object({ who: z.string(), deputies: z.array(z.string()) })
export type ApproverStep = z.infer<typeof ApproverStep>

/** What a remembered answer covers: programs that begin with these words, or paths under a glob. */
export const Remembered = z.lazy(() => z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('argv'), prefix: z.array(z.string()).min(1) }),
  z.object({ kind: z.literal('path'), glob: z.string(), access: z.enum(['read', 'write']) }),
]))
export type Remembered = z.infer<typeof Remembered>

/** Everything that a person needs in order to answer a question, as it is recorded with it. */
export const Ask = z.lazy(() => z.object({
  kind: z.enum(['call', 'integrate', 'amend', 'quarantine', 'plan', 'milestone']),
  /** What would happen, one line. */
  does: z.string(),
  /** Why the solver wants it, in its own words: a claim. */
  why: z.string(),
  rules: z.array(z.string()),
  /** What the rule that asked says, to people and solver alike. */
  reason: z.string().optional(),
  /** The command, the diff since the last approval, or the contract's changes; cut to 20,000 characters. */
  shows: z.string(),
  risk: z.enum(['low', 'medium', 'high']),
  /** What undo there is. */
  undo: z.string(),
  /** ISO 8601. Later than this it must be asked again. */
  expiresAt: z.string(),
  /** Empty: any key that counts. */
  approvers: z.array(ApproverStep),
  /** Milliseconds after which the next in order, and deputies, may answer. */
  escalateMs: z.int().nonnegative(),
  /** Ways to go on that a yes can name with `--choose N`, from 1; a plain yes takes the first, which `shows` is about. */
  choices: z.array(z.string()).optional(),
  /** What `--remember` would cover; absent where it cannot be remembered. */
  remember: Remembered.optional(),
}))
export type Ask = z.infer<typeof Ask>

/** ECDSA over P-256 with SHA-256 over the canonical JSON of the answer (see `domain/approval`). */
export const AnswerSignature = z.object({ key: Digest, signature: z.string() })
export type AnswerSignature = z.infer<typeof AnswerSignature>
