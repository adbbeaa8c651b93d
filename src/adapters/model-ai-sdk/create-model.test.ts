import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelReply } from '../../protocol/conversation.ts'
import type { ModelRequest } from '../../protocol/conversation.ts'
import type { JsonObject } from '../../testing/model-server/json.ts'
import type { Reply } from '../../testing/model-server/reply.ts'
import { startModelServer } from '../../testing/model-server/start-model-server.ts'
import type { ModelServer } from '../../testing/model-server/start-model-server.ts'
import { ask, openModel, testModels, toRequest, withReply } from './test-models.ts'

async function withServer(script: readonly Reply[], use: (server: ModelServer) => Promise<void>): Promise<void> {
  const server = await startModelServer({ script })
  try {
    await use(server)
    assert.deepEqual(server.strays, [])
  } finally {
    await server.close()
  }
}

const usage = { inputTokens: 100, cachedInputTokens: 40, outputTokens: 30, reasoningTokens: 10 }
const story: readonly Reply[] = [
  { reasoning: 'I must look first.', text: 'Looking: 日本語 🙂🙂🙂🙂.', calls: [{ name: 'shell', input: { seconds: 3, command: 'echo "ü🙂"' } }, { name: 'shell', input: { command: 'ls' } }], usage },
  { reasoning: 'Once more.', calls: [{ name: 'shell', input: { command: 'true' } }], usage },
  { text: 'A word between.', usage },
  { calls: [{ name: 'no_such_tool', input: {} }], usage },
  { reasoning: 'Now I know.', text: 'Nearly.', calls: [{ name: 'finish', input: {} }], usage },
  { text: 'Done, as asked.', usage },
]

for (const { id, api, reasoning } of testModels) {
  test(`${id}: parts, live signals, usage and finish arrive, and six turns share their beginning byte for byte`, async () => {
    await withServer(story, async (server) => {
      const model = await openModel(id, server.url)
      assert.equal(model.id, id)
      let request: ModelRequest = toRequest()
      for (const [turn, told] of story.entries()) {
        const { live, ...reply } = await ask(model, request)
        assert.deepEqual(ModelReply.parse(reply), reply)
        const has = (type: string): string => reply.parts.flatMap((part) => (part.type === type && part.type !== 'call' ? [part.text] : [])).join('')
        assert.equal(has('text'), told.text ?? '')
        assert.equal(has('reasoning'), reasoning === 'none' ? '' : told.reasoning ?? '')
        assert.equal(live.filter(({ kind }) => kind === 'text').map((each) => ('text' in each ? each.text : '')).join(''), told.text ?? '')
        const calls = reply.parts.flatMap((part) => (part.type === 'call' ? [{ name: part.name, input: part.input }] : []))
        assert.deepEqual(calls, told.calls ?? [])
        assert.equal(reply.finish, told.calls === undefined ? 'stop' : 'calls')
        const reasoningTokens = api === 'anthropic' ? reply.usage.reasoningTokens : 10
        assert.deepEqual(reply.usage, { inputTokens: 100, cachedTokens: 40, outputTokens: 30, reasoningTokens })
        assert.match(reply.servedBy, new RegExp(`^${id.split('/')[0]}/`))
        assert.equal(server.requests[turn]?.refusal, undefined)
        request = withReply(request, reply.parts)
      }
      assert.equal(server.requests.length, story.length)
      assert.deepEqual(server.requests.map(({ normalised }) => normalised?.n), [0, 1, 2, 3, 4, 5])
      checkPrefixes(server)
      const items = server.requests.at(-1)?.normalised?.items ?? []
      const thoughts = items.filter(({ kind }) => kind === 'reasoning')
      assert.equal(thoughts.length, reasoning === 'none' ? 0 : 3)
      if (reasoning === 'sealed') assert.ok(thoughts.every((item) => item.kind === 'reasoning' && item.seal !== undefined && item.seal !== ''))
      if (api === 'gemini') assert.ok(items.some((item) => item.kind === 'call' && item.seal !== undefined), 'signatures of calls go back')
    })
  })
}

/** Each request's conversation begins with the bytes of the one before; everything around it is the same. */
function checkPrefixes(server: ModelServer): void {
  const split = (body: JsonObject): { around: string; items: readonly string[] } => {
    const { input, messages, contents, ...around } = body
    const items = (input ?? messages ?? contents) as readonly unknown[]
    return { around: JSON.stringify(around), items: items.map(withoutMarks) }
  }
  const bodies = server.requests.map(({ body }) => split(body))
  for (const [index, next] of bodies.entries()) {
    const previous = bodies[index - 1]
    if (previous === undefined) continue
    assert.equal(next.around, previous.around)
    assert.deepEqual(next.items.slice(0, previous.items.length), previous.items)
    assert.ok(next.items.length > previous.items.length)
  }
}

