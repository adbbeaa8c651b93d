import { z } from 'zod'
import { Contract } from '../contract.ts'
import { Digest, TreeId } from '../ids.ts'
import { AnswerSignature, Ask, PolicyDecision } from '../policy.ts'
import { Finding } from '../evidence.ts'

export const gateEvents = {
  'approval.requested': z.lazy(() => z.object({ gate: z.string(), question: z.string(), callId: z.string().optional(), /** It is about a call that was cut off and may or may not have happened. */ inDoubt: z.boolean().optional(), ask: Ask.optional(), /** A person's own command put it, while no process worked on the run. */ via: z.literal('command').optional() })),
  'approval.given': z.lazy(() => z.object({ gate: z.string(), by: z.string(), answer: z.enum(['approve', 'deny']), note: z.string().optional(), signature: AnswerSignature.optional(), /** A yes to another of the question's `choices` than the first: its number. */ choose: z.int().min(2).optional(),
    /** How it came; `command`: from another process, while the run waited. Absent in rollouts from before answers were signed. */
    via: z.enum(['terminal', 'option', 'remembered', 'command']).optional() })),
  /** May the changes of a task become part of the result? `from` is what was integrated or approved last. */
  'integration.judged': z.lazy(() => z.object({ task: z.string(), gate: z.string(), from: TreeId, tree: TreeId, kinds: z.array(z.string()), decision: PolicyDecision, /** How sure whoever did it is, in its own words and by the record. */ confidence: z.object({ stated: z.number(), calibrated: z.number() }).optional() })),
  /** The solver, or a person who may not decide it, proposes to change the contract; only those who may answer can. */
  'amendment.proposed': z.lazy(() => z.object({ gate: z.string(), contract: Contract, changes: z.array(z.string()), why: z.string(), by: z.string(), via: z.literal('command').optional() })),
  /** The contract was amended: the new one, chained to the one before by its hash. */
  'contract.amended': z.lazy(() => z.object({ gate: z.string(), contract: Contract, hash: Digest, previous: Digest, changes: z.array(z.string()), why: z.string(), by: z.string() })),
  /** A change that trips a security rule was taken out of the workspace and is kept where no later step sees it. `tree` holds it, `back` is what the workspace is again. */
  'artefact.quarantined': z.lazy(() => z.object({ id: z.string(), tree: TreeId, back: TreeId, paths: z.array(z.string()), findings: z.array(Finding), digests: z.array(Digest), decision: PolicyDecision })),
  /** A person has looked. `released`: the same content may come again; `discarded`: never. */
  'artefact.settled': z.lazy(() => z.object({ id: z.string(), as: z.enum(['released', 'discarded']), by: z.string(), reason: z.string(), signature: AnswerSignature.optional() })),
  'limit.reached': z.lazy(() => z.object({ limit: z.enum(['turns', 'usd', 'tokens', 'deadline', 'idle', 'repetition']), detail: z.string() })),
}
