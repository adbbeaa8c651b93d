import type { Answer, AnsweredCall } from './answer.ts'
import { findJson, toContentText, toObject, toObjects, toText } from './json.ts'
import type { JsonObject } from './json.ts'
import { Rejection } from './request.ts'
import type { Item, OfferedTool, ReadRequest } from './request.ts'
import { findForcedTool, toOptional, toPieces } from './wire.ts'
import type { Frame, WireFormat, WireRequest } from './wire.ts'
import { openAiErrorBody } from './wire-chat.ts'

/** OpenAI Responses: function, custom and local-shell calls, encrypted reasoning, item references, stored responses. */
export const responsesFormat: WireFormat = { api: 'responses', read, whole, frames, errorBody: openAiErrorBody, errorFrames }

function read(request: WireRequest): ReadRequest {
  const { body } = request
  const input = toInputItems(request)
  if (input.length === 0) throw new Rejection(400, "One of 'input' or 'previous_response_id' must be provided.")
  const system = [toText(body['instructions'])]
  const tools = toObjects(body['tools']).flatMap((tool) => toTools(tool, undefined))
  const items: Item[] = []
  let message = 0
  for (const source of input) {
    if (source['role'] === 'system' || source['role'] === 'developer') system.push(toContentText(source['content']))
    // Some clients send further tools as an input item.
    tools.push(...toObjects(source['tools']).flatMap((tool) => toTools(tool, undefined)))
    const item = findItem(source, message)
    if (item === undefined) continue
    const previous = items.at(-1)
    if (previous !== undefined && !(isByModel(item) && isByModel(previous))) message += 1
    items.push({ ...item, message })
  }
  const format = toObject(toObject(body['text'])['format'])
  const choice = toObject(body['tool_choice'])
  const include = Array.isArray(body['include']) ? body['include'] : []
  return {
    api: 'responses',
    model: toText(body['model']) || 'unnamed',
    stream: body['stream'] === true,
    system: system.filter((text) => text !== '').join('\n\n'),
    tools,
    ...toOptional(
      findForcedTool(choice['name'], body['tool_choice'] === 'required', tools),
      format['type'] === 'json_schema' ? toObject(format['schema']) : format['type'] === 'json_object' ? {} : undefined,
    ),
    items,
    wantsSealedReasoning: include.includes('reasoning.encrypted_content'),
  }
}

/** The conversation as items: what `previous_response_id` stands for, then the input with its references resolved. */
export function toInputItems(request: WireRequest): readonly JsonObject[] {
  const { body } = request
  const previousId = toText(body['previous_response_id'])
  const previous = previousId === '' ? [] : request.findStoredConversation(previousId)
  if (previous === undefined) throw new Rejection(404, `Previous response with id '${previousId}' not found.`)
  const { input } = body
  const own = typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : toObjects(input)
  return [...previous, ...own.map((item) => {
    if (item['type'] !== 'item_reference') return item
    const id = toText(item['id'])
    const stored = request.findStoredItem(id)
    if (stored !== undefined) return stored
    throw new Rejection(404, `Item with id '${id}' not found. Items are not persisted when 'store' is false.`)
  })]
}

function isByModel(item: Item): boolean {
  return item.kind === 'reasoning' || item.kind === 'call' || (item.kind === 'text' && item.role === 'assistant')
}

function toTools(tool: JsonObject, namespace: string | undefined): readonly OfferedTool[] {
  const name = toText(tool['name'])
  const shared = { description: toText(tool['description']), ...(namespace === undefined ? {} : { namespace }) }
  switch (tool['type']) {
    case 'function':
      return [{ name, schema: toObject(tool['parameters']), kind: 'function', ...shared }]
    case 'custom':
      return [{ name, schema: {}, kind: 'custom', ...shared }]
    case 'local_shell':
      return [{ name: 'local_shell', schema: {}, kind: 'local-shell', ...shared }]
    case 'namespace':
      return toObjects(tool['tools']).flatMap((inner) => toTools(inner, name))
    default:
      return [{ name: name || toText(tool['type']), schema: {}, kind: 'hosted', ...shared }]
  }
}

function findItem(source: JsonObject, message: number): Item | undefined {
  const ownId = typeof source['id'] === 'string' ? { id: source['id'] } : {}
  const callId = toText(source['call_id'])
  switch (source['type'] ?? 'message') {
    case 'message': {
      if (source['role'] === 'system' || source['role'] === 'developer') return undefined
      const role = source['role'] === 'assistant' ? 'assistant' : 'user'
      return { kind: 'text', role, text: toContentText(source['content']), ...ownId, message }
    }
    case 'reasoning': {
      const seal = toText(source['encrypted_content'])
      return { kind: 'reasoning', text: toContentText(source['summary']), ...ownId, ...(seal === '' ? {} : { seal }), message }
    }
    case 'function_call': {
      const raw = toText(source['arguments'])
      return { kind: 'call', id: callId, name: toText(source['name']), input: findJson(raw) ?? raw, message }
    }
    case 'custom_tool_call':
      return { kind: 'call', id: callId, name: toText(source['name']), input: toText(source['input']), message }
    case 'local_shell_call':
      return { kind: 'call', id: callId, name: 'local_shell', input: source['action'], message }
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
      // A local shell's output names its call by the item's id.
      return { kind: 'result', id: callId || toText(source['id']), output: toContentText(source['output']), message }
    default:
      return undefined
  }
}

