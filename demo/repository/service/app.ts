import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Scope, TokenRegistry } from './auth.ts'
import { ordersToCsv } from './csv.ts'
import type { Dispatcher, Endpoint } from './dispatcher.ts'
import { InvalidInput } from './invalid-input.ts'
import { isOrderStatus, parseDraft, type Order, type OrderStatus } from './order.ts'
import type { OrderStore } from './order-store.ts'
import { linkHeader, paginate, parsePageRequest } from './pages.ts'
import { quote } from './pricing.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { Router, type Params } from './router.ts'
import { verifySignature } from './signature.ts'
import type { TtlCache } from './ttl-cache.ts'

const MAX_BODY_BYTES = 64 * 1024

export interface AppOptions {
  readonly store: OrderStore
  readonly tokens: TokenRegistry
  readonly limiter: RateLimiter
  readonly dispatcher: Dispatcher
  readonly endpoints: readonly Endpoint[]
  /** Idempotency keys and the orders that they made. */
  readonly replays: TtlCache<Order>
  readonly paymentSecret: string
  readonly now: () => number
}

interface Call {
  readonly params: Params
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Handler {
  readonly scope?: Scope
  run(call: Call): Reply
}

function problem(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: { error: message }, headers }
}

/** The whole body as text, or undefined when it is larger than we take. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8')
}

function routes(options: AppOptions): Router<Handler> {
  const { store, dispatcher, endpoints, replays } = options

  const announce = (event: string, order: Order): void => {
    for (const endpoint of endpoints) dispatcher.enqueue(endpoint, event, order)
  }

  const create = ({ body, headers }: Call): Reply => {
    const key = headers['idempotency-key']
    const earlier = typeof key === 'string' ? replays.get(key) : undefined
    if (earlier !== undefined) return { status: 200, body: earlier }
    const draft = parseDraft(JSON.parse(body))
    const order = store.add(draft, quote(draft.lines).totalCents, new Date(options.now()))
    if (typeof key === 'string') replays.set(key, order)
    announce('order.created', order)
    return { status: 201, body: order, headers: { location: `/orders/${order.id}` } }
  }

  const list = ({ query }: Call): Reply => {
    const status = query.get('status')
    if (status !== null && !isOrderStatus(status)) return problem(400, `no such status: ${status}`)
    const request = parsePageRequest(query)
    const page = paginate(store.list(status ?? undefined), request)
    return { status: 200, body: page, headers: { link: linkHeader('/orders', page, request.size) } }
  }

  const move = (id: string, to: OrderStatus): Reply => {
    const result = store.move(id, to)
    if (result.moved) announce(`order.${to}`, result.order)
    if (result.moved) return { status: 200, body: result.order }
    return result.reason === 'unknown' ? problem(404, `no order ${id}`) : problem(409, `${id} cannot become ${to}`)
  }

  const show = ({ params }: Call): Reply => {
    const order = store.find(params.id ?? '')
    return order === undefined ? problem(404, `no order ${params.id}`) : { status: 200, body: order }
  }

  const setStatus = ({ params, body }: Call): Reply => {
    const to = String(JSON.parse(body).status)
    return isOrderStatus(to) ? move(params.id ?? '', to) : problem(400, `no such status: ${to}`)
  }

  const exportCsv = (): Reply => ({
    status: 200,
    body: ordersToCsv(store.list()),
    headers: { 'content-type': 'text/csv; charset=utf-8' },
  })

  const payment = ({ headers, body }: Call): Reply => {
    const header = headers['kiosk-signature']
    const nowSeconds = Math.floor(options.now() / 1000)
    const verdict = verifySignature(header?.toString(), body, options.paymentSecret, nowSeconds)
    return verdict === 'valid' ? move(String(JSON.parse(body).order), 'paid') : problem(400, `signature ${verdict}`)
  }

  return new Router<Handler>()
    .add('GET', '/health', { run: () => ({ status: 200, body: { up: true } }) })
    .add('POST', '/orders', { scope: 'orders:write', run: create })
    .add('GET', '/orders', { scope: 'orders:read', run: list })
    .add('GET', '/orders/:id', { scope: 'orders:read', run: show })
    .add('POST', '/orders/:id/status', { scope: 'orders:write', run: setStatus })
    .add('GET', '/exports/orders.csv', { scope: 'orders:read', run: exportCsv })
    .add('POST', '/callbacks/payment', { run: payment })
}

function reply(options: AppOptions, router: Router<Handler>, request: IncomingMessage, body: string): Reply {
  const url = new URL(request.url ?? '/', 'http://kiosk')
  const match = router.match(request.method ?? 'GET', url.pathname)
  if (match.kind === 'not-found') return problem(404, 'there is nothing here')
  if (match.kind === 'wrong-method') return problem(405, 'not by this method', { allow: match.allowed.join(', ') })
  if (match.handler.scope !== undefined) {
    const access = options.tokens.check(request.headers.authorization, match.handler.scope)
    if (!access.granted) return problem(access.status, access.reason)
    const rate = options.limiter.take(access.client.name, options.now())
    if (!rate.allowed) return problem(429, 'too many requests', { 'retry-after': String(rate.retryAfterSeconds) })
  }
  return match.handler.run({ params: match.params, query: url.searchParams, headers: request.headers, body })
}

function toProblem(error: unknown): Reply {
  if (error instanceof SyntaxError) return problem(400, 'the body is not JSON')
  if (error instanceof InvalidInput) return problem(400, error.message)
  return problem(500, 'something went wrong')
}

export function createApp(options: AppOptions): Server {
  const router = routes(options)
  return createServer(async (request, response) => {
    let result: Reply
    try {
      const body = await readBody(request)
      result = body === undefined ? problem(413, 'the body is too large') : reply(options, router, request, body)
    } catch (error) {
      result = toProblem(error)
    }
    const isText = typeof result.body === 'string'
    response.writeHead(result.status, { 'content-type': 'application/json', ...result.headers })
    response.end(isText ? result.body : JSON.stringify(result.body))
  })
}
