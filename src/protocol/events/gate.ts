import { z } from 'zod'

export const gateEvents = {
  'approval.requested': z.object({ gate: z.string(), question: z.string(), callId: z.string().optional(), /** It is about a call that was cut off and may or may not have happened. */ inDoubt: z.boolean().optional() }),
  'approval.given': z.object({ gate: z.string(), by: z.string(), answer: z.enum(['approve', 'deny']), note: z.string().optional() }),
  'limit.reached': z.object({ limit: z.enum(['turns', 'usd', 'tokens', 'deadline', 'idle', 'repetition']), detail: z.string() }),
}
