/**
 * Which model, where, with which key: decided from a name and the environment alone, before anything heavy is loaded.
 */
import { Fault } from '../../protocol/fault.ts'
import { toBaseUrl } from './base-url.ts'
import type { BasePath } from './base-url.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The wire format that a provider speaks. */
export type Wire = 'responses' | 'chat' | 'anthropic' | 'google' | 'compatible'

type Provider = {
  readonly wire: Wire
  /** Which library opens it. */
  readonly library: 'openai' | 'azure' | 'anthropic' | 'google' | 'openai-compatible'
  /** Variables that may hold the key, the usual one first; and the base URL. */
  readonly keys: readonly string[]
  readonly urls: readonly string[]
  readonly defaultUrl?: string
  readonly path: BasePath
  /** What is taken where a person configured this provider and named no model. */
  readonly defaultModel?: string
}

const v1: BasePath = { suffix: '/v1', add: 'root' }
const openai: Provider = {
  wire: 'responses', library: 'openai', keys: ['OPENAI_API_KEY'], urls: ['OPENAI_BASE_URL'],
  defaultUrl: 'https://api.openai.com/v1', path: v1, defaultModel: 'gpt-6-sol',
}
const azure: Provider = {
  wire: 'responses', library: 'azure', keys: ['AZURE_API_KEY', 'AZURE_OPENAI_API_KEY'], urls: ['AZURE_BASE_URL'],
  path: { suffix: '/openai', add: 'root' },
}

/** `provider/…` names. Those that serve models on this machine need no key. */
const providers: Readonly<Record<string, Provider>> = {
  openai,
  'openai-chat': { ...openai, wire: 'chat' },
  anthropic: {
    wire: 'anthropic', library: 'anthropic', keys: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'], urls: ['ANTHROPIC_BASE_URL'],
    defaultUrl: 'https://api.anthropic.com/v1', path: { suffix: '/v1', add: 'always' }, defaultModel: 'claude-sonnet-5-5',
  },
  azure,
  'azure-chat': { ...azure, wire: 'chat' },
  google: {
    wire: 'google', library: 'google', keys: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
    urls: ['GOOGLE_GENERATIVE_AI_BASE_URL', 'GOOGLE_GEMINI_BASE_URL'],
    defaultUrl: 'https://generativelanguage.googleapis.com/v1beta', path: { suffix: '/v1beta', add: 'always' }, defaultModel: 'gemini-3.8-flash',
  },
  'openai-compatible': toLocal(['OPENAI_COMPATIBLE_BASE_URL', 'OPENAI_BASE_URL'], ['OPENAI_COMPATIBLE_API_KEY']),
  ollama: toLocal(['OLLAMA_BASE_URL'], ['OLLAMA_API_KEY'], 11_434),
  lmstudio: toLocal(['LMSTUDIO_BASE_URL'], ['LMSTUDIO_API_KEY'], 1234),
  vllm: toLocal(['VLLM_BASE_URL'], ['VLLM_API_KEY'], 8000),
  llamacpp: toLocal(['LLAMACPP_BASE_URL'], ['LLAMACPP_API_KEY'], 8080),
}

function toLocal(urls: readonly string[], keys: readonly string[], port?: number): Provider {
  return { wire: 'compatible', library: 'openai-compatible', keys, urls, path: v1, ...(port === undefined ? {} : { defaultUrl: `http://127.0.0.1:${port}/v1` }) }
}

/** Everything that is needed to open a model. */
export type Endpoint = {
  readonly provider: string
  readonly model: string
  readonly wire: Wire
  readonly library: Provider['library']
  readonly baseUrl: string
  readonly key: string | undefined
  /** The variable that holds the key, or should. */
  readonly keyVariable: string
}

export const providerNames: readonly string[] = Object.keys(providers)

/**
 * The model that is meant: the one named, else WRIT_MODEL, else the default model of the only provider that is
 * configured. Undefined where none is named and no single provider with a default model is configured.
 * @throws Fault `request-invalid` for a name that is wrong, `model-unconfigured` where its key or URL is missing.
 */
export function findModel(options: { readonly id: string | undefined; readonly env: Environment }): { provider: string; model: string } | undefined {
  const { env } = options
  const id = options.id?.trim() || findValue(env, 'WRIT_MODEL')
  if (id !== undefined) {
    const { provider, model } = getEndpoint(id, env)
    return { provider, model }
  }
  const [only, ...others] = listConfigured(env)
  const model = only === undefined ? undefined : providers[only]?.defaultModel
  if (only === undefined || model === undefined || others.length > 0) return undefined
  getEndpoint(`${only}/${model}`, env)
  return { provider: only, model }
}

