import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultCode } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { ModelFault, Reply } from '../../testing/model-server/reply.ts'
import { startModelServer } from '../../testing/model-server/start-model-server.ts'
import type { ModelServer } from '../../testing/model-server/start-model-server.ts'
import type { ModelOptions } from './create-model.ts'
import { ask, openModel, testKey, testModels, toRequest } from './test-models.ts'
import type { TestModel } from './test-models.ts'

const spoken: Reply = { text: 'Text before the fault comes, and a little more.', calls: [{ name: 'shell', input: { command: 'ls -la' } }] }
const short = { firstMs: 60, silentMs: 60, thinkingMs: 60, totalMs: 5000 }

async function withFault(fault: ModelFault, options: Partial<ModelOptions>, use: (fault: Fault, model: TestModel, server: ModelServer) => void): Promise<void> {
  await Promise.all(testModels.map(async (each) => {
    const server = await startModelServer({ script: [{ ...spoken, fault }, { text: 'after' }] })
    try {
      const model = await openModel(each.id, server.url, options)
      const thrown: unknown = await ask(model, toRequest()).then((reply) => assert.fail(`${each.id} answered ${JSON.stringify(reply)}`), (error: unknown) => error)
      assert.ok(thrown instanceof Fault, `${each.id}: ${String(thrown)}`)
      assert.doesNotMatch(thrown.message, /\n/)
      assert.equal(JSON.stringify([thrown.message, thrown.cause, thrown.stack]).includes(testKey), false)
      use(thrown, each, server)
      // Where the time was up before it came to listen, the server may not have seen it.
      assert.ok(server.requests.length <= 1, `${each.id} asked once`)
    } finally {
      await server.close()
    }
  }))
}

const statuses: readonly (readonly [fault: ModelFault, code: FaultCode, message: RegExp, retryAfterMs?: number])[] = [
  [{ status: 400, message: 'Your input exceeds the context window.' }, 'model-rejected', /answered 400: Your input exceeds the context window\./],
  [{ status: 401, message: `Incorrect key: ${testKey}` }, 'model-unauthorized', /Incorrect key: \[key\]; check the key in \w+_API_KEY/],
  [{ status: 403, message: 'No.' }, 'model-unauthorized', /answered 403: No\.; check the key in/],
  [{ status: 404, message: 'No such model.' }, 'model-rejected', /No such model\.; check the model's name/],
  [{ status: 404, body: { detail: 'nothing here' } }, 'model-rejected', /answered 404: nothing here/],
  [{ status: 413, message: 'Too large.' }, 'model-rejected', /Too large/],
  [{ status: 422, message: 'Bad field.' }, 'model-rejected', /Bad field/],
  [{ status: 429, headers: { 'retry-after': '2' } }, 'model-rate-limited', /answered 429/, 2000],
  [{ status: 429, headers: { 'retry-after-ms': '20' } }, 'model-rate-limited', /answered 429/, 20],
  [{ status: 429, body: { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } } }, 'model-rejected', /nothing left to spend/],
  [{ status: 500 }, 'model-overloaded', /answered 500/],
  [{ status: 503, headers: { 'retry-after': '1' }, body: '<html>busy</html>' }, 'model-overloaded', /answered 503/, 1000],
  [{ status: 529, message: 'Overloaded' }, 'model-overloaded', /answered 529: Overloaded/],
  [{ status: 307, headers: { location: 'http://elsewhere.invalid/v1' } }, 'model-rejected', /redirects to elsewhere\.invalid/],
]

for (const [fault, code, message, retryAfterMs] of statuses) {
  const name = typeof fault === 'object' ? JSON.stringify(fault) : fault
  test(`${name.replaceAll(testKey, 'KEY')}: ${code}`, async () => {
    await withFault(fault, {}, (thrown, { id }) => {
      assert.equal(thrown.code, code, `${id}: ${thrown.message}`)
      assert.match(thrown.message, message, id)
      assert.equal(thrown.retryAfterMs, retryAfterMs, id)
    })
  })
}

const breaks: Readonly<Record<string, readonly FaultCode[]>> = {
  reset: ['model-unreachable'],
  'break-mid-stream': ['model-stream-broken'],
  'truncated-stream': ['model-stream-broken'],
  empty: ['model-stream-broken'],
  garbage: ['model-malformed'],
  'error-mid-stream': ['model-overloaded'],
  hang: ['model-timeout'],
  'hang-mid-stream': ['model-timeout'],
}

