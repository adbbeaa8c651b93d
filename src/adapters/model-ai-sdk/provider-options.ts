import { createHash } from 'node:crypto'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { ModelRequest } from '../../protocol/conversation.ts'
import type { Endpoint } from './providers.ts'

type Effort = NonNullable<ModelRequest['effort']>
type Options = SharedV4ProviderOptions[string]

/** Anthropic wants a bound on each answer; this is room for a long file and the thoughts before it. */
const anthropicOutputTokens = 32_000
const thinkingBudgets: Readonly<Record<Effort, number>> = { low: 4_000, medium: 12_000, high: 24_000, xhigh: 24_000 }

export function findMaxOutputTokens(request: ModelRequest, endpoint: Endpoint): number | undefined {
  return request.maxOutputTokens ?? (endpoint.wire === 'anthropic' ? anthropicOutputTokens : undefined)
}

/** What each provider must be told beyond the conversation: what to keep to itself, and how hard to think. */
export function toProviderOptions(request: ModelRequest, endpoint: Endpoint): SharedV4ProviderOptions {
  switch (endpoint.wire) {
    case 'responses':
    case 'chat':
      // Azure's library reads its own name first, and the chat models only OpenAI's.
      return { [endpoint.library === 'azure' && endpoint.wire === 'responses' ? 'azure' : 'openai']: toOpenAi(request, endpoint) }
    case 'anthropic':
      return { anthropic: toAnthropic(request.effort, endpoint.model) }
    case 'google':
      return { google: toGoogle(request.effort, endpoint.model) }
    case 'compatible':
      return request.effort === undefined ? {} : { openaiCompatible: { reasoningEffort: request.effort === 'xhigh' ? 'high' : request.effort } }
  }
}

function toOpenAi(request: ModelRequest, { model, wire, library }: Endpoint): Options {
  const hasLogprobs = /^(?:ft:)?(?:gpt-3\.5|gpt-4|chatgpt-)/.test(model)
  // Models that do not think refuse to be told how hard.
  const effort = hasLogprobs ? undefined : request.effort
  const isOlder = /^(?:o\d|gpt-5(?:\.1)?(?:-|$))/.test(model) && !model.includes('codex-max')
  return {
    // Nothing stays with the provider: what a later request needs goes back with it, encrypted thoughts included.
    store: false,
    promptCacheKey: toCacheKey(request),
    ...(effort === undefined ? {} : { reasoningEffort: effort === 'xhigh' && isOlder ? 'high' : effort }),
    ...(wire === 'responses' ? { reasoningSummary: 'auto' } : {}),
    // Without thoughts, the probability of each token comes for nothing.
    ...(hasLogprobs ? { logprobs: wire === 'chat' ? true : 1 } : {}),
    // A deployment's name does not tell whether its model thinks; whoever asks for effort knows that it does.
    ...(library === 'azure' && effort !== undefined ? { forceReasoning: true } : {}),
  }
}

/** The same for all requests of a run, so that they meet the same cache. */
function toCacheKey({ system, messages: [first] }: ModelRequest): string {
  const opening = first?.role === 'user' ? first.text : ''
  return `writ-${createHash('sha256').update(JSON.stringify([system, opening])).digest('hex').slice(0, 32)}`
}

function toAnthropic(effort: Effort | undefined, model: string): Options {
  if (!model.includes('claude-')) return { toolStreaming: false }
  const [, family, major, minor] = /claude-(opus|sonnet|haiku|fable)-(\d+)(?:-(\d{1,2})(?!\d))?/.exec(model) ?? []
  const version = Number(major ?? 0) + Number(minor ?? 0) / 10
  if (version >= 4.6) {
    // Adaptive models think as they see fit; the words are hidden unless asked for.
    const level = effort === 'xhigh' && version < 4.7 ? 'high' : effort
    return { thinking: { type: 'adaptive', display: 'summarized' }, ...(level === undefined ? {} : { effort: level }) }
  }
  if (effort === undefined) return {}
  if (family === 'opus' && version === 4.5) return { effort: effort === 'xhigh' ? 'high' : effort }
  return version >= 4 || model.includes('claude-3-7') ? { thinking: { type: 'enabled', budgetTokens: thinkingBudgets[effort] } } : {}
}

function toGoogle(effort: Effort | undefined, model: string): Options {
  const version = Number(/^gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? (/^gemini-[\w-]+-latest$/.test(model) ? 3 : 0))
  if (version < 2.5 || model.includes('image')) return {}
  if (effort === undefined) return { thinkingConfig: { includeThoughts: true } }
  if (version < 3) return { thinkingConfig: { includeThoughts: true, thinkingBudget: thinkingBudgets[effort] } }
  // The first of the third generation knows only the two ends.
  const highest = effort === 'xhigh' || (effort === 'medium' && model.startsWith('gemini-3-pro')) ? 'high' : effort
  return { thinkingConfig: { includeThoughts: true, thinkingLevel: highest } }
}
