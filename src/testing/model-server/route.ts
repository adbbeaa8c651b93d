import type { JsonObject } from './json.ts'
import { anthropicFormat } from './wire-anthropic.ts'
import { chatFormat } from './wire-chat.ts'
import { geminiFormat } from './wire-gemini.ts'
import { responsesFormat } from './wire-responses.ts'
import type { WireFormat } from './wire.ts'

export type ModelRoute = { readonly kind: 'model'; readonly format: WireFormat }
export type Route =
  | ModelRoute
  | { readonly kind: 'models'; toList(models: readonly string[]): JsonObject }
  | { readonly kind: 'count'; toCount(tokens: number): JsonObject }
  | { readonly kind: 'records' }

/** OpenAI's and Anthropic's paths with `/v1` or without, Azure's with `/openai[/v1]` or a deployment. */
const prefix = '(?:/openai)?(?:/v1)?'
const routes: readonly (readonly [method: string, path: RegExp, route: Route])[] = [
  ['POST', new RegExp(`^${prefix}/responses$`), { kind: 'model', format: responsesFormat }],
  ['POST', new RegExp(`^${prefix}/chat/completions$`), { kind: 'model', format: chatFormat }],
  ['POST', /^\/openai\/deployments\/[^/]+\/chat\/completions$/, { kind: 'model', format: chatFormat }],
  ['POST', /^\/openai\/deployments\/[^/]+\/responses$/, { kind: 'model', format: responsesFormat }],
  ['POST', /^(?:\/v1)?\/messages$/, { kind: 'model', format: anthropicFormat }],
  ['POST', /^\/v1(?:beta)?\/models\/[^/:]+:(?:streamGenerateContent|generateContent)$/, { kind: 'model', format: geminiFormat }],
  ['POST', /^(?:\/v1)?\/messages\/count_tokens$/, { kind: 'count', toCount: (tokens) => ({ input_tokens: tokens }) }],
  ['POST', /^\/v1(?:beta)?\/models\/[^/:]+:countTokens$/, { kind: 'count', toCount: (tokens) => ({ totalTokens: tokens }) }],
  ['GET', new RegExp(`^${prefix}/models$`), { kind: 'models', toList: toOpenAiList }],
  ['GET', /^\/v1beta\/models$/, { kind: 'models', toList: toGeminiList }],
  ['GET', /^\/__requests$/, { kind: 'records' }],
]

export function findRoute(method: string, path: string): Route | undefined {
  return routes.find(([wanted, pattern]) => wanted === method && pattern.test(path))?.[2]
}

/** Has the fields of both OpenAI's and Anthropic's list. */
function toOpenAiList(models: readonly string[]): JsonObject {
  const shared = { object: 'model', type: 'model', created: 0, created_at: '1970-01-01T00:00:00Z', owned_by: 'script' }
  const data = models.map((id) => ({ id, display_name: id, ...shared }))
  return { object: 'list', data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null }
}

function toGeminiList(models: readonly string[]): JsonObject {
  const supportedGenerationMethods = ['generateContent', 'streamGenerateContent']
  return { models: models.map((id) => ({ name: `models/${id}`, displayName: id, supportedGenerationMethods })) }
}