/** One sentence for a person on why `findModel` found nothing. */
export function explainNoModel(env: Environment): string {
  const configured = listConfigured(env)
  if (configured.length === 0) {
    return 'no model is configured: set a key (OPENAI_API_KEY, ANTHROPIC_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY or AZURE_API_KEY), or name a local one, as in --model ollama/NAME'
  }
  if (configured.length === 1) return `${configured[0]} is configured and has no model of its own to fall back on: name one with --model ${configured[0]}/NAME`
  return `several providers are configured (${configured.join(', ')}): name the model with --model provider/NAME or WRIT_MODEL`
}

/** Providers whose usual variables are set; each library counts once. */
function listConfigured(env: Environment): readonly string[] {
  return ['openai', 'anthropic', 'azure', 'google', 'openai-compatible'].filter((name) => {
    const provider = providers[name]
    // A base URL for OpenAI's own variable is OpenAI's; the compatible provider has one of its own.
    const urls = name === 'openai-compatible' ? ['OPENAI_COMPATIBLE_BASE_URL'] : (provider?.urls ?? [])
    return [...urls, ...(provider?.keys ?? [])].some((variable) => findValue(env, variable) !== undefined)
  })
}

/**
 * Resolves `provider/model`.
 * @throws Fault as `findModel` does.
 */
export function getEndpoint(id: string, env: Environment): Endpoint {
  const slash = id.indexOf('/')
  const name = slash < 0 ? '' : id.slice(0, slash)
  const model = id.slice(slash + 1)
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  if (provider === undefined || model === '') {
    const wrong = slash < 0 ? 'names no provider' : model === '' ? 'names no model' : `names a provider that is not known, "${name}"`
    throw new Fault('request-invalid', `the model "${id}" ${wrong}: write provider/model with one of the providers ${providerNames.join(', ')}`)
  }
  const baseUrl = getBaseUrl(name, provider, env)
  // OpenAI's key goes to a compatible server only where OpenAI's own variable points there.
  const keys = baseUrl.variable === 'OPENAI_BASE_URL' && provider.wire === 'compatible' ? [...provider.keys, 'OPENAI_API_KEY'] : provider.keys
  const keyVariable = keys.find((variable) => findValue(env, variable) !== undefined)
  const usual = provider.keys[0] ?? ''
  if (keyVariable === undefined && provider.wire !== 'compatible' && baseUrl.variable === undefined) {
    throw new Fault('model-unconfigured', `${name}/${model} needs a key: set ${usual}`)
  }
  const key = keyVariable === undefined ? undefined : findValue(env, keyVariable)
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new Fault('model-unconfigured', `the key in ${keyVariable} has blanks or other signs that no key has: copy it again`)
  }
  return { provider: name, model, wire: provider.wire, library: provider.library, baseUrl: baseUrl.url, key, keyVariable: keyVariable ?? usual }
}

function getBaseUrl(name: string, provider: Provider, env: Environment): { url: string; variable: string | undefined } {
  const variable = provider.urls.find((each) => findValue(env, each) !== undefined)
  if (variable !== undefined) return { url: toBaseUrl(findValue(env, variable) ?? '', variable, provider.path), variable }
  if (provider.library === 'azure') return { url: getAzureUrl(name, env), variable: undefined }
  if (provider.defaultUrl !== undefined) return { url: provider.defaultUrl, variable: undefined }
  throw new Fault('model-unconfigured', `${name} needs the server's address: set ${provider.urls[0]}, for example to http://127.0.0.1:8000/v1`)
}

function getAzureUrl(name: string, env: Environment): string {
  const endpoint = findValue(env, 'AZURE_OPENAI_ENDPOINT')
  if (endpoint !== undefined) return toBaseUrl(endpoint, 'AZURE_OPENAI_ENDPOINT', { suffix: '/openai', add: 'root' })
  const resource = findValue(env, 'AZURE_RESOURCE_NAME')
  if (resource === undefined) throw new Fault('model-unconfigured', `${name} needs the name of its resource: set AZURE_RESOURCE_NAME (or AZURE_BASE_URL)`)
  if (!/^[a-z0-9-]+$/i.test(resource)) throw new Fault('request-invalid', 'AZURE_RESOURCE_NAME is the bare name of the resource, without dots or slashes')
  return `https://${resource}.openai.azure.com/openai`
}

/** An empty variable is an unset one. */
function findValue(env: Environment, variable: string): string | undefined {
  return env[variable]?.trim() || undefined
}
