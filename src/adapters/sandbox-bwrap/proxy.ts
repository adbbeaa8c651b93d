import { randomBytes, timingSafeEqual } from 'node:crypto'
import dns from 'node:dns'
import http from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { NetDecision, NetRule } from './net-rules.ts'
import { findAddressFault, judgeAuthority, splitAuthority } from './net-rules.ts'

export type Resolve = (host: string) => Promise<readonly string[]>

export interface ProxyOptions {
  readonly rules: readonly NetRule[]
  /** Path of the unix socket to listen on. */
  readonly socket: string
  readonly onDecision: (decision: NetDecision) => void
  /** Awaited before a host is dialled for the first time; where it rejects, nothing is. */
  readonly onReach?: ((host: string) => Promise<void>) | undefined
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve
  readonly maxConnections?: number
  /** Both ways together, over the life of the proxy. */
  readonly maxBytes?: number
}

export interface Proxy {
  /** `user:password` that a client has to send; new for each proxy. */
  readonly credential: string
  close(): Promise<void>
}

const MAX_CONNECTIONS = 64
const MAX_BYTES = 2 * 1024 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 20_000
const IDLE_TIMEOUT_MS = 120_000
/** Meant for this hop only (RFC 9110, 7.6.1), or for us. */
const HOP_HEADERS = new Set([
  'connection', 'proxy-connection', 'keep-alive', 'proxy-authorization', 'proxy-authenticate', 'te', 'trailer', 'upgrade',
  'transfer-encoding', 'host',
])

/**
 * An HTTP proxy that dials listed hosts only. It judges the authority it is asked to dial (never the Host header),
 * resolves a name once, refuses addresses that are not public, and dials the very address it has judged, so that
 * a second answer of the resolver changes nothing. An address that is listed itself is dialled as it is.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const credential = `writ:${randomBytes(18).toString('base64url')}`
  const sockets = new Set<Duplex>()
  const gate = createGate(options, credential)
  const server = http.createServer({ requestTimeout: 0, headersTimeout: 30_000 }, (request, response) => {
    void forward(request, response, gate)
  })
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  server.on('connect', (request: http.IncomingMessage, client: Duplex, head: Buffer) => void tunnel(request, client, head, gate, sockets))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.socket, resolve)
  })
  return {
    credential,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

interface Refusal {
  readonly status: number
  readonly reason: string
}

interface Gate {
  /** The address to dial, or why not. Each answer is reported. */
  admit(authority: { host: string; port: number }): Promise<{ address: string } | Refusal>
  isKnown(request: http.IncomingMessage): boolean
  /** Counts bytes and ends the stream when the allowance is used up. */
  meter(): Transform
}

function createGate(options: ProxyOptions, credential: string): Gate {
  const expected = Buffer.from(`Basic ${Buffer.from(credential).toString('base64')}`)
  const resolve = options.resolve ?? systemResolve
  let left = options.maxBytes ?? MAX_BYTES
  const reached = new Map<string, Promise<void>>()
  const note = (authority: string): Promise<void> => {
    const noted = reached.get(authority) ?? options.onReach?.(authority) ?? Promise.resolve()
    reached.set(authority, noted)
    return noted
  }
  const admit = (address: string, decision: NetDecision): Promise<{ address: string } | Refusal> =>
    note(decision.authority).then(
      () => {
        options.onDecision(decision)
        return { address }
      },
      (thrown: unknown) => {
        const reason = `it could not be recorded (${thrown instanceof Error ? thrown.message : String(thrown)})`
        options.onDecision({ allowed: false, authority: decision.authority, reason })
        return { status: 503, reason }
      },
    )
  return {
    async admit({ host, port }) {
      const decision = judgeAuthority(options.rules, host, port)
      const refuse = (status: number, reason: string): Refusal => {
        options.onDecision({ allowed: false, authority: decision.authority, reason })
        return { status, reason }
      }
      if (!decision.allowed) return refuse(403, decision.reason)
      if (net.isIP(host) !== 0) {
        return admit(host, decision)
      }
      let addresses: readonly string[]
      try {
        addresses = await resolve(host)
      } catch (thrown) {
        return refuse(502, `the name could not be resolved (${thrown instanceof Error ? thrown.message : String(thrown)})`)
      }
      const fault = addresses.map(findAddressFault).find((found) => found !== undefined)
      const [address] = addresses
      if (fault !== undefined) return refuse(403, fault)
      if (address === undefined) return refuse(502, 'the name has no address')
      return admit(address, decision)
    },
    isKnown(request) {
      const given = Buffer.from(request.headers['proxy-authorization'] ?? '')
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
    meter: () =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          left -= chunk.length
          if (left < 0) done(new Error('the byte allowance of this command is used up'))
          else done(null, chunk)
        },
      }),
  }
}

