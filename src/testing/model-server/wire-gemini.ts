import type { Answer } from './answer.ts'
import { findJson, isObject, toContentText, toObject, toObjects, toText } from './json.ts'
import type { JsonObject } from './json.ts'
import { Rejection } from './request.ts'
import type { Item, OfferedTool, ReadRequest } from './request.ts'
import { findForcedTool, toOptional, toPieces } from './wire.ts'
import type { Frame, WireFormat, WireRequest } from './wire.ts'

/** Google Gemini `generateContent`. Streamed calls come whole in one event, as the real service sends them. */
export const geminiFormat: WireFormat = { api: 'gemini', read, whole, frames, errorBody, errorFrames }

function read({ body, path }: WireRequest): ReadRequest {
  const contents = toObjects(body['contents'])
  if (contents.length === 0) throw new Rejection(400, 'GenerateContentRequest.contents: contents is not specified')
  const config = toObject(body['generationConfig'] ?? body['generation_config'])
  const wantsJson = config['responseMimeType'] === 'application/json'
  const wanted = config['responseJsonSchema'] ?? config['responseSchema'] ?? (wantsJson ? {} : undefined)
  const calling = toObject(toObject(body['toolConfig'])['functionCallingConfig'])
  const allowed = Array.isArray(calling['allowedFunctionNames']) ? calling['allowedFunctionNames'] : []
  const tools = toObjects(body['tools']).flatMap((group) => toObjects(group['functionDeclarations']).map(toTool))
  return {
    api: 'gemini',
    model: /models\/([^/:]+):/.exec(path)?.[1] ?? 'unnamed',
    stream: path.endsWith(':streamGenerateContent'),
    system: toContentText(toObject(body['systemInstruction'] ?? body['system_instruction'])['parts']),
    tools,
    ...toOptional(
      findForcedTool(allowed.length === 1 ? allowed[0] : undefined, calling['mode'] === 'ANY', tools),
      wanted === undefined ? undefined : toObject(wanted),
    ),
    items: toItems(contents),
    wantsSealedReasoning: true,
  }
}

function toTool(tool: JsonObject): OfferedTool {
  const schema = toObject(tool['parametersJsonSchema'] ?? tool['parameters'])
  return { name: toText(tool['name']), description: toText(tool['description']), schema, kind: 'function' }
}

/** Calls may come without ids; then a response belongs to the first open call of its name. */
function toItems(contents: readonly JsonObject[]): readonly Item[] {
  const items: Item[] = []
  const open: { id: string; name: string }[] = []
  for (const [message, content] of contents.entries()) {
    const role = content['role'] === 'model' ? 'assistant' : 'user'
    for (const [place, part] of toObjects(content['parts']).entries()) {
      const seal = typeof part['thoughtSignature'] === 'string' ? { seal: part['thoughtSignature'] } : {}
      const call = part['functionCall']
      const response = part['functionResponse']
      if (isObject(call)) {
        const name = toText(call['name'])
        const id = toText(call['id']) || `unnamed-${message}-${place}`
        open.push({ id, name })
        items.push({ kind: 'call', id, name, input: call['args'] ?? {}, ...seal, message })
      } else if (isObject(response)) {
        const hasId = response['id'] !== undefined
        const found = open.findIndex(({ id, name }) => (hasId ? id === response['id'] : name === response['name']))
        const id = open.splice(found, found < 0 ? 0 : 1)[0]?.id ?? (toText(response['id']) || toText(response['name']))
        items.push({ kind: 'result', id, output: toOutput(response['response']), message })
      } else if (part['thought'] === true) items.push({ kind: 'reasoning', text: toText(part['text']), ...seal, message })
      else items.push({ kind: 'text', role, text: toText(part['text']), ...seal, message })
    }
  }
  return items
}

function toOutput(response: unknown): string {
  const { output, content } = toObject(response)
  const said = output ?? content
  return typeof said === 'string' ? said : JSON.stringify(said ?? response ?? null)
}

function toUsage({ usage }: Answer): JsonObject {
  return {
    promptTokenCount: usage.inputTokens,
    cachedContentTokenCount: usage.cachedInputTokens,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
  }
}

type Parts = { readonly parts: readonly JsonObject[]; readonly isMalformed: boolean }

/** Arguments are an object here, so a call whose arguments are none is left out and reported by the finish reason. */
function toCallParts(answer: Answer): Parts {
  const parts: JsonObject[] = []
  let isMalformed = false
  for (const { id, name, rawInput } of answer.calls) {
    const args = findJson(rawInput)
    if (!isObject(args)) isMalformed = true
    else parts.push({ functionCall: { id, name, args }, ...(parts.length === 0 ? { thoughtSignature: answer.textSeal } : {}) })
  }
  return { parts, isMalformed }
}

function toFinishReason(answer: Answer, isMalformed: boolean): string {
  if (isMalformed) return 'MALFORMED_FUNCTION_CALL'
  return { stop: 'STOP', calls: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY' }[answer.finish]
}

function toLogprobs({ logprobs }: Answer): JsonObject {
  if (logprobs === undefined || logprobs.length === 0) return {}
  const chosenCandidates = logprobs.map(({ token, logprob }) => ({ token, logProbability: logprob }))
  return {
    avgLogprobs: logprobs.reduce((sum, { logprob }) => sum + logprob, 0) / logprobs.length,
    logprobsResult: { chosenCandidates, topCandidates: [] },
  }
}

function whole(answer: Answer): JsonObject {
  const { parts: calls, isMalformed } = toCallParts(answer)
  const parts: JsonObject[] = []
  if (answer.reasoning !== '') parts.push({ text: answer.reasoning, thought: true })
  if (answer.text !== '') parts.push({ text: answer.text, ...(calls.length === 0 ? { thoughtSignature: answer.textSeal } : {}) })
  parts.push(...calls)
  const finishReason = toFinishReason(answer, isMalformed)
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason, ...toLogprobs(answer) }],
    usageMetadata: toUsage(answer),
    modelVersion: answer.model,
    responseId: `resp_${answer.tail}`,
  }
}

function frames(answer: Answer): readonly Frame[] {
  const { parts: calls, isMalformed } = toCallParts(answer)
  const shared = { usageMetadata: toUsage(answer), modelVersion: answer.model, responseId: `resp_${answer.tail}` }
  const chunk = (part: JsonObject): Frame =>
    ({ data: { candidates: [{ index: 0, content: { role: 'model', parts: [part] } }], ...shared } })
  const last = { text: '', ...(calls.length === 0 ? { thoughtSignature: answer.textSeal } : {}) }
  const finishReason = toFinishReason(answer, isMalformed)
  const candidate = { index: 0, content: { role: 'model', parts: [last] }, finishReason, ...toLogprobs(answer) }
  return [
    ...toPieces(answer.reasoning).map((text) => chunk({ text, thought: true })),
    ...toPieces(answer.text).map((text) => chunk({ text })),
    ...calls.map(chunk),
    { data: { candidates: [candidate], ...shared }, closing: true },
  ]
}

function errorBody(status: number, message: string): JsonObject {
  const names: Record<number, string> = {
    400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED', 503: 'UNAVAILABLE',
  }
  return { error: { code: status, message, status: names[status] ?? 'INTERNAL' } }
}

function errorFrames(message: string): readonly Frame[] {
  return [{ data: errorBody(503, message) }]
}
