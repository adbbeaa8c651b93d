import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createDependenciesValidator } from './dependencies.ts'
import { createOsvService } from './osv-service.ts'
import { lookAt } from './test-look.ts'

interface Asked {
  readonly url: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: { readonly queries: readonly { readonly package: { readonly ecosystem: string; readonly name: string }; readonly version: string; readonly page_token?: string }[] }
}

const validator = createDependenciesValidator()
const result = { 'requirements.txt': 'bad==1.0\nfine==2.0\nrange>=3\n-e ./local\n' }

describe('advisories of a service', () => {
  const asked: Asked[] = []
  let answer: (asked: Asked, response: http.ServerResponse) => void
  const server = http.createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() })
    request.on('end', () => {
      const one = { url: request.url, headers: request.headers, body: JSON.parse(text) as Asked['body'] }
      asked.push(one)
      answer(one, response)
    })
  })
  let address: string
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => { server.closeAllConnections(); server.close() })
  const look = (advisories: string) => {
    asked.length = 0
    return lookAt(validator, { result, settings: { dependencies: { advisories } } })
  }
  const json = (response: http.ServerResponse, value: unknown): void => void response.setHeader('content-type', 'application/json').end(JSON.stringify(value))

  test('names and versions go out, what is known comes back, page by page', async () => {
    answer = ({ body }, response) => json(response, { results: body.queries.map(({ package: { name }, page_token }) => (name !== 'bad' ? {} : page_token === undefined ? { vulns: [{ id: 'OSV-1', modified: 'x' }], next_page_token: 'more' } : { vulns: [{ id: 'OSV-2' }] })) })
    const looked = await look(address)
    assert.deepEqual(looked?.findings.map((each) => [each.rule, each.severity, /OSV-\d/.exec(each.message)?.[0], each.line]), [['dependencies/advisory', 'error', 'OSV-1', 1], ['dependencies/advisory', 'error', 'OSV-2', 1]])
    assert.deepEqual([looked?.notChecked, looked?.notes], [undefined, ['advisories: not checked where the version is not exact: range']])
    assert.deepEqual(asked.map(({ url, body }) => [url, body]), [
      ['/v1/querybatch', { queries: [{ package: { ecosystem: 'PyPI', name: 'bad' }, version: '1.0' }, { package: { ecosystem: 'PyPI', name: 'fine' }, version: '2.0' }] }],
      ['/v1/querybatch', { queries: [{ package: { ecosystem: 'PyPI', name: 'bad' }, version: '1.0', page_token: 'more' }] }],
    ])
    assert.deepEqual([asked[0]?.headers.cookie, asked[0]?.headers.authorization], [undefined, undefined])
  })

  test('a service that fails is not checked, with the reason, and never a pass', async () => {
    const cases: readonly (readonly [RegExp, typeof answer])[] = [
      [/could not be asked: it answered with status 503/, (_, response) => void response.writeHead(503).end()],
      [/its answer is no JSON/, (_, response) => void response.end('<html>')],
      [/its answer is not in the form of querybatch/, (_, response) => json(response, { vulns: [] })],
      [/answered for 1 packages where 2 were asked/, (_, response) => json(response, { results: [{}] })],
      [/its answer is longer than 8 MiB/, (_, response) => void response.end(' '.repeat(9 * 2 ** 20))],
      [/has not told all after 10 questions/, ({ body }, response) => json(response, { results: body.queries.map(() => ({ next_page_token: 'again' })) })],
      [/could not be asked: /, (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
      [/could not be asked: /, (_, response) => void response.socket?.destroy()],
    ]
    for (const [says, how] of cases) {
      answer = how
      const looked = await look(address)
      assert.match(looked?.notChecked ?? '', says)
      assert.deepEqual(looked?.findings, [])
    }
  })

  test('offline, and addresses that are not asked', async () => {
    const closed = http.createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    assert.match((await look(`http://127.0.0.1:${port}`))?.notChecked ?? '', /^advisories: 127\.0\.0\.1:\d+ could not be asked: .*ECONNREFUSED/)
    assert.match((await look('http://osv.example'))?.notChecked ?? '', /osv\.example is asked over plain HTTP/)
    assert.match((await look('https://ada:word@osv.example'))?.notChecked ?? '', /settings hold no secrets/)
  })

  test('it ends with the signal', async () => {
    const stop = new AbortController()
    answer = () => stop.abort(new Error('enough'))
    await assert.rejects(createOsvService(address, stop.signal).find([{ ecosystem: 'npm', name: 'a', version: '1.0.0' }]), /enough/)
  })
})