/** Anthropic's marks say where to keep what was read; they are no part of what is read. */
function withoutMarks(item: unknown): string {
  return JSON.stringify(item).replaceAll(',"cache_control":{"type":"ephemeral"}', '')
}

test('Anthropic is told to keep the tools, the system text and the newest two messages, never more than four marks', async () => {
  await withServer(story, async (server) => {
    const model = await openModel('anthropic/claude-sonnet-5-5', server.url)
    let request = toRequest()
    for (let turn = 0; turn < 3; turn++) request = withReply(request, (await ask(model, request)).parts)
    const { body } = server.requests[2] ?? {}
    const marked = (value: unknown): boolean => JSON.stringify(value).includes('cache_control')
    assert.deepEqual((body?.['messages'] as JsonObject[]).map(marked), [false, false, true, false, true])
    assert.equal(marked(body?.['system']), true)
    assert.ok((JSON.stringify(body).match(/cache_control/g) ?? []).length <= 4)
    assert.ok(Number(body?.['max_tokens']) >= 16_000)
  })
})

test('OpenAI keeps nothing, gives its thoughts back encrypted and meets the same cache all through a run', async () => {
  await withServer(story, async (server) => {
    const model = await openModel('openai/gpt-5', server.url)
    const first = await ask(model, toRequest())
    await ask(model, withReply(toRequest(), first.parts))
    await ask(model, toRequest([{ role: 'user', text: 'another run' }]))
    const bodies = server.requests.map(({ body }) => body)
    assert.ok(bodies.every((body) => body['store'] === false && JSON.stringify(body['include']) === '["reasoning.encrypted_content"]'))
    assert.deepEqual(bodies[0]?.['reasoning'], { summary: 'auto' })
    const keys = bodies.map((body) => body['prompt_cache_key'])
    assert.ok(keys[0] === keys[1] && keys[0] !== keys[2])
    assert.ok((bodies[0]?.['tools'] as JsonObject[]).every((tool) => tool['strict'] === false))
  })
})

test('thoughts that cannot go back are left out, together with the ids that ask for them', async () => {
  await withServer(story, async (server) => {
    const model = await openModel('azure/mine', server.url)
    const { parts } = await ask(model, toRequest())
    assert.equal(parts[0]?.type, 'reasoning')
    await ask(model, withReply(toRequest(), parts))
    const sent = JSON.stringify(server.requests[1]?.body['input'])
    assert.doesNotMatch(sent, /rs_t0|msg_t0|"reasoning"/)
    assert.match(sent, /Looking: 日本語/)
  })
})

test('effort reaches each provider in its own words, and only models that think', async () => {
  const cases: readonly (readonly [id: string, effort: ModelRequest['effort'], path: string, wanted: unknown])[] = [
    ['openai/gpt-5', 'xhigh', 'reasoning', { effort: 'high', summary: 'auto' }],
    ['openai/gpt-5.4', 'xhigh', 'reasoning', { effort: 'xhigh', summary: 'auto' }],
    ['openai/gpt-4.1', 'high', 'reasoning', undefined],
    ['openai-chat/gpt-4.1', 'high', 'reasoning_effort', undefined],
    ['openai-chat/gpt-5', 'low', 'reasoning_effort', 'low'],
    ['azure/mine', 'medium', 'reasoning', { effort: 'medium', summary: 'auto' }],
    ['anthropic/claude-sonnet-5-5', 'low', 'output_config', { effort: 'low' }],
    ['anthropic/claude-sonnet-5-5', undefined, 'thinking', { type: 'adaptive', display: 'summarized' }],
    ['anthropic/claude-sonnet-4-5-20250929', 'medium', 'thinking', { type: 'enabled', budget_tokens: 12_000 }],
    ['anthropic/claude-sonnet-4-20250514', undefined, 'thinking', undefined],
    ['anthropic/claude-opus-4-5', 'xhigh', 'output_config', { effort: 'high' }],
    ['google/gemini-3.8-flash', 'medium', 'generationConfig', { thinkingConfig: { includeThoughts: true, thinkingLevel: 'medium' } }],
    ['google/gemini-2.5-pro', 'low', 'generationConfig', { thinkingConfig: { includeThoughts: true, thinkingBudget: 4000 } }],
    ['google/gemini-2.0-flash', 'low', 'generationConfig', {}],
    ['openai-compatible/any', 'xhigh', 'reasoning_effort', 'high'],
  ]
  await withServer([], async (server) => {
    for (const [id, effort, path, wanted] of cases) {
      const model = await openModel(id, server.url)
      await ask(model, toRequest(undefined, effort === undefined ? {} : { effort }))
      assert.deepEqual(server.requests.at(-1)?.body[path], wanted, `${id} ${effort}`)
    }
  })
})