function toCallItem(call: AnsweredCall): JsonObject {
  const namespace = call.namespace === undefined ? {} : { namespace: call.namespace }
  const idTail = call.id.slice(call.id.indexOf('_'))
  const { name } = call
  const shared = { status: 'completed', call_id: call.id }
  switch (call.kind) {
    case 'function':
      return { id: `fc${idTail}`, type: 'function_call', ...shared, name, arguments: call.rawInput, ...namespace }
    case 'custom':
      return { id: `ctc${idTail}`, type: 'custom_tool_call', ...shared, name, input: call.rawInput, ...namespace }
    case 'local-shell': {
      const action = { type: 'exec', env: {}, ...toObject(findJson(call.rawInput)) }
      return { id: `lsh${idTail}`, type: 'local_shell_call', ...shared, action }
    }
  }
}

function toOutput(answer: Answer): readonly JsonObject[] {
  const output: JsonObject[] = []
  if (answer.reasoning !== '') {
    output.push({
      id: `rs_${answer.tail}`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: answer.reasoning }],
      ...(answer.showsSealedReasoning ? { encrypted_content: answer.reasoningSeal } : {}),
    })
  }
  if (answer.text !== '') {
    const part = { type: 'output_text', text: answer.text, annotations: [], logprobs: toLogprobs(answer) }
    output.push({ id: `msg_${answer.tail}`, type: 'message', role: 'assistant', status: 'completed', content: [part] })
  }
  return [...output, ...answer.calls.map(toCallItem)]
}

function toLogprobs({ logprobs }: Answer): JsonObject[] {
  return (logprobs ?? []).map(({ token, logprob }) => ({ token, logprob, bytes: [...Buffer.from(token)], top_logprobs: [] }))
}

function whole(answer: Answer): JsonObject {
  const { usage } = answer
  const cutShort = answer.finish === 'length' ? 'max_output_tokens' : answer.finish === 'filter' ? 'content_filter' : undefined
  return {
    id: `resp_${answer.tail}`,
    object: 'response',
    created_at: answer.createdSeconds,
    status: cutShort === undefined ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: cutShort === undefined ? null : { reason: cutShort },
    model: answer.model,
    output: toOutput(answer),
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: { cached_tokens: usage.cachedInputTokens },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  }
}

function frames(answer: Answer): readonly Frame[] {
  const out: Frame[] = []
  const push = (type: string, fields: JsonObject): void => {
    out.push({ event: type, data: { type, sequence_number: out.length, ...fields } })
  }
  const done = whole(answer)
  const begun = { ...done, status: 'in_progress', incomplete_details: null, output: [], usage: null }
  push('response.created', { response: begun })
  push('response.in_progress', { response: begun })
  for (const [index, item] of toOutput(answer).entries()) pushItem(push, index, item, answer)
  const type = done['status'] === 'completed' ? 'response.completed' : 'response.incomplete'
  out.push({ event: type, data: { type, sequence_number: out.length, response: done }, closing: true })
  return out
}

type Push = (type: string, fields: JsonObject) => void

function pushItem(push: Push, index: number, item: JsonObject, answer: Answer): void {
  const at = { item_id: toText(item['id']), output_index: index }
  const added = (empty: JsonObject): void => {
    push('response.output_item.added', { output_index: index, item: { ...item, ...empty } })
  }
  switch (item['type']) {
    case 'reasoning': {
      const part = { ...at, summary_index: 0 }
      added({ summary: [] })
      push('response.reasoning_summary_part.added', { ...part, part: { type: 'summary_text', text: '' } })
      for (const delta of toPieces(answer.reasoning)) push('response.reasoning_summary_text.delta', { ...part, delta })
      push('response.reasoning_summary_text.done', { ...part, text: answer.reasoning })
      push('response.reasoning_summary_part.done', { ...part, part: { type: 'summary_text', text: answer.reasoning } })
      break
    }
    case 'message': {
      const part = { ...at, content_index: 0 }
      added({ status: 'in_progress', content: [] })
      push('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [], logprobs: [] } })
      for (const [place, delta] of toPieces(answer.text).entries()) {
        push('response.output_text.delta', { ...part, delta, logprobs: place === 0 ? toLogprobs(answer) : [] })
      }
      push('response.output_text.done', { ...part, text: answer.text, logprobs: toLogprobs(answer) })
      push('response.content_part.done', { ...part, part: toObjects(item['content'])[0] })
      break
    }
    case 'function_call':
      added({ status: 'in_progress', arguments: '' })
      for (const delta of toPieces(toText(item['arguments']))) push('response.function_call_arguments.delta', { ...at, delta })
      push('response.function_call_arguments.done', { ...at, name: item['name'], arguments: item['arguments'] })
      break
    case 'custom_tool_call':
      added({ status: 'in_progress', input: '' })
      for (const delta of toPieces(toText(item['input']))) push('response.custom_tool_call_input.delta', { ...at, delta })
      push('response.custom_tool_call_input.done', { ...at, input: item['input'] })
      break
    default:
      added({ status: 'in_progress' })
  }
  push('response.output_item.done', { output_index: index, item })
}

function errorFrames(message: string): readonly Frame[] {
  return [{ event: 'error', data: { type: 'error', sequence_number: 9999, code: 'server_error', message, param: null } }]
}
