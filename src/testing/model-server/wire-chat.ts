import type { Answer } from './answer.ts'
import { findJson, toContentText, toObject, toObjects, toText } from './json.ts'
import type { JsonObject } from './json.ts'
import { Rejection } from './request.ts'
import type { Item, OfferedTool, ReadRequest } from './request.ts'
import { findForcedTool, toOptional, toPieces } from './wire.ts'
import type { Frame, WireFormat, WireRequest } from './wire.ts'

/** OpenAI Chat Completions, with the `reasoning_content` that compatible servers add. */
export const chatFormat: WireFormat = { api: 'chat', read, whole, frames, errorBody: openAiErrorBody, errorFrames }

function read({ body, path }: WireRequest): ReadRequest {
  const messages = toObjects(body['messages'])
  if (messages.length === 0) throw new Rejection(400, "Invalid 'messages': empty array.")
  const system: string[] = []
  const items: Item[] = []
  for (const [index, message] of messages.entries()) {
    if (message['role'] === 'system' || message['role'] === 'developer') system.push(toContentText(message['content']))
    else items.push(...toItems(message, index))
  }
  const deployment = /\/deployments\/([^/]+)\//.exec(path)?.[1]
  const format = toObject(body['response_format'])
  const schema = format['type'] === 'json_schema' ? toObject(toObject(format['json_schema'])['schema'])
    : format['type'] === 'json_object' ? {}
      : undefined
  const choice = toObject(toObject(body['tool_choice'])['function'])['name']
  const tools = toObjects(body['tools']).map(toTool)
  return {
    api: 'chat',
    model: toText(body['model']) || deployment || 'unnamed',
    stream: body['stream'] === true,
    system: system.join('\n\n'),
    tools,
    ...toOptional(findForcedTool(choice, body['tool_choice'] === 'required', tools), schema),
    items,
    wantsSealedReasoning: false,
  }
}

function toTool(tool: JsonObject): OfferedTool {
  const kind = tool['type'] === 'custom' ? 'custom' : 'function'
  const spec = toObject(tool[kind])
  return { name: toText(spec['name']), description: toText(spec['description']), schema: toObject(spec['parameters']), kind }
}

function toItems(source: JsonObject, message: number): readonly Item[] {
  const text = toContentText(source['content'])
  if (source['role'] === 'tool') return [{ kind: 'result', id: toText(source['tool_call_id']), output: text, message }]
  if (source['role'] !== 'assistant') return [{ kind: 'text', role: 'user', text, message }]
  const items: Item[] = []
  const reasoning = toText(source['reasoning_content']) || toText(source['reasoning'])
  if (reasoning !== '') items.push({ kind: 'reasoning', text: reasoning, message })
  if (text !== '') items.push({ kind: 'text', role: 'assistant', text, message })
  for (const call of toObjects(source['tool_calls'])) {
    const spec = toObject(call['function'])
    const raw = toText(spec['arguments'])
    items.push({ kind: 'call', id: toText(call['id']), name: toText(spec['name']), input: findJson(raw) ?? raw, message })
  }
  // An assistant message that says nothing still counts as one.
  return items.length > 0 ? items : [{ kind: 'text', role: 'assistant', text: '', message }]
}

const finishReasons = { stop: 'stop', calls: 'tool_calls', length: 'length', filter: 'content_filter' } as const

function toUsage({ usage }: Answer): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }
}

function toLogprobs(answer: Answer): JsonObject | null {
  if (answer.logprobs === undefined) return null
  const content = answer.logprobs.map(({ token, logprob }) => ({ token, logprob, bytes: [...Buffer.from(token)], top_logprobs: [] }))
  return { content, refusal: null }
}

function whole(answer: Answer): JsonObject {
  const calls = answer.calls.map(({ id, name, rawInput }) => ({ id, type: 'function', function: { name, arguments: rawInput } }))
  const message = {
    role: 'assistant',
    content: answer.text === '' ? null : answer.text,
    ...(answer.reasoning === '' ? {} : { reasoning_content: answer.reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
  return {
    id: `chatcmpl_${answer.tail}`,
    object: 'chat.completion',
    created: answer.createdSeconds,
    model: answer.model,
    choices: [{ index: 0, message, logprobs: toLogprobs(answer), finish_reason: finishReasons[answer.finish] }],
    usage: toUsage(answer),
  }
}

function frames(answer: Answer): readonly Frame[] {
  const { model } = answer
  const shared = { id: `chatcmpl_${answer.tail}`, object: 'chat.completion.chunk', created: answer.createdSeconds, model }
  const chunk = (delta: JsonObject, logprobs: JsonObject | null = null): Frame =>
    ({ data: { ...shared, choices: [{ index: 0, delta, logprobs, finish_reason: null }] } })
  const out: Frame[] = [chunk({ role: 'assistant', content: answer.text === '' && answer.calls.length > 0 ? null : '' })]
  for (const piece of toPieces(answer.reasoning)) out.push(chunk({ reasoning_content: piece }))
  for (const [index, piece] of toPieces(answer.text).entries()) {
    out.push(chunk({ content: piece }, index === 0 ? toLogprobs(answer) : null))
  }
  for (const [index, call] of answer.calls.entries()) {
    out.push(chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] }))
    for (const piece of toPieces(call.rawInput)) out.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
  }
  const last = { index: 0, delta: {}, logprobs: null, finish_reason: finishReasons[answer.finish] }
  out.push({ data: { ...shared, choices: [last] }, closing: true })
  out.push({ data: { ...shared, choices: [], usage: toUsage(answer) }, closing: true })
  out.push({ data: '[DONE]', closing: true })
  return out
}

/** The error body of both OpenAI formats. */
export function openAiErrorBody(status: number, message: string): JsonObject {
  const codes: Record<number, string> = { 401: 'invalid_api_key', 429: 'rate_limit_exceeded' }
  const type = status === 429 ? 'rate_limit_exceeded' : status < 500 ? 'invalid_request_error' : 'server_error'
  return { error: { message, type, param: null, code: codes[status] ?? null } }
}

function errorFrames(message: string): readonly Frame[] {
  return [{ data: openAiErrorBody(500, message) }]
}
