/**
 * One model behind the `ModelPort`, spoken to through the AI SDK's providers. The SDK's own loop (`ai`) is not used:
 * requests, retries, tools and their record are the engine's, and a provider's library alone is loaded in a third of the time.
 *
 * Owns: one request at a time and its limits. Does not own: retries, tools, the conversation.
 * 1. One call of `ask` is one attempt.
 * 2. Only the configured host is talked to.
 * 3. The request is a function of the conversation: what was sent once is the beginning of all that follows, byte for byte.
 * 4. No key is in any message that leaves here.
 */
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamResult } from '@ai-sdk/provider'
import type { ModelPort } from '../../engine/ports/model.ts'
import type { ModelReply, ModelRequest, ReplyPart } from '../../protocol/conversation.ts'
import { Fault } from '../../protocol/fault.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import { isLoopback } from './base-url.ts'
import { httpFetch } from './http-fetch.ts'
import { timeLimits, toWatchedFetch, watchRequest } from './limits.ts'
import type { TimeLimits } from './limits.ts'
import { openLanguageModel } from './open-language-model.ts'
import { loadPrice, toUsage } from './price.ts'
import type { Price } from './price.ts'
import { findMaxOutputTokens, toProviderOptions } from './provider-options.ts'
import { getEndpoint } from './providers.ts'
import type { Endpoint, Environment } from './providers.ts'
import { listCallIds, readStream } from './read-stream.ts'
import type { StreamEnd } from './read-stream.ts'
import { listSecrets, toScrub } from './scrub.ts'
import type { Scrub } from './scrub.ts'
import { toFault } from './to-fault.ts'
import { toPrompt, toTools } from './to-prompt.ts'

export type ModelOptions = {
  /** `provider/model`, see `providers.ts`. */
  readonly id: string
  readonly env: Environment
  readonly fetch?: typeof globalThis.fetch
  /** Default: `timeLimits`. */
  readonly limits?: Partial<TimeLimits>
}

/**
 * Opens a model. Loads the one library that its provider needs, and sends nothing. Call it before slow work begins: it
 * goes on warming up in the gaps of that, which saves the first request some 25 ms.
 * @throws Fault `request-invalid` or `model-unconfigured`, saying which variable to set.
 */
export async function createModel(options: ModelOptions): Promise<ModelPort> {
  const endpoint = getEndpoint(options.id, options.env)
  const fetch = options.fetch ?? httpFetch
  await openLanguageModel(endpoint, fetch)
  const opened: Opened = {
    endpoint,
    fetch,
    scrub: toScrub([endpoint.key, ...listSecrets(options.env)]),
    limits: { ...timeLimits, ...options.limits },
    price: undefined,
    owed: [],
  }
  setImmediate(() => void warmUp(endpoint))
  return {
    id: `${endpoint.provider}/${endpoint.model}`,
    get contextWindow() {
      return opened.price?.contextWindow
    },
    ask: (request, { signal, onLive }) => ask(opened, request, { signal, onLive }),
  }
}

/** Builds a request up to the point of sending it: Node's HTTP client and the library's schemas are made at their first use. */
async function warmUp(endpoint: Endpoint): Promise<void> {
  const unsent = new Error('not sent')
  const refuse: typeof globalThis.fetch = () => Promise.reject(unsent)
  const language = await openLanguageModel(endpoint, refuse)
  const request: ModelRequest = { model: '', system: '', tools: [], messages: [{ role: 'user', text: '' }] }
  // It always fails, by our own refusal; should it fail otherwise, the first request will tell.
  await send(language, endpoint, request, AbortSignal.abort()).catch(() => undefined)
}

type Opened = {
  readonly endpoint: Endpoint
  readonly fetch: typeof globalThis.fetch
  readonly scrub: Scrub
  readonly limits: TimeLimits
  /** Known from the first answer to a request with tools on. */
  price: Price | undefined
  /** What was used before prices were known; it is charged with the next answer. */
  readonly owed: Pick<StreamEnd, 'usage' | 'model'>[]
}

type AskOptions = { readonly signal: AbortSignal; readonly onLive: (signal: LiveSignal) => void }

