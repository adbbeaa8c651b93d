import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateText, jsonSchema, Output } from 'ai'
import type { Reply } from './reply.ts'
import { startModelServer } from './start-model-server.ts'
import type { ModelServer } from './start-model-server.ts'
import type { ModelServerOptions } from './model-server-options.ts'
import { converse, getClient, testClients } from './test-clients.ts'

async function withServer<T>(options: ModelServerOptions, use: (server: ModelServer) => Promise<T>): Promise<T> {
  const server = await startModelServer(options)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

const usage = { inputTokens: 100, cachedInputTokens: 40, outputTokens: 30, reasoningTokens: 10 }
const story: readonly Reply[] = [
  { reasoning: 'I must look first.', calls: [{ name: 'shell', input: { command: 'echo "ü🙂"' } }, { name: 'shell', input: { command: 'ls' } }], usage },
  { text: 'One more: 日本語 🙂🙂🙂🙂🙂🙂.', calls: [{ name: 'shell', input: { command: 'true' } }], usage },
  { text: 'Done, as asked.', usage },
]

for (const client of testClients) {
  for (const isWhole of [false, true]) {
    test(`${client.name}, ${isWhole ? 'whole' : 'streamed'}: text, calls, usage and reasoning arrive, and go back`, async () => {
      await withServer({ script: story }, async (server) => {
        const outcome = await converse(client, server.url, { isWhole })
        assert.equal(outcome.text, '|One more: 日本語 🙂🙂🙂🙂🙂🙂.|Done, as asked.')
        assert.deepEqual(outcome.calls.map(({ input }) => input), [{ command: 'echo "ü🙂"' }, { command: 'ls' }, { command: 'true' }])
        assert.ok(outcome.calls.every(({ invalid }) => !invalid))
        assert.equal(outcome.finishReason, 'stop')
        assert.equal(outcome.usage.input, 300)
        assert.equal(outcome.usage.cached, 120)
        assert.equal(outcome.usage.output, 90)
        if (client.api !== 'anthropic') assert.equal(outcome.usage.reasoning, 30)

        assert.equal(server.requests.length, 3)
        const [first, second, third] = server.requests
        const path = isWhole ? client.path.replace(':streamGenerateContent?alt=sse', ':generateContent') : client.path
        assert.deepEqual(server.requests.map((request) => request.path), [path, path, path])
        assert.deepEqual(server.requests.map((request) => [request.api, request.isMain, request.outcome]), Array(3).fill([client.api, true, 'answered']))
        assert.deepEqual(server.requests.map(({ normalised }) => normalised?.n), [0, 1, 2])
        assert.equal(first?.normalised?.system, 'You are tested.')
        assert.deepEqual(first?.normalised?.items, [{ kind: 'text', role: 'user', text: 'Go on: ü 🙂', message: first?.normalised?.items[0]?.message }])
        assert.deepEqual(first?.normalised?.tools.map(({ name, kind }) => [name, kind]), [['shell', 'function']])
        assert.deepEqual(Object.keys(first?.normalised?.tools[0]?.schema['properties'] ?? {}), ['command'])
        const results = third?.normalised?.items.flatMap((item) => (item.kind === 'result' ? [item.output] : []))
        assert.deepEqual(results, ['ran echo "ü🙂"', 'ran ls', 'ran true'])

        const reasoning = second?.normalised?.items.find((item) => item.kind === 'reasoning')
        if (client.returnsReasoning !== 'no' || client.api === 'gemini') assert.equal(reasoning?.text, 'I must look first.')
        if (client.returnsReasoning === 'sealed') assert.ok(reasoning?.kind === 'reasoning' && reasoning.seal !== undefined)
        if (client.api !== 'chat' || client.name === 'OpenAI-compatible') assert.ok(outcome.reasoning.startsWith('I must look first.'))
      })
    })
  }
}

test('cut and filtered answers end with their finish reason', async () => {
  for (const client of testClients) {
    await withServer({ script: () => ({ text: 'cut', finish: 'length' }) }, async (server) => {
      assert.equal((await converse(client, server.url)).finishReason, 'length', client.name)
    })
    await withServer({ script: () => ({ text: 'no', finish: 'filter' }) }, async (server) => {
      assert.equal((await converse(client, server.url)).finishReason, 'content-filter', client.name)
    })
  }
})

test('log probabilities reach the client where the format has them', async () => {
  const logprobs = [{ token: 'yes', logprob: -0.25 }]
  const asks = { 'OpenAI Responses': { openai: { logprobs: 1 } }, 'OpenAI Chat': { openai: { logprobs: true } }, Gemini: { google: {} } }
  await withServer({ script: [], intake: () => ({ text: 'yes', logprobs }) }, async (server) => {
    for (const [name, providerOptions] of Object.entries(asks)) {
      const result = await generateText({ model: getClient(name).toModel(server.url), prompt: 'sure?', providerOptions, include: { responseBody: true } })
      const told = JSON.stringify([result.providerMetadata, result.response.body])
      assert.match(told, /-0\.25/, name)
    }
  })
})

test('a request without tools is intake, by default answered with {}', async () => {
  await withServer({ script: [{ text: 'main' }] }, async (server) => {
    for (const client of testClients) {
      const { text } = await generateText({ model: client.toModel(server.url), prompt: 'title?' })
      assert.equal(text, '{}', client.name)
    }
    assert.ok(server.requests.every(({ isMain, normalised }) => !isMain && normalised?.tools.length === 0))
  })
})

test('intake is told the schema that is asked for, and answers through a demanded JSON tool too', async () => {
  const schema = jsonSchema<{ goal: string }>({
    type: 'object', properties: { goal: { type: 'string' } }, required: ['goal'], additionalProperties: false,
  })
  const seen: unknown[] = []
  const intake = (request: Parameters<NonNullable<ModelServerOptions['intake']>>[0]): Reply => {
    seen.push(request.schema?.['required'] ?? request.tools[0]?.schema['required'])
    return { text: '{"goal":"mend it"}' }
  }
  await withServer({ script: [], intake }, async (server) => {
    for (const client of testClients.filter(({ name }) => name !== 'OpenAI-compatible')) {
      const { output } = await generateText({ model: client.toModel(server.url), prompt: 'read this', output: Output.object({ schema }) })
      assert.deepEqual(output, { goal: 'mend it' }, client.name)
    }
    const jsonTool = { anthropic: { structuredOutputMode: 'jsonTool' } } as const
    const model = getClient('Anthropic').toModel(server.url)
    const { output } = await generateText({ model, prompt: 'read this', output: Output.object({ schema }), providerOptions: jsonTool })
    assert.deepEqual(output, { goal: 'mend it' })
    assert.equal(server.requests.at(-1)?.normalised?.forcedTool, 'json')
  })
  assert.deepEqual(seen, Array(seen.length).fill(['goal']))
})

test('a key is asked for where one is set', async () => {
  for (const client of testClients) {
    await withServer({ script: [{ text: 'in' }], apiKey: 'k' }, async (server) => {
      assert.equal((await converse(client, server.url)).text, 'in', client.name)
    })
    await withServer({ script: [{ text: 'in' }], apiKey: 'other' }, async (server) => {
      await assert.rejects(converse(client, server.url), { statusCode: 401, message: 'Incorrect API key provided.' }, client.name)
      assert.equal(server.requests[0]?.outcome, 'refused')
    })
  }
})

test('models are listed; unknown paths are strays with a 404; the record can be fetched', async () => {
  await withServer({ script: [], models: ['a', 'b'] }, async (server) => {
    const list = await (await fetch(`${server.url}/v1/models`)).json() as { data: { id: string }[] }
    assert.deepEqual(list.data.map(({ id }) => id), ['a', 'b'])
    assert.equal((await fetch(`${server.url}/telemetry`, { method: 'POST', body: 'x' })).status, 404)
    await fetch(`${server.url}/v1/responses`, { method: 'POST', body: JSON.stringify({ model: 'm', input: 'hi' }) })
    const { requests, strays } = await (await fetch(`${server.url}/__requests`)).json() as { requests: { n: number; at: number; endedAt: number }[]; strays: string[] }
    assert.deepEqual(strays, ['GET /v1/models', 'POST /telemetry'])
    assert.equal(requests.length, 1)
    assert.ok((requests[0]?.endedAt ?? 0) >= (requests[0]?.at ?? Infinity))
  })
})

test('stored responses carry a conversation on by their id', async () => {
  await withServer({ script: (request, n) => ({ text: `answer ${n} of ${request.items.length}` }), isMain: () => true }, async (server) => {
    const post = async (body: object): Promise<{ id: string; output: { content: { text: string }[] }[] }> =>
      await (await fetch(`${server.url}/v1/responses`, { method: 'POST', body: JSON.stringify({ model: 'm', ...body }) })).json() as never
    const first = await post({ input: 'one' })
    const second = await post({ input: 'two', previous_response_id: first.id })
    assert.equal(second.output[0]?.content[0]?.text, 'answer 1 of 3')
    const unknown = await fetch(`${server.url}/v1/responses`, { method: 'POST', body: JSON.stringify({ input: 'x', previous_response_id: 'resp_no' }) })
    assert.equal(unknown.status, 404)
  })
})

test('a conversation that a vendor would refuse is refused', async () => {
  const call = { id: 'c1', type: 'function', function: { name: 'shell', arguments: '{}' } }
  const user = { role: 'user', content: 'go' }
  const asked = { role: 'assistant', content: null, tool_calls: [call] }
  const answered = { role: 'tool', tool_call_id: 'c1', content: 'ok' }
  const cases: readonly (readonly [object[], number, RegExp])[] = [
    [[user, asked, answered], 200, /./],
    [[user, asked], 400, /No tool output found/],
    [[user, answered], 400, /does not exist/],
    [[user, asked, user, answered], 400, /must be followed by its result/],
    [[user, asked, answered, answered], 400, /answered before/],
    [[user, asked, answered, asked, answered], 400, /twice/],
    [[], 400, /empty array/],
  ]
  await withServer({ script: [] }, async (server) => {
    for (const [messages, status, message] of cases) {
      const response = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'm', messages }) })
      assert.equal(response.status, status)
      assert.match(await response.text(), message)
    }
  })
})

test('a thinking block that comes back changed is refused', async () => {
  await withServer({ script: [], intake: () => ({ reasoning: 'because', text: 'hello' }) }, async (server) => {
    const post = async (messages: object[]): Promise<Response> =>
      await fetch(`${server.url}/v1/messages`, { method: 'POST', body: JSON.stringify({ model: 'm', max_tokens: 9, messages }) })
    const user = { role: 'user', content: 'hi' }
    const { content } = await (await post([user])).json() as { content: { thinking?: string }[] }
    assert.equal((await post([user, { role: 'assistant', content }, user])).status, 200)
    const changed = content.map((block) => (block.thinking === undefined ? block : { ...block, thinking: 'for no reason' }))
    assert.equal((await post([user, { role: 'assistant', content: changed }, user])).status, 400)
  })
})