test('the probability of the text is kept, in four figures, where it comes for nothing', async () => {
  const logprobs = [{ token: 'yes', logprob: Math.log(0.5) }, { token: '!', logprob: 0 }, { token: '?', logprob: Math.log(0.3) }, { token: '.', logprob: Math.log(0.7) }]
  await withServer([{ text: 'yes!', logprobs }], async (server) => {
    for (const id of ['openai/gpt-4.1', 'openai-chat/gpt-4o-mini']) {
      const { certainty } = await ask(await openModel(id, server.url), toRequest())
      assert.deepEqual(certainty && { ...certainty, mean: Number(certainty.mean.toFixed(9)), least: Number(certainty.least.toFixed(9)) }, { tokens: 4, mean: 0.625, least: 0.3, low: 0.25 }, id)
    }
    assert.equal((await ask(await openModel('anthropic/claude-sonnet-5-5', server.url), toRequest())).certainty, undefined)
  })
})

test('cost comes from the price list, is nothing on this machine, and unknown where the model is', async () => {
  await withServer([{ text: 'a', usage: { inputTokens: 1000, cachedInputTokens: 500, outputTokens: 100 } }], async (server) => {
    const priced = await openModel('openai/gpt-5', server.url)
    assert.equal(priced.contextWindow, undefined)
    assert.ok(Math.abs(((await ask(priced, toRequest())).costUsd ?? 0) - 0.0016875) < 1e-9)
    assert.equal(priced.contextWindow, 400_000)
    const later = await openModel('openai/gpt-5', server.url)
    const early = await ask(later, { ...toRequest(), tools: [] })
    const both = await ask(later, toRequest())
    assert.equal(early.costUsd, 0, 'prices are not loaded for a request without tools')
    assert.ok((both.costUsd ?? 0) > 0.0016875 + 1e-9, `what it used is charged with the next answer: ${both.costUsd}`)
    assert.equal((await ask(await openModel('ollama/qwen3:8b', server.url), toRequest())).costUsd, 0)
    assert.equal((await ask(await openModel('openai/unheard-of', server.url), toRequest())).costUsd, undefined)
  })
  await withServer([{ text: 'a', usage: { inputTokens: 10, cachedInputTokens: 50, outputTokens: 1 } }], async (server) => {
    const { costUsd } = await ask(await openModel('openai/gpt-5', server.url), toRequest())
    assert.ok(costUsd !== undefined && costUsd > 0, 'figures that contradict each other are no fault')
  })
})

test('opening a model sends nothing', async () => {
  const sent: unknown[] = []
  for (const { id } of testModels) await openModel(id, 'http://127.0.0.1:9', { fetch: async (input) => assert.fail(`asked ${String(sent.push(input))}`) })
  // What goes on after opening has had its turns by now.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(sent, [])
})

test('calls without an id, or with one that was there before, get one of their own', async () => {
  const bodies: string[] = []
  const chunk = (delta: object, finish: string | null = null): string => `data: ${JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const call = (index: number): object => ({ tool_calls: [{ index, id: 'call_0', type: 'function', function: { name: 'shell', arguments: '{"command":"ls"}' } }] })
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    bodies.push(String(init?.body))
    return new Response(`${chunk(call(0))}${chunk(call(1))}${chunk({}, 'tool_calls')}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } })
  }
  const model = await openModel('ollama/m', 'http://127.0.0.1:9', { fetch })
  const ids = (reply: ModelReply): string[] => reply.parts.flatMap((part) => (part.type === 'call' ? [part.callId] : []))
  const first = await ask(model, toRequest())
  const again = withReply(toRequest(), first.parts)
  const second = await ask(model, again)
  assert.deepEqual([ids(first)[0], ids(second)[0]], ['call_0', 'call_0-2'])
  assert.equal(ids(await ask(model, again))[0], 'call_0-2', 'the same request gives the same id')
  assert.equal(new Set([...ids(first), ...ids(second)]).size, 4)
  await ask(model, withReply(again, second.parts))
  assert.match(bodies.at(-1) ?? '', /"tool_call_id":"call_0-2"/)
})

test('an answer that says nothing, and one of an older turn by another provider, can go back to every provider', async () => {
  const foreign: ModelRequest = toRequest([
    { role: 'user', text: 'Begin.' },
    { role: 'assistant', parts: [] },
    { role: 'user', text: 'You said nothing.' },
    { role: 'assistant', parts: [{ type: 'reasoning', text: 'A thought.' }, { type: 'text', text: '' }, { type: 'call', callId: 'c1', name: 'shell', input: { command: 'ls' }, provider: { elsewhere: { x: 1 } } }] },
    { role: 'tool', answers: [{ callId: 'c1', name: 'shell', text: '', isError: true }] },
  ])
  await withServer([{ text: 'a' }, { text: 'b' }, { text: 'c' }, { text: 'd' }], async (server) => {
    for (const { id } of testModels) {
      const { finish } = await ask(await openModel(id, server.url), foreign)
      assert.equal(finish, 'stop', id)
    }
  })
})