for (const [fault, codes] of Object.entries(breaks)) {
  test(`${fault}: ${codes.join(' or ')}`, async () => {
    await withFault(fault as ModelFault, fault.startsWith('hang') ? { limits: short } : {}, (thrown, { id }) => {
      assert.ok(codes.includes(thrown.code), `${id}: ${thrown.code}: ${thrown.message}`)
    })
  })
}

test('malformed arguments are kept as they came, and the answer is whole otherwise; Gemini cannot carry them', async () => {
  const server = await startModelServer({ script: () => ({ ...spoken, fault: 'malformed-json-arguments' }) })
  try {
    for (const { id, api } of testModels) {
      const asked = ask(await openModel(id, server.url), toRequest())
      if (api === 'gemini') {
        await assert.rejects(asked, { code: 'model-malformed', message: /MALFORMED_FUNCTION_CALL/ })
        continue
      }
      const call = (await asked).parts.find((part) => part.type === 'call')
      assert.ok(call?.type === 'call')
      assert.deepEqual([call.name, call.input, call.invalid], ['shell', {}, '{"command":"ls -la'], id)
    }
  } finally {
    await server.close()
  }
})

test('answers cut short or filtered say so', async () => {
  const server = await startModelServer({ script: ({ items }) => ({ text: 'cut', finish: JSON.stringify(items).includes('filter me') ? 'filter' : 'length' }) })
  try {
    for (const { id } of testModels) {
      const model = await openModel(id, server.url)
      assert.equal((await ask(model, toRequest())).finish, 'length', id)
      assert.equal((await ask(model, toRequest([{ role: 'user', text: 'filter me' }]))).finish, 'filtered', id)
    }
  } finally {
    await server.close()
  }
})

test('a stop by the caller is no fault of the model, and ends the request at once', async () => {
  for (const { id } of testModels) {
    for (const fault of ['hang', 'hang-mid-stream'] as const) {
      const server = await startModelServer({ script: [{ ...spoken, fault }] })
      try {
        const controller = new AbortController()
        const model = await openModel(id, server.url)
        const stopped = assert.rejects(ask(model, toRequest(), controller.signal), { code: 'cancelled' }, `${id} ${fault}`)
        await server.waitForRequests(1)
        controller.abort()
        await stopped
      } finally {
        await server.close()
      }
    }
  }
  const before = AbortSignal.abort()
  const model = await openModel('openai/gpt-5', 'http://127.0.0.1:9')
  await assert.rejects(ask(model, toRequest(), before), { code: 'cancelled' })
})

test('a server that never ends its answer meets the limit of the whole, however lively it is', async () => {
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    let timer: NodeJS.Timeout | undefined
    const body = new ReadableStream({
      start: (controller) => {
        timer = setInterval(() => controller.enqueue(new TextEncoder().encode(': alive\n\n')), 5)
        init?.signal?.addEventListener('abort', () => {
          clearInterval(timer)
          controller.error(init.signal?.reason)
        })
      },
      cancel: () => clearInterval(timer),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const model = await openModel('anthropic/claude-sonnet-5-5', 'http://127.0.0.1:9', { fetch, limits: { totalMs: 150 } })
  await assert.rejects(ask(model, toRequest()), { code: 'model-timeout', message: /had not finished its answer after 150 ms/ })
})

test('hosts that are not there are named', async () => {
  const closed = await startModelServer({ script: [] })
  await closed.close()
  for (const { id } of testModels) {
    await assert.rejects(ask(await openModel(id, closed.url), toRequest()), (error: Fault) => error.code === 'model-unreachable' && error.message.includes(new URL(closed.url).host), id)
  }
  await assert.rejects(ask(await openModel('openai/gpt-5', 'http://no-such-host.invalid'), toRequest()), { code: 'model-unreachable', message: /no-such-host\.invalid/ })
  const server = await startModelServer({ script: [] })
  try {
    await assert.rejects(ask(await openModel('openai/gpt-5', server.url.replace('http:', 'https:')), toRequest()), { code: 'model-unreachable', message: /could not be trusted/ })
  } finally {
    await server.close()
  }
})