async function systemResolve(host: string): Promise<readonly string[]> {
  const found = await dns.promises.lookup(host, { all: true })
  return found.map((entry) => entry.address)
}

async function tunnel(
  request: http.IncomingMessage,
  client: Duplex,
  head: Buffer,
  gate: Gate,
  sockets: Set<Duplex>,
): Promise<void> {
  client.on('error', () => client.destroy())
  const refusal = await (async (): Promise<Refusal | undefined> => {
    if (!gate.isKnown(request)) return { status: 407, reason: 'the proxy credential is missing or wrong' }
    const target = tryParse(() => splitAuthority(request.url ?? '', 443))
    if (target === undefined) return { status: 400, reason: 'CONNECT needs host:port' }
    const answer = await gate.admit(target)
    if ('status' in answer) return answer
    const upstream = net.connect({ host: answer.address, port: target.port })
    sockets.add(upstream)
    upstream.once('close', () => sockets.delete(upstream))
    upstream.on('error', () => upstream.destroy())
    if (!(await connected(upstream))) return { status: 502, reason: `${target.host} did not answer` }
    upstream.setTimeout(IDLE_TIMEOUT_MS, () => upstream.destroy())
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) upstream.write(head)
    // Either side may break off at any time; both are torn down then and there is nobody left to tell.
    await Promise.allSettled([pipeline(client, gate.meter(), upstream), pipeline(upstream, gate.meter(), client)])
    return undefined
  })()
  if (refusal === undefined) return
  const body = `Writ refused: ${refusal.reason}\n`
  const ask = refusal.status === 407 ? 'Proxy-Authenticate: Basic realm="writ"\r\n' : ''
  client.end(
    `HTTP/1.1 ${refusal.status} ${http.STATUS_CODES[refusal.status] ?? ''}\r\n${ask}` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function connected(socket: net.Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}

/** Plain HTTP in absolute form. Redirects come back to the client, whose next request is judged anew. */
async function forward(request: http.IncomingMessage, response: http.ServerResponse, gate: Gate): Promise<void> {
  const refuse = (status: number, reason: string): void => {
    const ask = status === 407 ? { 'proxy-authenticate': 'Basic realm="writ"' } : {}
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain', connection: 'close', ...ask })
    response.end(`Writ refused: ${reason}\n`)
  }
  if (!gate.isKnown(request)) return refuse(407, 'the proxy credential is missing or wrong')
  const url = tryParse(() => new URL(request.url ?? ''))
  const target = url === undefined ? undefined : tryParse(() => splitAuthority(rawAuthority(request.url ?? ''), 80))
  if (url === undefined || target === undefined || url.protocol !== 'http:') return refuse(400, 'only http:// in absolute form, or CONNECT')
  const answer = await gate.admit(target)
  if ('status' in answer) return refuse(answer.status, answer.reason)
  const headers = Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.has(name))
  const upstream = http.request({
    host: answer.address,
    port: target.port,
    method: request.method ?? 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { ...Object.fromEntries(headers), host: url.host, connection: 'close' },
    agent: false,
    timeout: CONNECT_TIMEOUT_MS,
  })
  upstream.on('timeout', () => upstream.destroy(new Error('no answer in time')))
  upstream.on('response', (answered) => {
    const back = Object.entries(answered.headers).filter(([name]) => !HOP_HEADERS.has(name))
    response.writeHead(answered.statusCode ?? 502, { ...Object.fromEntries(back), connection: 'close' })
    pipeline(answered, gate.meter(), response).catch(() => response.destroy())
  })
  upstream.on('error', (error) => (response.headersSent ? response.destroy() : refuse(502, `${target.host} did not answer (${error.message})`)))
  pipeline(request, gate.meter(), upstream).catch(() => upstream.destroy())
}

/** The authority as it was written: URL parsing would turn 0x7f.1 into 127.0.0.1 and hide the disguise. */
function rawAuthority(text: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? ''
}

function tryParse<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
