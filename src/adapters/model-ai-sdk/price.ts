import type { LanguageModelV4Usage } from '@ai-sdk/provider'
import type { Usage } from '../../protocol/conversation.ts'
import { isLoopback } from './base-url.ts'
import type { Endpoint } from './providers.ts'

/** The providers' names in the price data. */
const priceNames: Readonly<Record<Endpoint['library'], string | undefined>> = {
  openai: 'openai', azure: 'azure', anthropic: 'anthropic', google: 'google', 'openai-compatible': undefined,
}

export type Price = {
  readonly contextWindow: number | undefined
  /** US dollars; undefined where no price is known. */
  toCost(usage: LanguageModelV4Usage | undefined, servedModel: string | undefined): number | undefined
}

/**
 * Prices from the data that the package brings; nothing is fetched. What a compatible server on this machine
 * serves costs nothing. Loading takes tens of milliseconds, so load it while the model is answering.
 */
export async function loadPrice(endpoint: Endpoint): Promise<Price> {
  const isFree = endpoint.wire === 'compatible' && isLoopback(endpoint.baseUrl)
  if (isFree) return { contextWindow: undefined, toCost: () => 0 }
  const { calcPrice } = await import('@pydantic/genai-prices')
  const name = priceNames[endpoint.library]
  const where = name === undefined ? { providerApiUrl: endpoint.baseUrl } : { providerId: name }
  const find = (tokens: Record<string, number>, model: string): ReturnType<typeof calcPrice> => calcPrice(tokens, model, where)
  return {
    contextWindow: find({ input_tokens: 0, output_tokens: 0 }, endpoint.model)?.model.context_window,
    toCost: (usage, servedModel) => {
      const cacheRead = toCount(usage?.inputTokens.cacheRead)
      const cacheWrite = toCount(usage?.inputTokens.cacheWrite)
      const tokens = {
        // Some servers do not count cached tokens as input; the price list insists that they are.
        input_tokens: Math.max(toCount(usage?.inputTokens.total), cacheRead + cacheWrite),
        cache_read_tokens: cacheRead,
        cache_write_tokens: cacheWrite,
        output_tokens: toCount(usage?.outputTokens.total),
      }
      const found = find(tokens, endpoint.model) ?? (servedModel === undefined ? undefined : find(tokens, servedModel))
      return found?.total_price === undefined ? undefined : Math.max(0, found.total_price)
    },
  }
}

export function toUsage(usage: LanguageModelV4Usage | undefined): Usage {
  return {
    inputTokens: toCount(usage?.inputTokens.total),
    cachedTokens: toCount(usage?.inputTokens.cacheRead),
    outputTokens: toCount(usage?.outputTokens.total),
    reasoningTokens: toCount(usage?.outputTokens.reasoning),
  }
}

function toCount(tokens: number | undefined): number {
  return tokens === undefined || !Number.isFinite(tokens) ? 0 : Math.max(0, Math.round(tokens))
}
