import { createAnthropic } from '@ai-sdk/anthropic'
import { createAzure } from '@ai-sdk/azure'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import type { LanguageModel } from 'ai'
import type { Api } from './request.ts'

/** A released client of one wire format, pointed at a server. */
export type TestClient = {
  readonly name: string
  readonly api: Api
  readonly path: string
  toModel(url: string): LanguageModel
  readonly providerOptions?: Record<string, Record<string, string | boolean | string[] | { type: 'enabled'; budgetTokens: number }>>
  /** Whether the reasoning comes back in the next request, and whether sealed. */
  readonly returnsReasoning: 'sealed' | 'plain' | 'no'
}

const sealed = { openai: { store: false, reasoningSummary: 'auto' } }

export const testClients: readonly TestClient[] = [
  {
    name: 'OpenAI Responses', api: 'responses', path: '/v1/responses', returnsReasoning: 'sealed', providerOptions: sealed,
    toModel: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'k' }).responses('gpt-5'),
  },
  {
    name: 'OpenAI Responses, stored', api: 'responses', path: '/v1/responses', returnsReasoning: 'plain',
    toModel: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'k' }).responses('gpt-5'),
  },
  {
    name: 'OpenAI Chat', api: 'chat', path: '/v1/chat/completions', returnsReasoning: 'no',
    toModel: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'k' }).chat('gpt-4.1'),
  },
  {
    name: 'OpenAI-compatible', api: 'chat', path: '/v1/chat/completions', returnsReasoning: 'plain',
    toModel: (url) => createOpenAICompatible({ name: 'local', baseURL: `${url}/v1`, apiKey: 'k', includeUsage: true })('any'),
  },
  {
    name: 'Anthropic', api: 'anthropic', path: '/v1/messages', returnsReasoning: 'sealed',
    providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } },
    toModel: (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey: 'k' })('claude-sonnet-4-5'),
  },
  {
    name: 'Gemini', api: 'gemini', path: '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse', returnsReasoning: 'plain',
    toModel: (url) => createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: 'k' })('gemini-2.5-pro'),
  },
  {
    name: 'Azure, by deployment', api: 'chat', path: '/openai/deployments/mine/chat/completions?api-version=2025-04-01-preview',
    returnsReasoning: 'no',
    toModel: (url) =>
      createAzure({ baseURL: `${url}/openai`, apiKey: 'k', useDeploymentBasedUrls: true, apiVersion: '2025-04-01-preview' }).chat('mine'),
  },
  {
    name: 'Azure, version 1', api: 'responses', path: '/openai/v1/responses', returnsReasoning: 'sealed',
    // A deployment's name does not tell that its model reasons, so the client must be told.
    providerOptions: { azure: { store: false, include: ['reasoning.encrypted_content'] } },
    toModel: (url) => createAzure({ baseURL: `${url}/openai/v1`, apiKey: 'k' }).responses('mine'),
  },
]

export function getClient(name: string): TestClient {
  const client = testClients.find((each) => each.name === name)
  if (client === undefined) throw new Error(`no client ${name}`)
  return client
}

export type TestOutcome = {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly { readonly toolName: string; readonly input: unknown; readonly invalid: boolean }[]
  readonly finishReason: string
  readonly usage: Readonly<Record<'input' | 'cached' | 'output' | 'reasoning', number | undefined>>
  readonly responseMessages: number
}

export type TestOptions = { readonly retries?: number; readonly signal?: AbortSignal; readonly isWhole?: boolean }

const shell = tool({
  description: 'Run a command.',
  inputSchema: jsonSchema<{ command: string }>({
    type: 'object', properties: { command: { type: 'string' } }, required: ['command'], additionalProperties: false,
  }),
  execute: async ({ command }) => `ran ${command}`,
})

/** Lets the client run its own loop with one tool to the end; rejects with the first error of the stream. */
export async function converse(client: TestClient, url: string, options: TestOptions = {}): Promise<TestOutcome> {
  const request = {
    model: client.toModel(url),
    system: 'You are tested.',
    prompt: 'Go on: ü 🙂',
    tools: { shell },
    stopWhen: stepCountIs(6),
    maxRetries: options.retries ?? 0,
    ...(client.providerOptions === undefined ? {} : { providerOptions: client.providerOptions }),
    ...(options.signal === undefined ? {} : { abortSignal: options.signal }),
  }
  const errors: unknown[] = []
  const onError = ({ error }: { error: unknown }): void => void errors.push(error)
  const result = options.isWhole === true ? await generateText(request) : streamText({ ...request, onError })
  if ('consumeStream' in result) await result.consumeStream({ onError: (error) => void errors.push(error) })
  if (errors.length > 0) throw errors[0]
  const steps = await result.steps
  const usage = await result.totalUsage
  return {
    text: steps.map((step) => step.text).join('|'),
    reasoning: steps.map((step) => step.reasoningText ?? '').join('|'),
    calls: steps.flatMap((step) => step.toolCalls)
      .map((call) => ({ toolName: call.toolName, input: call.input, invalid: call.invalid === true })),
    finishReason: await result.finishReason,
    usage: {
      input: usage.inputTokens, cached: usage.inputTokenDetails.cacheReadTokens,
      output: usage.outputTokens, reasoning: usage.outputTokenDetails.reasoningTokens,
    },
    responseMessages: (await result.response).messages.length,
  }
}