async function ask(opened: Opened, request: ModelRequest, { signal, onLive }: AskOptions): Promise<ModelReply> {
  const { endpoint, limits, scrub } = opened
  const isSlow = isLoopback(endpoint.baseUrl) || request.effort === 'high' || request.effort === 'xhigh'
  const startedAt = performance.now()
  const at = `${endpoint.provider} (${URL.parse(endpoint.baseUrl)?.host})`
  using watch = watchRequest(signal, limits, { isSlow, at })
  try {
    signal.throwIfAborted()
    // Loaded already; only the object around it is new, so that each request has a watch of its own.
    const language = await openLanguageModel(endpoint, toWatchedFetch(opened.fetch, watch))
    const { stream } = await send(language, endpoint, request, watch.signal)
    const [end, price] = await Promise.all([
      readStream(stream, { onLive, onWriting: watch.setWriting, takenIds: listCallIds(request.messages) }),
      // Half a megabyte of prices takes 40 ms, during which nothing else goes on: not before the first real request is out.
      opened.price ?? (request.tools.length > 0 ? loadPrice(endpoint) : undefined),
    ])
    opened.price = price
    // An answer that was cut off by a limit may look like one that ended.
    const passed = watch.fault()
    if (passed !== undefined) throw passed
    return toReply(end, { endpoint, costUsd: charge(opened, end), durationMs: performance.now() - startedAt })
  } catch (thrown) {
    throw watch.fault() ?? toFault(thrown, { endpoint, scrub, hasBytes: watch.hasBytes(), now: Date.now() })
  }
}

async function send(language: LanguageModelV4, endpoint: Endpoint, request: ModelRequest, abortSignal: AbortSignal): Promise<LanguageModelV4StreamResult> {
  const maxOutputTokens = findMaxOutputTokens(request, endpoint)
  const options: LanguageModelV4CallOptions = {
    prompt: toPrompt(request, endpoint.wire),
    ...(request.tools.length === 0 ? {} : { tools: toTools(request.tools, endpoint.wire) }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    providerOptions: toProviderOptions(request, endpoint),
    abortSignal,
  }
  return await language.doStream(options)
}

/** What this answer costs, with what is owed for earlier ones; nothing yet where prices are not loaded. */
function charge({ price, owed }: Opened, end: StreamEnd): number | undefined {
  if (price === undefined) {
    owed.push(end)
    return 0
  }
  const costs = [...owed.splice(0), end].map(({ usage, model }) => price.toCost(usage, model))
  return costs.some((cost) => cost === undefined) ? undefined : costs.reduce((sum: number, cost) => sum + (cost ?? 0), 0)
}

function toReply(end: StreamEnd, { endpoint, costUsd, durationMs }: { endpoint: Endpoint; costUsd: number | undefined; durationMs: number }): ModelReply {
  const finish = getFinish(end, endpoint)
  return {
    parts: [...end.parts],
    finish,
    usage: toUsage(end.usage),
    ...(costUsd === undefined ? {} : { costUsd }),
    servedBy: toServedBy(endpoint, end.model),
    ...(end.certainty === undefined ? {} : { certainty: end.certainty }),
    durationMs,
  }
}

function getFinish({ finish, parts }: StreamEnd, { provider }: Endpoint): ModelReply['finish'] {
  if (finish === undefined) throw new Fault('model-stream-broken', `${provider} ended its answer without saying that it was finished`)
  const hasCalls = parts.some((part: ReplyPart) => part.type === 'call')
  switch (finish.unified) {
    case 'length':
      return 'length'
    case 'content-filter':
      return 'filtered'
    case 'stop':
    case 'tool-calls':
      return hasCalls ? 'calls' : 'stop'
    case 'error':
      throw new Fault('model-malformed', `${provider} ended its answer with ${finish.raw ?? 'an error'}`)
    case 'interrupted':
      throw new Fault('model-stream-broken', `${provider} ended its answer without saying that it was finished`)
    case 'other':
      // The libraries say so, without the provider's own word, where the stream ended before its end.
      if (finish.raw === undefined) throw new Fault('model-stream-broken', `${provider} ended its answer without saying that it was finished`)
      return hasCalls ? 'calls' : 'other'
  }
}

function toServedBy({ provider, model, library, baseUrl }: Endpoint, served: string | undefined): string {
  if (library !== 'azure') return `${provider}/${served ?? model}`
  const host = URL.parse(baseUrl)?.hostname ?? ''
  const resource = host.endsWith('.azure.com') ? host.slice(0, host.indexOf('.')) : host
  return served === undefined || served === model ? `${provider}/${resource}/${model}` : `${provider}/${resource}/${model} (${served})`
}
