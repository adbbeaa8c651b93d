import type { ModelPort } from '../../engine/ports/model.ts'
import type { Message, ModelReply, ModelRequest, ReplyPart } from '../../protocol/conversation.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import { createModel } from './create-model.ts'
import type { ModelOptions } from './create-model.ts'
import type { Environment } from './providers.ts'

/** One model of each provider, and how its wire behaves. */
export type TestModel = { readonly id: string; readonly api: 'responses' | 'chat' | 'anthropic' | 'gemini'; readonly reasoning: 'sealed' | 'plain' | 'none' }

export const testModels: readonly TestModel[] = [
  { id: 'openai/gpt-5', api: 'responses', reasoning: 'sealed' },
  { id: 'openai-chat/gpt-4.1', api: 'chat', reasoning: 'none' },
  { id: 'anthropic/claude-sonnet-5-5', api: 'anthropic', reasoning: 'sealed' },
  { id: 'google/gemini-3.8-flash', api: 'gemini', reasoning: 'plain' },
  { id: 'azure/gpt-5', api: 'responses', reasoning: 'sealed' },
  { id: 'azure-chat/mine', api: 'chat', reasoning: 'none' },
  { id: 'openai-compatible/any', api: 'chat', reasoning: 'plain' },
]

export const testKey = 'sk-test-of-a-key-0123456789'

/** Points every provider at one server. */
export function toEnv(url: string): Environment {
  return {
    OPENAI_BASE_URL: url, OPENAI_API_KEY: testKey,
    ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: testKey,
    GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: testKey,
    AZURE_BASE_URL: `${url}/openai/v1`, AZURE_API_KEY: testKey,
    OPENAI_COMPATIBLE_BASE_URL: url, OPENAI_COMPATIBLE_API_KEY: testKey,
    OLLAMA_BASE_URL: url,
  }
}

export async function openModel(id: string, url: string, options: Partial<ModelOptions> = {}): Promise<ModelPort> {
  return await createModel({ id, env: toEnv(url), ...options })
}

const parameters = { type: 'object', properties: { command: { type: 'string' }, seconds: { type: 'integer' } }, required: ['command'], additionalProperties: false }

export function toRequest(messages: readonly Message[] = [{ role: 'user', text: 'Go on: ü 🙂' }], rest: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: '', system: 'You are tested.', messages: [...messages],
    tools: [{ name: 'shell', description: 'Run a command.', schema: parameters }, { name: 'finish', description: 'End.', schema: { type: 'object', properties: {} } }],
    ...rest,
  }
}

export async function ask(model: ModelPort, request: ModelRequest, signal = new AbortController().signal): Promise<ModelReply & { live: LiveSignal[] }> {
  const live: LiveSignal[] = []
  const reply = await model.ask(request, { signal, onLive: (each) => live.push(each) })
  return { ...reply, live }
}

/** Adds an answer and the results of its calls, as the engine does. */
export function withReply(request: ModelRequest, parts: readonly ReplyPart[]): ModelRequest {
  const answers = parts.flatMap((part) => (part.type === 'call' ? [{ callId: part.callId, name: part.name, text: `ran ${JSON.stringify(part.input)}`, isError: part.invalid !== undefined }] : []))
  // The log stores canonical JSON, so what comes back from it has its keys sorted.
  const stored = JSON.parse(JSON.stringify(parts, sorted)) as ReplyPart[]
  const next: Message = answers.length > 0 ? { role: 'tool', answers } : { role: 'user', text: 'Go on.' }
  return { ...request, messages: [...request.messages, { role: 'assistant', parts: stored }, next] }
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
