import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { openTestBench, toText } from './test-bench.ts'

const bench = openTestBench()
const origin = http.createServer((request, response) => request.pipe(response.writeHead(200)))
let port = 0
before(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  port = (origin.address() as AddressInfo).port
  await bench.sandbox.ready()
})
after(() => {
  origin.close()
  bench.dispose()
})

/** A request through the proxy that the environment names, in absolute form. */
const ask = (url: string): string => `
  const proxy = new URL(process.env.HTTP_PROXY)
  const request = require('node:http').request({ host: proxy.hostname, port: proxy.port, path: ${JSON.stringify(url)}, method: 'POST',
    headers: { host: 'x', 'proxy-authorization': 'Basic ' + btoa(proxy.username + ':' + proxy.password) } },
    (response) => { console.log(response.statusCode); response.pipe(process.stdout) })
  request.end('hello')`

test('what is granted is reached through the proxy, what is not is refused and noted', async () => {
  const net = { mode: 'allow', hosts: [`127.0.0.1:${port}`] } as const
  const granted = await bench.run(['node', '-e', ask(`http://127.0.0.1:${port}/`)], { net })
  assert.equal(toText(granted.output), '200\nhello')
  assert.deepEqual(granted.notes, [])
  const refused = await bench.run(['node', '-e', ask('http://example.org/')], { net })
  assert.match(toText(refused.output), /^403\nWrit refused: the host is not listed/)
  assert.deepEqual(refused.notes, ['example.org:80 was refused: the host is not listed.'])
  assert.deepEqual(bench.decisions.map((decision) => decision.allowed), [true, false])
})

test('with a grant the command still has no network of its own, and keeps its exit code and input', async () => {
  const script = `cat; node -e "require('node:net').connect(${port}, '127.0.0.1').on('error', (e) => console.log(e.code))"; exit 9`
  const result = await bench.run(['/bin/sh', '-c', script], { net: { mode: 'allow', hosts: ['example.org'] }, stdin: new Uint8Array(Buffer.from('input\n')) })
  assert.equal(toText(result.output), 'input\nECONNREFUSED\n')
  assert.equal(result.exitCode, 9)
  const killed = await bench.run(['/bin/sh', '-c', 'kill -KILL $$'], { net: { mode: 'allow', hosts: ['example.org'] } })
  assert.equal(killed.exitCode, 137)
})

test('a grant that cannot be read is a wrong request', async () => {
  await assert.rejects(bench.run(['true'], { net: { mode: 'allow', hosts: ['https://example.org'] } }), { code: 'request-invalid', message: /packages\.example\.org:443/ })
})
