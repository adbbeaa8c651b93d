import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { NetDecision } from './net-rules.ts'
import { parseNetRule } from './net-rules.ts'
import type { Proxy, ProxyOptions } from './proxy.ts'
import { startProxy } from './proxy.ts'

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-proxy-'))
const seen: { url: string | undefined; host: string | undefined; credential: boolean }[] = []
const origin = http.createServer((request, response) => {
  seen.push({ url: request.url, host: request.headers.host, credential: 'proxy-authorization' in request.headers })
  if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end()
  else if (request.url === '/large') response.end(Buffer.alloc(200_000, 'x'))
  else request.pipe(response.writeHead(200, { 'x-origin': 'yes' }))
})
let port = 0
let count = 0

before(() => new Promise<void>((resolve) => {
  origin.listen(0, '127.0.0.1', () => {
    port = (origin.address() as net.AddressInfo).port
    resolve()
  })
}))
after(() => {
  origin.close()
  fs.rmSync(dir, { recursive: true, force: true })
})

interface Opened extends Proxy {
  readonly socket: string
  readonly decisions: NetDecision[]
}

async function open(rules: readonly string[], options: Partial<ProxyOptions> = {}): Promise<Opened> {
  const decisions: NetDecision[] = []
  count += 1
  const socket = path.join(dir, `p${count}`)
  const proxy = await startProxy({ rules: rules.map(parseNetRule), socket, onDecision: (decision) => decisions.push(decision), ...options })
  return { ...proxy, socket, decisions }
}

const basic = (credential: string): string => `Basic ${Buffer.from(credential).toString('base64')}`

/** Sends bytes as they are and returns all that comes back. */
function raw(proxy: Opened, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(proxy.socket)
    let back = ''
    socket.on('data', (chunk) => {
      back += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(back))
    socket.on('error', reject)
    socket.write(text)
  })
}

const auth = (proxy: Opened): string => `Proxy-Authorization: ${basic(proxy.credential)}\r\n`

test('CONNECT to a listed address opens a tunnel', async () => {
  const proxy = await open([`127.0.0.1:${port}`])
  const back = await raw(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${auth(proxy)}\r\nGET /through HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  assert.match(back, /^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  assert.deepEqual(proxy.decisions.map((decision) => [decision.allowed, decision.authority]), [[true, `127.0.0.1:${port}`]])
  await proxy.close()
})

test('without the credential, or with another, nothing is dialled', async () => {
  const proxy = await open([`127.0.0.1:${port}`])
  for (const header of ['', `Proxy-Authorization: ${basic('writ:wrong')}\r\n`]) {
    assert.match(await raw(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${header}\r\n`), /^HTTP\/1\.1 407 /)
    assert.match(await raw(proxy, `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\n${header}\r\n`), /^HTTP\/1\.1 407 /)
  }
  assert.deepEqual(proxy.decisions, [])
  const other = await open([])
  assert.notEqual(other.credential, proxy.credential)
  await Promise.all([proxy.close(), other.close()])
})

test('what is not listed is refused with its reason and logged', async () => {
  const proxy = await open(['allowed.example:443'])
  for (const [authority, reason] of [['other.example:443', 'not listed'], ['allowed.example:22', 'port 22'], ['127.0.0.1:443', 'addresses must be listed'], ['2130706433:443', 'plain host name']] as const) {
    const back = await raw(proxy, `CONNECT ${authority} HTTP/1.1\r\n${auth(proxy)}\r\n`)
    assert.match(back, /^HTTP\/1\.1 403 /)
    assert.ok(back.includes(reason), back)
    assert.ok(proxy.decisions.at(-1)?.reason.includes(reason))
  }
  assert.match(await raw(proxy, `CONNECT nonsense:x HTTP/1.1\r\n${auth(proxy)}\r\n`), /^HTTP\/1\.1 400 /)
  assert.match(await raw(proxy, `GET /relative HTTP/1.1\r\nHost: allowed.example\r\n${auth(proxy)}\r\n`), /^HTTP\/1\.1 400 /)
  await proxy.close()
})

test('the authority counts, not the Host header, and the origin gets the authority', async () => {
  const proxy = await open([`127.0.0.1:${port}`])
  assert.match(await raw(proxy, `GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${auth(proxy)}Connection: close\r\n\r\n`), /^HTTP\/1\.1 403 /)
  seen.length = 0
  const back = await raw(proxy, `POST http://127.0.0.1:${port}/echo?a=1 HTTP/1.1\r\nHost: evil.example\r\n${auth(proxy)}Content-Length: 5\r\n\r\nhello`)
  assert.match(back, /^HTTP\/1\.1 200 OK\r\n[^]*x-origin: yes[^]*hello/i)
  assert.deepEqual(seen, [{ url: '/echo?a=1', host: `127.0.0.1:${port}`, credential: false }])
  await proxy.close()
})

test('a listed name that resolves to this machine or a private address is refused', async () => {
  for (const address of ['127.0.0.1', '169.254.169.254', '10.0.0.7', '::1', '::ffff:192.168.0.1']) {
    const proxy = await open([`rebind.example:${port}`], { resolve: async () => [address] })
    assert.match(await raw(proxy, `CONNECT rebind.example:${port} HTTP/1.1\r\n${auth(proxy)}\r\n`), /^HTTP\/1\.1 403 [^]*not a public address/)
    await proxy.close()
  }
  const mixed = await open([`rebind.example:${port}`], { resolve: async () => ['1.1.1.1', '127.0.0.1'] })
  assert.match(await raw(mixed, `CONNECT rebind.example:${port} HTTP/1.1\r\n${auth(mixed)}\r\n`), /^HTTP\/1\.1 403 /)
  await mixed.close()
})

test('a name is resolved once for each connection: a second answer changes nothing', async () => {
  let asked = 0
  // The second answer would be this machine; the first is an address that is never routed from a sandboxed test.
  const proxy = await open(['rebind.example:9'], { resolve: async () => [++asked === 1 ? '192.0.2.1' : '127.0.0.1'] })
  await raw(proxy, `CONNECT rebind.example:9 HTTP/1.1\r\n${auth(proxy)}\r\n`)
  assert.equal(asked, 1)
  await proxy.close()
})

test('a redirect is the next request, and judged as such', async () => {
  const proxy = await open([`127.0.0.1:${port}`])
  const back = await raw(proxy, `GET http://127.0.0.1:${port}/redirect HTTP/1.1\r\nHost: x\r\n${auth(proxy)}\r\n`)
  const location = /location: (\S+)/i.exec(back)?.[1]
  assert.equal(location, 'http://169.254.169.254/latest')
  assert.match(await raw(proxy, `GET ${location} HTTP/1.1\r\nHost: x\r\n${auth(proxy)}\r\n`), /^HTTP\/1\.1 403 /)
  await proxy.close()
})

test('the byte allowance ends a transfer', async () => {
  const proxy = await open([`127.0.0.1:${port}`], { maxBytes: 50_000 })
  const back = await raw(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${auth(proxy)}\r\nGET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  assert.ok(back.length < 60_000)
  await proxy.close()
})

test('closing ends open tunnels and removes the socket', async () => {
  const proxy = await open([`127.0.0.1:${port}`])
  const socket = net.connect(proxy.socket)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const opened = new Promise((resolve) => socket.once('data', resolve))
  socket.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${auth(proxy)}\r\n`)
  await opened
  await proxy.close()
  await closed
  assert.ok(!fs.existsSync(proxy.socket))
})
