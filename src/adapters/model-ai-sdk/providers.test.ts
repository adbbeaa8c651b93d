import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBaseUrl } from './base-url.ts'
import { explainNoModel, findModel, getEndpoint, providerNames } from './providers.ts'
import type { Environment } from './providers.ts'

function find(id: string | undefined, env: Environment): string | undefined {
  const found = findModel({ id, env })
  return found && `${found.provider}/${found.model}`
}

test('the model named wins, then WRIT_MODEL, then the default of the only configured provider', () => {
  const env = { OPENAI_API_KEY: 'k', WRIT_MODEL: 'openai/gpt-5' }
  assert.equal(find('openai/gpt-4.1', env), 'openai/gpt-4.1')
  assert.equal(find(undefined, env), 'openai/gpt-5')
  assert.equal(find(undefined, { OPENAI_API_KEY: 'k' }), 'openai/gpt-6-sol')
  assert.equal(find(undefined, { OPENAI_BASE_URL: 'http://127.0.0.1:1' }), 'openai/gpt-6-sol')
  assert.equal(find(undefined, { ANTHROPIC_API_KEY: 'k' }), 'anthropic/claude-sonnet-5-5')
  assert.equal(find(undefined, { GEMINI_API_KEY: 'k' }), 'google/gemini-3.8-flash')
})

test('nothing is chosen where nothing, too much, or a provider without a default model is configured', () => {
  for (const [env, why] of [
    [{}, /no model is configured: set a key/],
    [{ OPENAI_API_KEY: ' ', WRIT_MODEL: '' }, /no model is configured/],
    [{ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' }, /several providers are configured \(openai, anthropic\)/],
    [{ AZURE_API_KEY: 'k', AZURE_RESOURCE_NAME: 'r' }, /azure is configured.*--model azure\/NAME/],
    [{ OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:1' }, /--model openai-compatible\/NAME/],
  ] as const) {
    assert.equal(find(undefined, env), undefined)
    assert.match(explainNoModel(env), why)
  }
})

test('a wrong name and a missing setting are told in one sentence that names the mend', () => {
  const cases: readonly (readonly [id: string, env: Environment, code: string, message: RegExp])[] = [
    ['gpt-5', {}, 'request-invalid', /"gpt-5" names no provider.*openai, openai-chat, anthropic/],
    ['nobody/gpt', {}, 'request-invalid', /not known, "nobody"/],
    ['constructor/x', {}, 'request-invalid', /not known/],
    ['openai/', { OPENAI_API_KEY: 'k' }, 'request-invalid', /names no model/],
    ['openai/gpt-5', {}, 'model-unconfigured', /set OPENAI_API_KEY/],
    ['anthropic/c', {}, 'model-unconfigured', /set ANTHROPIC_API_KEY/],
    ['google/g', {}, 'model-unconfigured', /set GOOGLE_GENERATIVE_AI_API_KEY/],
    ['azure/mine', { AZURE_API_KEY: 'k' }, 'model-unconfigured', /set AZURE_RESOURCE_NAME/],
    ['azure/mine', { AZURE_RESOURCE_NAME: 'r' }, 'model-unconfigured', /set AZURE_API_KEY/],
    ['azure/mine', { AZURE_RESOURCE_NAME: 'r.evil.com/', AZURE_API_KEY: 'k' }, 'request-invalid', /bare name/],
    ['openai-compatible/m', { OPENAI_API_KEY: 'k' }, 'model-unconfigured', /set OPENAI_COMPATIBLE_BASE_URL/],
    ['openai/gpt-5', { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'localhost:80' }, 'request-invalid', /OPENAI_BASE_URL is no http/],
    ['openai/gpt-5', { OPENAI_API_KEY: 'a key\nof two lines' }, 'model-unconfigured', /OPENAI_API_KEY has blanks/],
  ]
  for (const [id, env, code, message] of cases) assert.throws(() => findModel({ id, env }), { name: 'Fault', code, message }, id)
  assert.throws(() => findModel({ id: 'openai/g', env: { OPENAI_BASE_URL: 'https://me:secret@h' } }), (error: Error) => !error.message.includes('secret'))
})

test('local servers need no key and have their usual address; a model name may hold slashes', () => {
  for (const [id, url] of [['ollama/qwen3:8b', 'http://127.0.0.1:11434/v1'], ['lmstudio/a/b', 'http://127.0.0.1:1234/v1'], ['vllm/m', 'http://127.0.0.1:8000/v1'], ['llamacpp/m', 'http://127.0.0.1:8080/v1']] as const) {
    const endpoint = getEndpoint(id, {})
    assert.deepEqual([endpoint.baseUrl, endpoint.key, `${endpoint.provider}/${endpoint.model}`], [url, undefined, id])
  }
  assert.equal(getEndpoint('ollama/m', { OLLAMA_BASE_URL: 'http://gpu:11434' }).baseUrl, 'http://gpu:11434/v1')
})

test('a key goes to the host that its variables belong to', () => {
  const env = { OPENAI_API_KEY: 'openai-key', OPENAI_COMPATIBLE_BASE_URL: 'http://other/v1' }
  assert.equal(getEndpoint('openai-compatible/m', env).key, undefined)
  assert.equal(getEndpoint('ollama/m', env).key, undefined)
  assert.equal(getEndpoint('openai-compatible/m', { ...env, OPENAI_COMPATIBLE_API_KEY: 'own' }).key, 'own')
  assert.equal(getEndpoint('openai-compatible/m', { OPENAI_API_KEY: 'openai-key', OPENAI_BASE_URL: 'http://mine' }).key, 'openai-key')
})

test('base URLs work with and without the version', () => {
  const cases: readonly (readonly [variable: string, id: string, given: string, wanted: string])[] = [
    ['OPENAI_BASE_URL', 'openai/m', 'http://h', 'http://h/v1'],
    ['OPENAI_BASE_URL', 'openai/m', ' http://h/ ', 'http://h/v1'],
    ['OPENAI_BASE_URL', 'openai-chat/m', 'http://h/v1/', 'http://h/v1'],
    ['OPENAI_BASE_URL', 'openai/m', 'http://h/gateway/openai', 'http://h/gateway/openai'],
    ['ANTHROPIC_BASE_URL', 'anthropic/m', 'http://h', 'http://h/v1'],
    ['ANTHROPIC_BASE_URL', 'anthropic/m', 'http://h/v1', 'http://h/v1'],
    ['ANTHROPIC_BASE_URL', 'anthropic/m', 'http://h/api/anthropic', 'http://h/api/anthropic/v1'],
    ['GOOGLE_GEMINI_BASE_URL', 'google/m', 'http://h', 'http://h/v1beta'],
    ['GOOGLE_GEMINI_BASE_URL', 'google/m', 'http://h/v1beta', 'http://h/v1beta'],
    ['AZURE_BASE_URL', 'azure/m', 'http://h/openai/v1', 'http://h/openai/v1'],
    ['AZURE_OPENAI_ENDPOINT', 'azure/m', 'https://r.openai.azure.com/', 'https://r.openai.azure.com/openai'],
    ['AZURE_RESOURCE_NAME', 'azure/m', 'r', 'https://r.openai.azure.com/openai'],
  ]
  for (const [variable, id, given, wanted] of cases) {
    assert.equal(getEndpoint(id, { [variable]: given, OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k', AZURE_API_KEY: 'k' }).baseUrl, wanted, `${variable}=${given}`)
  }
  assert.throws(() => toBaseUrl('ftp://h', 'X', { suffix: '', add: 'never' }), { code: 'request-invalid' })
  assert.ok(providerNames.includes('azure-chat'))
})
