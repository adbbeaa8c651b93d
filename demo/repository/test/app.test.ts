import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createApp } from '../service/app.ts'
import { TokenRegistry } from '../service/auth.ts'
import { Dispatcher } from '../service/dispatcher.ts'
import type { Order } from '../service/order.ts'
import { OrderStore } from '../service/order-store.ts'
import { RateLimiter } from '../service/rate-limiter.ts'
import { TtlCache } from '../service/ttl-cache.ts'

const NOW = 1_700_000_000_000
const TOKEN = 'writer-token-0123456789'
const DRAFT = {
  customer: { name: 'Ada', email: 'ada@example.com' },
  lines: [{ sku: 'mug', quantity: 1, unitCents: 1000 }],
}

type Send = (method: string, path: string, body?: string, headers?: Record<string, string>) => Promise<Response>

/** The whole service on a free port of the loopback interface; `send` carries a token unless told otherwise. */
async function start(context: TestContext, burst = 100): Promise<{ send: Send; store: OrderStore; events: string[] }> {
  const store = new OrderStore()
  const events: string[] = []
  const tokens = new TokenRegistry()
  tokens.add(TOKEN, { name: 'writer', scopes: ['orders:read', 'orders:write'] })
  const now = (): number => NOW
  const server = createApp({
    store,
    tokens,
    limiter: new RateLimiter({ burst, perSecond: 0.5 }),
    dispatcher: new Dispatcher({
      now,
      wait: async () => {},
      transport: async (_url, _body, headers) => {
        events.push(headers['kiosk-event'] ?? '')
        return { status: 200 }
      },
    }),
    endpoints: [{ url: 'http://receiver.test/hook', secret: 'whsec_out' }],
    replays: new TtlCache<Order>({ capacity: 10, ttlMs: 60_000, now }),
    paymentSecret: 'whsec_test',
    now,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const send: Send = (method, path, body, headers = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body }) })
  return { send, store, events }
}

test('health needs no token', async (context) => {
  const { send } = await start(context)
  const response = await send('GET', '/health', undefined, {})
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { up: true })
})

test('an order is priced, stored and announced', async (context) => {
  const { send, store, events } = await start(context)
  const response = await send('POST', '/orders', JSON.stringify(DRAFT))
  assert.equal(response.status, 201)
  assert.equal(response.headers.get('location'), '/orders/ord_000001')
  assert.equal((await response.json() as Order).totalCents, 1773)
  assert.equal(store.size, 1)
  assert.deepEqual(events, ['order.created'])
})

test('the same idempotency key makes one order only', async (context) => {
  const { send, store } = await start(context)
  const headers = { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'k1' }
  const first = await (await send('POST', '/orders', JSON.stringify(DRAFT), headers)).json() as Order
  const again = await send('POST', '/orders', JSON.stringify(DRAFT), headers)
  assert.equal(again.status, 200)
  assert.deepEqual(await again.json(), first)
  assert.equal(store.size, 1)
})

test('a request without a token is answered with 401', async (context) => {
  const { send } = await start(context)
  const response = await send('GET', '/orders', undefined, {})
  assert.equal(response.status, 401)
  assert.deepEqual(await response.json(), { error: 'a bearer token is needed' })
})

test('orders are listed in pages', async (context) => {
  const { send, store } = await start(context)
  for (let count = 0; count < 5; count += 1) store.add(DRAFT, 1773, new Date(NOW))
  const response = await send('GET', '/orders?page=2&size=2')
  const page = await response.json() as { items: Order[]; total: number }
  assert.deepEqual(page.items.map((order) => order.id), ['ord_000003', 'ord_000004'])
  assert.equal(page.total, 5)
  assert.equal(
    response.headers.get('link'),
    '</orders?page=1&size=2>; rel="prev", </orders?page=3&size=2>; rel="next"',
  )
})

test('an order can be looked at and moved on', async (context) => {
  const { send, store } = await start(context)
  store.add(DRAFT, 1773, new Date(NOW))
  assert.equal((await send('POST', '/orders/ord_000001/status', '{"status":"paid"}')).status, 200)
  assert.equal((await (await send('GET', '/orders/ord_000001')).json() as Order).status, 'paid')
  assert.equal((await send('POST', '/orders/ord_000001/status', '{"status":"open"}')).status, 409)
  assert.equal((await send('POST', '/orders/ord_000001/status', '{"status":"lost"}')).status, 400)
  assert.equal((await send('GET', '/orders/ord_000009')).status, 404)
})

test('the export is CSV', async (context) => {
  const { send, store } = await start(context)
  store.add(DRAFT, 1773, new Date(NOW))
  const response = await send('GET', '/exports/orders.csv')
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.match(await response.text(), /\r\nord_000001,2023-11-14T22:13:20\.000Z,open,Ada,ada@example\.com,1,17\.73\r\n$/)
})

test('a signed payment marks the order as paid', async (context) => {
  const { send, store, events } = await start(context)
  store.add(DRAFT, 1773, new Date(NOW))
  const signature = 't=1700000000,v1=874a4bf1d81b07fd41575d54dbeaff8ab38cbc86520f55459b7f9e22a5a9588c'
  const response = await send('POST', '/callbacks/payment', '{"order":"ord_000001"}', { 'kiosk-signature': signature })
  assert.equal(response.status, 200)
  assert.equal(store.find('ord_000001')?.status, 'paid')
  assert.deepEqual(events, ['order.paid'])
})

test('a payment without a good signature changes nothing', async (context) => {
  const { send, store } = await start(context)
  store.add(DRAFT, 1773, new Date(NOW))
  const forged = `t=1700000000,v1=${'0'.repeat(64)}`
  assert.equal((await send('POST', '/callbacks/payment', '{"order":"ord_000001"}', {})).status, 400)
  const response = await send('POST', '/callbacks/payment', '{"order":"ord_000001"}', { 'kiosk-signature': forged })
  assert.deepEqual(await response.json(), { error: 'signature mismatch' })
  assert.equal(store.find('ord_000001')?.status, 'open')
})

test('too many requests are told when to come back', async (context) => {
  const { send } = await start(context, 1)
  assert.equal((await send('GET', '/orders')).status, 200)
  const response = await send('GET', '/orders')
  assert.equal(response.status, 429)
  assert.equal(response.headers.get('retry-after'), '2')
})

test('a body that cannot be used is answered with 400 and a reason', async (context) => {
  const { send } = await start(context)
  const broken = await send('POST', '/orders', '{')
  assert.equal(broken.status, 400)
  assert.deepEqual(await broken.json(), { error: 'the body is not JSON' })
  const empty = await send('POST', '/orders', JSON.stringify({ ...DRAFT, lines: [] }))
  assert.deepEqual(await empty.json(), { error: 'lines must hold at least one line' })
})

test('a body that is too large is answered with 413', async (context) => {
  const { send } = await start(context)
  assert.equal((await send('POST', '/orders', 'x'.repeat(70_000))).status, 413)
})

test('a path by the wrong method is answered with 405', async (context) => {
  const { send } = await start(context)
  const response = await send('DELETE', '/orders')
  assert.equal(response.status, 405)
  assert.equal(response.headers.get('allow'), 'GET, POST')
  assert.equal((await send('GET', '/nowhere')).status, 404)
})
