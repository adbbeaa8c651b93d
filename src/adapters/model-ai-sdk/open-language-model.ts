import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Endpoint } from './providers.ts'

/**
 * Loads the one library that the endpoint needs and makes its model. The libraries read the process's environment for
 * what they are not given, so each gets its URL and key outright.
 */
export async function openLanguageModel(endpoint: Endpoint, fetch: typeof globalThis.fetch): Promise<LanguageModelV4> {
  const { model, baseUrl: baseURL, wire } = endpoint
  // Servers that want no key get a placeholder where the library insists on one.
  const apiKey = endpoint.key ?? 'none'
  switch (endpoint.library) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      const provider = createOpenAI({ baseURL, apiKey, fetch })
      return wire === 'chat' ? provider.chat(model) : provider.responses(model)
    }
    case 'azure': {
      const { createAzure } = await import('@ai-sdk/azure')
      const provider = createAzure({ baseURL, apiKey, fetch })
      return wire === 'chat' ? provider.chat(model) : provider.responses(model)
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      const isToken = endpoint.keyVariable === 'ANTHROPIC_AUTH_TOKEN'
      return createAnthropic({ baseURL, ...(isToken ? { authToken: apiKey } : { apiKey }), fetch })(model)
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
      return createGoogleGenerativeAI({ baseURL, apiKey, fetch })(model)
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const key = endpoint.key === undefined ? {} : { apiKey: endpoint.key }
      return createOpenAICompatible({ name: 'compatible', baseURL, ...key, includeUsage: true, fetch })(model)
    }
  }
}
