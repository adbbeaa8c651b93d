import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { Dispatcher } from '../service/dispatcher.ts'
import { httpTransport } from '../service/http-transport.ts'
import type { Answer } from '../service/retry.ts'

const ENDPOINT = { url: 'http://receiver.test/hook', secret: 'whsec_test' }

interface Post {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** A dispatcher whose receiver gives the listed answers, one after another, and whose pauses pass at once. */
function setUp(answers: readonly Answer[], concurrency = 4) {
  const posts: Post[] = []
  const pauses: number[] = []
  const load = { now: 0, most: 0 }
  const dispatcher = new Dispatcher({
    concurrency,
    now: () => 1_700_000_000_000,
    wait: async (ms) => void pauses.push(ms),
    transport: async (url, body, headers) => {
      const answer = answers[posts.push({ url, body, headers }) - 1] ?? { status: 200 }
      load.most = Math.max(load.most, (load.now += 1))
      await new Promise((resolve) => setImmediate(resolve))
      load.now -= 1
      return answer
    },
  })
  return { dispatcher, posts, pauses, load }
}

test('an event that is taken is delivered at the first attempt', async () => {
  const { dispatcher, pauses } = setUp([{ status: 204 }])
  const delivery = dispatcher.enqueue(ENDPOINT, 'order.created', {})
  await dispatcher.idle()
  assert.equal(delivery.state, 'delivered')
  assert.equal(delivery.attempts, 1)
  assert.equal(delivery.lastStatus, 204)
  assert.deepEqual(pauses, [])
})

test('a delivery is tried again until it is taken', async () => {
  const { dispatcher, pauses } = setUp([{ status: 503 }, { status: 429, retryAfter: '5' }, { status: 200 }])
  const delivery = dispatcher.enqueue(ENDPOINT, 'order.created', {})
  await dispatcher.idle()
  assert.equal(delivery.state, 'delivered')
  assert.equal(delivery.attempts, 3)
  assert.deepEqual(pauses, [1000, 5000])
})

test('a delivery fails for good after five attempts', async () => {
  const { dispatcher, pauses } = setUp(Array.from({ length: 9 }, () => ({ status: 503 })))
  const delivery = dispatcher.enqueue(ENDPOINT, 'order.created', {})
  await dispatcher.idle()
  assert.equal(delivery.state, 'failed')
  assert.equal(delivery.attempts, 5)
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000])
})

test('a refusal is final', async () => {
  const { dispatcher, posts } = setUp([{ status: 410 }])
  const delivery = dispatcher.enqueue(ENDPOINT, 'order.created', {})
  await dispatcher.idle()
  assert.equal(delivery.state, 'failed')
  assert.equal(posts.length, 1)
})

test('a delivery is queued until there is an answer', () => {
  const { dispatcher } = setUp([])
  assert.equal(dispatcher.enqueue(ENDPOINT, 'order.created', {}).state, 'queued')
})

test('the body is signed and named', async () => {
  const { dispatcher, posts } = setUp([])
  dispatcher.enqueue(ENDPOINT, 'order.paid', { id: 'ord_000001' })
  await dispatcher.idle()
  assert.deepEqual(posts, [
    {
      url: 'http://receiver.test/hook',
      body: '{"event":"order.paid","data":{"id":"ord_000001"}}',
      headers: {
        'content-type': 'application/json',
        'kiosk-event': 'order.paid',
        'kiosk-signature': 't=1700000000,v1=2bee37b4542905913b0833cba583f997dc7e16f74cdf09dfb43ab0e4b9f93eb5',
      },
    },
  ])
})

test('only so many deliveries are under way at once', async () => {
  const { dispatcher, posts, load } = setUp([], 2)
  for (let count = 0; count < 7; count += 1) dispatcher.enqueue(ENDPOINT, 'order.created', count)
  await dispatcher.idle()
  assert.equal(posts.length, 7)
  assert.equal(load.most, 2)
  assert.equal(load.now, 0)
})

test('events are sent in the order in which they came', async () => {
  const { dispatcher, posts } = setUp([], 1)
  for (const event of ['a', 'b', 'c']) dispatcher.enqueue(ENDPOINT, event, null)
  await dispatcher.idle()
  assert.deepEqual(posts.map((post) => post.headers['kiosk-event']), ['a', 'b', 'c'])
  assert.deepEqual(dispatcher.deliveries.map((delivery) => delivery.id), [1, 2, 3])
})

test('idle resolves when nothing was ever enqueued', async () => {
  const { dispatcher } = setUp([])
  await dispatcher.idle()
  assert.deepEqual(dispatcher.deliveries, [])
})

async function listen(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

test('a body arrives with its headers, and the status comes back', async (context) => {
  const seen: string[] = []
  const url = await listen(context, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen.push(request.method ?? '', request.headers['kiosk-event']?.toString() ?? '', body)
    response.writeHead(202).end('thanks')
  })
  assert.deepEqual(await httpTransport(5000)(url, '{"größe":1}', { 'kiosk-event': 'order.paid' }), { status: 202 })
  assert.deepEqual(seen, ['POST', 'order.paid', '{"größe":1}'])
})

test('a wish for a pause comes back with the status', async (context) => {
  const url = await listen(context, (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end())
  assert.deepEqual(await httpTransport(5000)(url, '{}', {}), { status: 429, retryAfter: '7' })
})

test('a receiver that hangs up is no answer', async (context) => {
  const url = await listen(context, (request) => request.socket.destroy())
  assert.deepEqual(await httpTransport(5000)(url, '{}', {}), { status: 0 })
})
