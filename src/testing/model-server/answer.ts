import type { Logprob, Reply, ReplyCall } from './reply.ts'
import type { NormalisedRequest, OfferedTool, ReadRequest } from './request.ts'
import { toSeal } from './seal.ts'

export type AnsweredCall = {
  readonly id: string
  readonly name: string
  /** The arguments as they go on the wire: JSON, unless the script or a fault wants it otherwise. */
  readonly rawInput: string
  readonly kind: 'function' | 'custom' | 'local-shell'
  readonly namespace?: string
}

export type AnsweredUsage = {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly cacheWriteTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
}

/** A reply with everything decided that the wire formats need: ids, seals, usage, finish. */
export type Answer = {
  /** `t<position>_<serial>`: the tail of every id in the answer; `position.ts` reads it back. */
  readonly tail: string
  readonly createdSeconds: number
  readonly model: string
  readonly reasoning: string
  readonly reasoningSeal: string
  readonly text: string
  readonly textSeal: string
  readonly calls: readonly AnsweredCall[]
  readonly usage: AnsweredUsage
  readonly finish: 'stop' | 'calls' | 'length' | 'filter'
  readonly logprobs: readonly Logprob[] | undefined
  readonly showsSealedReasoning: boolean
}

export type AnswerContext = {
  readonly request: NormalisedRequest & Pick<ReadRequest, 'wantsSealedReasoning'>
  /** Lower-case letters and digits. */
  readonly serial: string
  readonly promptChars: number
}

/** `serial` must be unique among all answers that may meet in one client's state. */
export function toAnswer(reply: Reply, { request, serial, promptChars }: AnswerContext): Answer {
  const position = reply.position ?? request.n
  const tail = `t${position}_${serial}`
  const calls = withFault(reply, request.tools).map((call, index) => toCall(call, request, `${tail}_${index}`))
  const text = reply.text ?? ''
  const reasoning = reply.reasoning ?? ''
  return {
    tail,
    createdSeconds: Math.floor(Date.now() / 1000),
    model: request.model,
    reasoning,
    reasoningSeal: toSeal(position, reasoning),
    text,
    textSeal: toSeal(position, text),
    calls,
    usage: toUsage(reply, calls, promptChars),
    finish: reply.finish ?? (calls.length > 0 ? 'calls' : 'stop'),
    logprobs: reply.logprobs,
    showsSealedReasoning: request.wantsSealedReasoning,
  }
}

function toCall(call: ReplyCall, request: NormalisedRequest, idTail: string): AnsweredCall {
  const tool = request.tools.find((offered) => offered.name === call.name)
  const kind = tool === undefined || tool.kind === 'hosted' ? 'function' : tool.kind
  return {
    id: `${request.api === 'anthropic' ? 'toolu' : 'call'}_${idTail}`,
    name: call.name,
    rawInput: typeof call.input === 'string' ? call.input : JSON.stringify(call.input),
    kind,
    ...(tool?.namespace === undefined ? {} : { namespace: tool.namespace }),
  }
}

/** The calls as scripted, changed as the faults `unknown-tool` and `malformed-json-arguments` demand. */
function withFault(reply: Reply, tools: readonly OfferedTool[]): readonly ReplyCall[] {
  const calls = reply.calls ?? []
  const [first = { name: tools[0]?.name ?? 'tool', input: { value: 'cut off here' } }, ...rest] = calls
  if (reply.fault === 'unknown-tool') return [{ ...first, name: 'no_such_tool' }, ...rest]
  if (reply.fault !== 'malformed-json-arguments') return calls
  const whole = typeof first.input === 'string' ? first.input : JSON.stringify(first.input)
  return [{ ...first, input: whole.slice(0, Math.max(1, whole.length - 2)) }, ...rest]
}

function toUsage(reply: Reply, calls: readonly AnsweredCall[], promptChars: number): AnsweredUsage {
  const usage = reply.usage ?? {}
  const reasoningTokens = usage.reasoningTokens ?? Math.ceil((reply.reasoning ?? '').length / 4)
  const spoken = (reply.text ?? '').length + calls.reduce((sum, call) => sum + call.name.length + call.rawInput.length, 0)
  return {
    inputTokens: usage.inputTokens ?? Math.ceil(promptChars / 4),
    cachedInputTokens: usage.cachedInputTokens ?? 0,
    cacheWriteTokens: usage.cacheWriteTokens ?? 0,
    outputTokens: usage.outputTokens ?? reasoningTokens + Math.ceil(spoken / 4),
    reasoningTokens,
  }
}
