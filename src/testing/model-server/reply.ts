import { Fault } from '../../protocol/fault.ts'
import { isObject } from './json.ts'
import type { NormalisedRequest } from './request.ts'

/**
 * What goes wrong, on demand.
 * - `{ status }`: an HTTP error; the body is the vendor's error shape unless `body` is given. For a 429 give
 *   `headers: { 'retry-after': '1' }` or `{ 'retry-after-ms': '20' }`.
 * - `hang`: the request is taken and never answered. `reset`: the connection is reset before any header.
 * - `hang-mid-stream`, `break-mid-stream` (socket destroyed), `error-mid-stream` (the vendor's in-stream error),
 *   `truncated-stream` (a clean end, without the closing events): half of the reply's content comes first.
 * - `malformed-json-arguments`: the first call's arguments are cut off. Gemini cannot carry such a call and reports
 *   MALFORMED_FUNCTION_CALL instead, as the real one does. `unknown-tool`: a call of a tool that nobody offered.
 * - `garbage`: status 200 and something that is not JSON. `empty`: status 200 and no byte of body.
 */
export type ModelFault =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly message?: string
      readonly body?: unknown
    }
  | NamedFault

export const namedFaults = [
  'hang', 'reset', 'garbage', 'empty',
  'hang-mid-stream', 'break-mid-stream', 'error-mid-stream', 'truncated-stream',
  'malformed-json-arguments', 'unknown-tool',
] as const
export type NamedFault = (typeof namedFaults)[number]

/** A call of a tool. A string input goes on the wire as it stands, even if it is not JSON. */
export type ReplyCall = { readonly name: string; readonly input: object | string }

export type ReplyUsage = {
  /** All tokens of the prompt, cached ones included. */
  readonly inputTokens?: number
  readonly cachedInputTokens?: number
  readonly cacheWriteTokens?: number
  /** All tokens of the answer, reasoning included. */
  readonly outputTokens?: number
  readonly reasoningTokens?: number
}

export type Logprob = { readonly token: string; readonly logprob: number }

/** One answer of the model. Everything is optional: `{}` is a well-formed answer that says nothing. */
export type Reply = {
  readonly text?: string
  readonly reasoning?: string
  readonly calls?: readonly ReplyCall[]
  /** Left out numbers are estimated as characters / 4. */
  readonly usage?: ReplyUsage
  /** For the text's tokens (Chat Completions, Responses, Gemini; Anthropic has none). */
  readonly logprobs?: readonly Logprob[]
  /** Default: `calls` where there are calls, else `stop`. */
  readonly finish?: 'stop' | 'calls' | 'length' | 'filter'
  /** Milliseconds to wait before the first byte, on top of the server's `latencyMs`. */
  readonly delayMs?: number
  /** Something goes wrong with this very reply; faults in mid-stream send a part of its content first. */
  readonly fault?: ModelFault
  /** Which position the ids of this reply carry; set by `scriptOf`, default the request's `n`. */
  readonly position?: number
}

/**
 * Answers the `n`-th request of a conversation, counted from 0. Depend on nothing but the arguments and a client
 * that was killed and resumed gets the right answer.
 */
export type Script = (request: NormalisedRequest, n: number) => Reply | Promise<Reply>

/** Does this fault leave an assistant message behind in the client's conversation? */
function leavesMessage(reply: Reply): boolean {
  return reply.fault === undefined || reply.fault === 'malformed-json-arguments' || reply.fault === 'unknown-tool'
}

/**
 * Plays replies in order, then says `then` for ever. Stateless: the place in the list follows from the conversation.
 * A faulty reply that never reaches the conversation (a 429, a broken stream) is given once per fresh request, and
 * the retry gets the next in the list; so `[{ fault: { status: 429 } }, { text: 'hi' }]` is one 429 and then 'hi'.
 */
export function scriptOf(replies: readonly Reply[], then: Reply = { text: 'The script is at its end.' }): Script {
  const groups: Reply[][] = [[]]
  for (const reply of replies) {
    groups.at(-1)?.push(reply)
    if (leavesMessage(reply)) groups.push([])
  }
  if (groups.at(-1)?.length === 0) groups.pop()
  return (request, n) => {
    // A client that drops a malformed answer and asks again moves on as well, or it would get the same for ever.
    const open: { reply: Reply; position: number }[] = []
    for (const [offset, group] of groups.slice(n).entries()) {
      open.push(...group.map((reply) => ({ reply, position: n + offset })))
      if (group.at(-1)?.fault === undefined) break
    }
    const last = open.at(-1)
    if (last === undefined) return then
    const chosen = open[request.attempt] ?? (last.reply.fault === undefined ? last : undefined)
    return chosen === undefined ? then : { ...chosen.reply, position: chosen.position }
  }
}

/** Reads replies from a parsed JSON file. Throws `request-invalid` naming the entry that is wrong. */
export function parseReplies(value: unknown, source: string): readonly Reply[] {
  const wrong = (index: number, what: string): never => {
    throw new Fault('request-invalid', `Read the script ${source}: reply ${index} ${what}; see reply.ts for the shape.`)
  }
  if (!Array.isArray(value)) throw new Fault('request-invalid', `Read the script ${source}: it is not a list of replies.`)
  const known = new Set(['text', 'reasoning', 'calls', 'usage', 'logprobs', 'finish', 'delayMs', 'fault'])
  return value.map((entry: unknown, index): Reply => {
    if (!isObject(entry)) return wrong(index, 'is not an object')
    const strange = Object.keys(entry).find((key) => !known.has(key))
    if (strange !== undefined) wrong(index, `has an unknown field "${strange}"`)
    const { calls, fault } = entry
    if (calls !== undefined) {
      const fine = Array.isArray(calls) && calls.every((call) =>
        isObject(call) && typeof call['name'] === 'string' && (typeof call['input'] === 'string' || isObject(call['input'])))
      if (!fine) wrong(index, 'has calls that are not { name, input }')
    }
    if (typeof fault === 'string' && !namedFaults.some((name) => name === fault)) wrong(index, `has an unknown fault "${fault}"`)
    if (isObject(fault) && !Number.isInteger(fault['status'])) wrong(index, 'has a fault without a status')
    return entry as Reply
  })
}
