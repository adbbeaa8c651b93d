import type { LanguageModelV4FunctionTool, LanguageModelV4Message, LanguageModelV4Prompt, SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { Message, ModelRequest, ReplyPart, ToolAnswer, ToolSpec } from '../../protocol/conversation.ts'
import type { Json } from '../../protocol/ids.ts'
import type { Wire } from './providers.ts'

type AssistantPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number]
type ToolPart = Extract<LanguageModelV4Message, { role: 'tool' }>['content'][number]

/** Where Anthropic is told to keep what it has read. The mark may move from request to request, the content does not. */
const keepHere: SharedV4ProviderOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } }

/**
 * The conversation as the provider's library takes it. A pure function of each message alone, apart from Anthropic's
 * marks: a longer conversation has the shorter one's bytes as its beginning.
 */
export function toPrompt(request: ModelRequest, wire: Wire): LanguageModelV4Prompt {
  const isMarked = wire === 'anthropic'
  const messages = request.messages.flatMap((message) => toMessages(message, wire))
  if (isMarked) markNewest(messages)
  if (request.system === '') return messages
  // Tools come before the system text there, so one mark covers both.
  return [{ role: 'system', content: request.system, ...(isMarked ? { providerOptions: keepHere } : {}) }, ...messages]
}

/** The newest two: the last, and the one that the previous request ended with, which is surely kept. */
function markNewest(messages: LanguageModelV4Message[]): void {
  let left = 2
  for (let i = messages.length - 1; i >= 0 && left > 0; i--) {
    const message = messages[i]
    if (message === undefined || message.role === 'assistant') continue
    messages[i] = { ...message, providerOptions: keepHere }
    left -= 1
  }
}

function toMessages(message: Message, wire: Wire): readonly LanguageModelV4Message[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: [{ type: 'text', text: message.text }] }]
    case 'assistant': {
      const content = withoutLostThoughts(message.parts).flatMap(toPart)
      // Providers refuse a message without content; there is nothing in it to remember.
      return content.length === 0 ? [] : [{ role: 'assistant', content }]
    }
    case 'tool':
      return message.answers.length === 0 ? [] : [{ role: 'tool', content: message.answers.map((answer) => toResult(answer, wire)) }]
  }
}

/**
 * OpenAI's thoughts can go back only with their encrypted content, which a model that is not known to think does not
 * give. What followed them then goes back without the ids that would ask for them.
 */
function withoutLostThoughts(parts: readonly ReplyPart[]): readonly ReplyPart[] {
  const sealed = new Set(parts.flatMap((part) => (findOwn(part)?.['reasoningEncryptedContent'] == null ? [] : [findOwn(part)?.['itemId']])))
  const isLost = (part: ReplyPart): boolean => part.type === 'reasoning' && findOwn(part)?.['itemId'] !== undefined && !sealed.has(findOwn(part)?.['itemId'])
  if (!parts.some(isLost)) return parts
  return parts.filter((part) => !isLost(part)).map((part) => {
    if (findOwn(part) === undefined || !isProviderOptions(part.provider)) return part
    const provider = Object.entries(part.provider as SharedV4ProviderOptions).map(([name, kept]) => [name, Object.fromEntries(Object.entries(kept).filter(([key]) => key !== 'itemId'))])
    return { ...part, provider: Object.fromEntries(provider) as Json }
  })
}

/** What OpenAI's libraries keep with a part. */
function findOwn(part: ReplyPart): SharedV4ProviderOptions[string] | undefined {
  if (!isProviderOptions(part.provider)) return undefined
  const provider = part.provider as SharedV4ProviderOptions
  return provider['openai'] ?? provider['azure']
}

function toPart(part: ReplyPart): readonly AssistantPart[] {
  const kept = isProviderOptions(part.provider) ? { providerOptions: part.provider as SharedV4ProviderOptions } : {}
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, ...kept }]
    case 'reasoning':
      // Without a signature, and without words, there is nothing to give back.
      return part.text === '' && part.provider === undefined ? [] : [{ type: 'reasoning', text: part.text, ...kept }]
    case 'call':
      return [{ type: 'tool-call', toolCallId: part.callId, toolName: part.name, input: part.input, ...kept }]
  }
}

function toResult(answer: ToolAnswer, wire: Wire): ToolPart {
  // Only Anthropic has a mark for errors; elsewhere the library would wrap the text in JSON and escape what is to be copied.
  const output = { type: answer.isError && wire === 'anthropic' ? 'error-text' as const : 'text' as const, value: answer.text }
  return { type: 'tool-result', toolCallId: answer.callId, toolName: answer.name, output }
}

/** Tools in the order given. OpenAI's Responses are strict unless told otherwise, and strictness forbids optional fields. */
export function toTools(tools: readonly ToolSpec[], wire: Wire): LanguageModelV4FunctionTool[] {
  return tools.map(({ name, description, schema }) => ({
    type: 'function', name, description,
    inputSchema: schema as LanguageModelV4FunctionTool['inputSchema'],
    ...(wire === 'responses' ? { strict: false } : {}),
  }))
}

function isProviderOptions(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    && Object.values(value).every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
}
