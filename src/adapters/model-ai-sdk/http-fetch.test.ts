import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { httpFetch } from './http-fetch.ts'

async function serve(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('text and headers go out, the answer comes back in pieces, and the next request uses the same connection', async (t) => {
  const sockets = new Set<unknown>()
  const port = await serve(t, (request, response) => {
    sockets.add(request.socket)
    response.setHeader('x-two', ['a', 'b'])
    response.write(`${request.method} ${request.headers['x-one']} `)
    request.on('data', (chunk: Buffer) => response.write(chunk)).on('end', () => response.end(' ü'))
  })
  for (const n of [1, 2]) {
    const response = await httpFetch(`http://127.0.0.1:${port}/x`, { method: 'POST', headers: { 'x-one': String(n) }, body: 'größe' })
    assert.equal(response.ok, true)
    assert.deepEqual([...response.headers].filter(([name]) => name === 'x-two'), [['x-two', 'a, b']])
    assert.equal(await response.text(), `POST ${n} größe ü`)
  }
  assert.equal(sockets.size, 1)
})

test('a large answer arrives whole', async (t) => {
  const size = 64 * 1024 * 1024
  const port = await serve(t, (_request, response) => void response.end(Buffer.alloc(size)))
  const response = await httpFetch(`http://127.0.0.1:${port}/`)
  let read = 0
  for await (const part of response.body ?? []) read += part.byteLength
  assert.equal(read, size)
})

test('an abort ends the request before the answer and in the middle of it', async (t) => {
  const port = await serve(t, (request, response) => {
    if (request.url === '/slow') return
    response.write('begun')
  })
  const early = new AbortController()
  const waiting = httpFetch(`http://127.0.0.1:${port}/slow`, { signal: early.signal })
  early.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  const late = new AbortController()
  const response = await httpFetch(`http://127.0.0.1:${port}/`, { signal: late.signal })
  const reading = response.text()
  late.abort()
  await assert.rejects(reading)
})

test('https is spoken where the URL says so, and redirects are handed back', async (t) => {
  const port = await serve(t, (_request, response) => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end())
  await assert.rejects(httpFetch(`https://127.0.0.1:${port}/`), /SSL|EPROTO|packet length|wrong version/i)
  const response = await httpFetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })
  assert.equal(response.status, 302)
  assert.equal(response.ok, false)
})
