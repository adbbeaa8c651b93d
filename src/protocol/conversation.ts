import { z } from 'zod'
import { Json } from './ids.ts'

/** A call that a solver asked for. `input` is what it wrote; it has not been checked yet. */
export const CallPart = z.object({ type: z.literal('call'), callId: z.string(), name: z.string(), input: Json })
export type CallPart = z.infer<typeof CallPart>

/**
 * What a solver answered, in its order. `provider` is opaque and goes back unchanged (encrypted reasoning, signatures).
 * `invalid` marks arguments that were not JSON: the raw text is kept and the model is told.
 */
export const ReplyPart = z.lazy(() => z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), provider: Json.optional() }),
  z.object({ type: z.literal('reasoning'), text: z.string(), provider: Json.optional() }),
  z.object({ type: z.literal('call'), callId: z.string(), name: z.string(), input: Json, invalid: z.string().optional(), provider: Json.optional() }),
]))
export type ReplyPart = z.infer<typeof ReplyPart>

export const ToolAnswer = z.lazy(() => z.object({ callId: z.string(), name: z.string(), text: z.string(), isError: z.boolean() }))
export type ToolAnswer = z.infer<typeof ToolAnswer>

/** One item of the append-only conversation that a request is made of. */
export const Message = z.lazy(() => z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text: z.string() }),
  z.object({ role: z.literal('assistant'), parts: z.array(ReplyPart) }),
  z.object({ role: z.literal('tool'), answers: z.array(ToolAnswer) }),
]))
export type Message = z.infer<typeof Message>

/** A tool as the model sees it; `schema` is JSON Schema. */
export const ToolSpec = z.object({ name: z.string(), description: z.string(), schema: Json })
export type ToolSpec = z.infer<typeof ToolSpec>

/** Everything that goes to a model: a pure function of the log. Only ever grows at the end of `messages`. */
export const ModelRequest = z.lazy(() => z.object({
  model: z.string(),
  system: z.string(),
  tools: z.array(ToolSpec),
  messages: z.array(Message),
  maxOutputTokens: z.int().positive().optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh']).optional(),
}))
export type ModelRequest = z.infer<typeof ModelRequest>

export const Usage = z.lazy(() => z.object({
  inputTokens: z.int().nonnegative(),
  cachedTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  reasoningTokens: z.int().nonnegative(),
}))
export type Usage = z.infer<typeof Usage>

/**
 * How probable the provider's model found the tokens of the text that it chose: how many there were, their mean and least
 * probability, and the share of those below one half. Calls have none with any provider.
 */
export const Certainty = z.lazy(() => z.object({ tokens: z.int().positive(), mean: z.number().min(0).max(1), least: z.number().min(0).max(1), low: z.number().min(0).max(1) }))
export type Certainty = z.infer<typeof Certainty>

export const ModelReply = z.lazy(() => z.object({
  parts: z.array(ReplyPart),
  finish: z.enum(['stop', 'calls', 'length', 'filtered', 'other']),
  usage: Usage,
  /** US dollars; undefined where no price is known. */
  costUsd: z.number().nonnegative().optional(),
  /** Model and deployment as the provider reported them. */
  servedBy: z.string(),
  /** Mean probability of the answer's tokens, where the provider gives it. Now in `certainty`, with more of it. */
  confidence: z.number().min(0).max(1).optional(),
  certainty: Certainty.optional(),
  /** Changes that the built-in solver tried. */
  tried: z.int().nonnegative().optional(),
  durationMs: z.number(),
}))
export type ModelReply = z.infer<typeof ModelReply>
