import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetryError } from 'ai'
import type { ModelFault } from './reply.ts'
import { startModelServer } from './start-model-server.ts'
import type { ModelServer } from './start-model-server.ts'
import { converse, getClient, testClients } from './test-clients.ts'
import type { TestClient } from './test-clients.ts'

const spoken = { text: 'Text before the fault comes.', calls: [{ name: 'shell', input: { command: 'ls -la' } }] }

/** A server whose first answer goes wrong and whose second is plain, used by every client in turn. */
async function withFault(fault: ModelFault, use: (client: TestClient, server: ModelServer) => Promise<void>, clients = testClients): Promise<void> {
  for (const client of clients) {
    const server = await startModelServer({ script: [{ ...spoken, fault }, { text: 'after' }] })
    try {
      await use(client, server)
    } catch (cause) {
      throw new Error(`${client.name} with ${JSON.stringify(fault)}`, { cause })
    } finally {
      await server.close()
    }
  }
}

test('HTTP errors carry the status, the headers and the vendor\'s message', async () => {
  for (const status of [400, 401, 403, 404, 429, 500, 503, 529]) {
    await withFault({ status, headers: { 'retry-after': '7' }, message: 'as scripted' }, async (client, server) => {
      await assert.rejects(converse(client, server.url), (error: { statusCode: number; message: string; responseHeaders: Record<string, string> }) => {
        assert.equal(error.statusCode, status)
        assert.equal(error.message, 'as scripted')
        assert.equal(error.responseHeaders['retry-after'], '7')
        return true
      })
      assert.deepEqual(server.requests.map(({ outcome }) => outcome), ['faulted'])
    })
  }
})

test('a retry after a 429 gets the next reply, in the same place of the conversation', async () => {
  await withFault({ status: 429, headers: { 'retry-after-ms': '1' } }, async (client, server) => {
    assert.equal((await converse(client, server.url, { retries: 1 })).text, 'after')
    assert.deepEqual(server.requests.map(({ normalised }) => [normalised?.n, normalised?.attempt]), [[0, 0], [0, 1]])
  })
})

test('a client that retries in vain gives up with the last error', async () => {
  const fault = { status: 503, headers: { 'retry-after-ms': '1' } }
  const server = await startModelServer({ script: () => ({ fault }) })
  try {
    await assert.rejects(converse(getClient('Anthropic'), server.url, { retries: 2 }), RetryError)
    assert.equal(server.requests.length, 3)
  } finally {
    await server.close()
  }
})

for (const fault of ['hang', 'hang-mid-stream'] as const) {
  test(`${fault}: nothing ends the request but the client, and the server sees it leave`, async () => {
    await withFault(fault, async (client, server) => {
      const controller = new AbortController()
      const ended = converse(client, server.url, { signal: controller.signal })
      await server.waitForRequests(1)
      controller.abort()
      await assert.rejects(ended, { name: 'AbortError' })
    })
  })
}

test('close frees clients that hang', async () => {
  const server = await startModelServer({ script: [{ fault: 'hang' }] })
  const ended = assert.rejects(converse(getClient('OpenAI Chat'), server.url))
  await server.waitForRequests(1)
  await server.close()
  await ended
  assert.equal(server.requests[0]?.outcome, 'client-left')
})

for (const fault of ['reset', 'break-mid-stream', 'garbage', 'error-mid-stream'] as const) {
  test(`${fault}: every client rejects, streamed`, async () => {
    await withFault(fault, async (client, server) => {
      await assert.rejects(converse(client, server.url))
      assert.deepEqual(server.requests.map(({ outcome }) => outcome), ['faulted'])
    })
  })
}

for (const fault of ['reset', 'break-mid-stream', 'garbage', 'error-mid-stream', 'truncated-stream', 'empty'] as const) {
  test(`${fault}: every client rejects, whole`, async () => {
    await withFault(fault, async (client, server) => {
      await assert.rejects(converse(client, server.url, { isWhole: true }))
      assert.deepEqual(server.requests.map(({ outcome }) => outcome), ['faulted'])
    })
  })
}

test('truncated-stream and empty: no client is told a finish reason', async () => {
  for (const fault of ['truncated-stream', 'empty'] as const) {
    await withFault(fault, async (client, server) => {
      // Some clients reject, the others report a finish that no model gave.
      const finish = await converse(client, server.url).then(({ finishReason }) => finishReason, () => 'rejected')
      assert.ok(['rejected', 'other', 'interrupted'].includes(finish), finish)
      assert.equal(server.requests[0]?.outcome, 'faulted')
    })
  }
})

test('malformed-json-arguments: the call arrives and is invalid; Gemini reports it instead', async () => {
  await withFault('malformed-json-arguments', async (client, server) => {
    const { calls, text, finishReason } = await converse(client, server.url)
    if (client.api === 'gemini') assert.deepEqual([calls.length, finishReason], [0, 'error'])
    else {
      assert.deepEqual(calls.map(({ toolName, invalid }) => [toolName, invalid]), [['shell', true]])
      assert.equal(text, 'Text before the fault comes.|after')
    }
  })
})

test('unknown-tool: the call names a tool that nobody offered', async () => {
  await withFault('unknown-tool', async (client, server) => {
    const { calls, text } = await converse(client, server.url)
    assert.deepEqual(calls.map(({ toolName, invalid }) => [toolName, invalid]), [['no_such_tool', true]])
    assert.equal(text, 'Text before the fault comes.|after')
  })
})

test('a client that leaves early is on the record', async () => {
  const server = await startModelServer({ script: [{ text: 'late', delayMs: 60_000 }] })
  try {
    const controller = new AbortController()
    const ended = assert.rejects(converse(getClient('Anthropic'), server.url, { signal: controller.signal }))
    await server.waitForRequests(1)
    controller.abort()
    await ended
  } finally {
    await server.close()
  }
  assert.equal(server.requests[0]?.outcome, 'client-left')
})

test('a script that throws is answered with a 500 that says why', async () => {
  const server = await startModelServer({ script: () => { throw new Error('my own mistake') } })
  try {
    await assert.rejects(converse(getClient('OpenAI Chat'), server.url), { statusCode: 500, message: /my own mistake/ })
  } finally {
    await server.close()
  }
})
