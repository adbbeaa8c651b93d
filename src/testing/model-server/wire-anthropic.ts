import type { Answer } from './answer.ts'
import { findJson, toContentText, toObject, toObjects, toText } from './json.ts'
import type { JsonObject } from './json.ts'
import { Rejection } from './request.ts'
import type { Item, OfferedTool, ReadRequest } from './request.ts'
import { findForcedTool, toOptional, toPieces } from './wire.ts'
import type { Frame, WireFormat, WireRequest } from './wire.ts'

/** Anthropic Messages. Thinking carries a signature that must come back with its text unchanged. */
export const anthropicFormat: WireFormat = { api: 'anthropic', read, whole, frames, errorBody, errorFrames }

function read({ body }: WireRequest): ReadRequest {
  if (!Number.isInteger(body['max_tokens'])) throw new Rejection(400, 'max_tokens: Field required')
  const messages = toObjects(body['messages'])
  if (messages.length === 0) throw new Rejection(400, 'messages: at least one message is required')
  if (messages[0]?.['role'] === 'assistant') throw new Rejection(400, 'messages: first message must use the "user" role')
  const choice = toObject(body['tool_choice'])
  const format = toObject(toObject(body['output_config'])['format'] ?? body['output_format'])
  const tools = toObjects(body['tools']).map(toTool)
  const system = typeof body['system'] === 'string'
    ? body['system']
    : toObjects(body['system']).map((part) => toText(part['text'])).join('\n\n')
  return {
    api: 'anthropic',
    model: toText(body['model']) || 'unnamed',
    stream: body['stream'] === true,
    system,
    tools,
    ...toOptional(
      findForcedTool(choice['name'], choice['type'] === 'any', tools),
      format['type'] === 'json_schema' ? toObject(format['schema']) : undefined,
    ),
    items: messages.flatMap(toItems),
    wantsSealedReasoning: true,
  }
}

function toTool(tool: JsonObject): OfferedTool {
  return {
    name: toText(tool['name']),
    description: toText(tool['description']),
    schema: toObject(tool['input_schema']),
    // Tools of Anthropic's own have a dated type and no schema.
    kind: tool['input_schema'] === undefined ? 'hosted' : 'function',
  }
}

function toItems(source: JsonObject, message: number): readonly Item[] {
  const role = source['role'] === 'assistant' ? 'assistant' : 'user'
  if (typeof source['content'] === 'string') return [{ kind: 'text', role, text: source['content'], message }]
  return toObjects(source['content']).flatMap((block): readonly Item[] => {
    switch (block['type']) {
      case 'text':
        if (block['text'] === '') throw new Rejection(400, 'messages: text content blocks must be non-empty')
        return [{ kind: 'text', role, text: toText(block['text']), message }]
      case 'thinking':
        return [{ kind: 'reasoning', text: toText(block['thinking']), seal: toText(block['signature']), message }]
      case 'tool_use':
        return [{ kind: 'call', id: toText(block['id']), name: toText(block['name']), input: block['input'], message }]
      case 'tool_result':
        return [{
          kind: 'result', id: toText(block['tool_use_id']), output: toContentText(block['content']), isError: block['is_error'] === true, message,
        }]
      default:
        return []
    }
  })
}

const stopReasons = { stop: 'end_turn', calls: 'tool_use', length: 'max_tokens', filter: 'refusal' } as const

/** Anthropic counts cached tokens apart from `input_tokens`. */
function toUsage({ usage }: Answer, outputTokens: number): JsonObject {
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    output_tokens: outputTokens,
  }
}

function toMessage(answer: Answer): JsonObject {
  const { model } = answer
  return { id: `msg_${answer.tail}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null }
}

function whole(answer: Answer): JsonObject {
  const content: JsonObject[] = []
  if (answer.reasoning !== '') content.push({ type: 'thinking', thinking: answer.reasoning, signature: answer.reasoningSeal })
  if (answer.text !== '') content.push({ type: 'text', text: answer.text })
  for (const { id, name, rawInput } of answer.calls) {
    content.push({ type: 'tool_use', id, name, input: findJson(rawInput) ?? rawInput })
  }
  const usage = toUsage(answer, answer.usage.outputTokens)
  return { ...toMessage(answer), content, stop_reason: stopReasons[answer.finish], usage }
}

function frames(answer: Answer): readonly Frame[] {
  const event = (type: string, fields: JsonObject): Frame => ({ event: type, data: { type, ...fields } })
  const out: Frame[] = [event('message_start', { message: { ...toMessage(answer), usage: toUsage(answer, 1) } }), event('ping', {})]
  let index = 0
  const block = (start: JsonObject, deltas: readonly JsonObject[]): void => {
    out.push(event('content_block_start', { index, content_block: start }))
    for (const delta of deltas) out.push(event('content_block_delta', { index, delta }))
    out.push(event('content_block_stop', { index }))
    index += 1
  }
  if (answer.reasoning !== '') {
    const thinking = toPieces(answer.reasoning).map((piece) => ({ type: 'thinking_delta', thinking: piece }))
    const signature = { type: 'signature_delta', signature: answer.reasoningSeal }
    block({ type: 'thinking', thinking: '', signature: '' }, [...thinking, signature])
  }
  if (answer.text !== '') {
    block({ type: 'text', text: '' }, toPieces(answer.text).map((piece) => ({ type: 'text_delta', text: piece })))
  }
  for (const { id, name, rawInput } of answer.calls) {
    const deltas = ['', ...toPieces(rawInput)].map((piece) => ({ type: 'input_json_delta', partial_json: piece }))
    block({ type: 'tool_use', id, name, input: {} }, deltas)
  }
  const delta = { stop_reason: stopReasons[answer.finish], stop_sequence: null }
  const end = { delta, usage: { output_tokens: answer.usage.outputTokens } }
  out.push({ ...event('message_delta', end), closing: true }, { ...event('message_stop', {}), closing: true })
  return out
}

function errorBody(status: number, message: string): JsonObject {
  const types: Record<number, string> = {
    400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error', 404: 'not_found_error',
    413: 'request_too_large', 429: 'rate_limit_error', 529: 'overloaded_error',
  }
  return { type: 'error', error: { type: types[status] ?? 'api_error', message } }
}

function errorFrames(message: string): readonly Frame[] {
  return [{ event: 'error', data: errorBody(529, message) }]
}
