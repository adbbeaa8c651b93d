import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPipePool } from './pipe-pool.ts'
import type { SuperviseRequest } from './supervise.ts'
import { supervise } from './supervise.ts'

const pools = [undefined, findPipePool()]
const request = (script: string, change: Partial<SuperviseRequest> = {}): SuperviseRequest => ({
  file: '/bin/sh',
  args: ['-c', script],
  env: {},
  cwd: '/',
  outputBytes: 10_000,
  timeoutMs: 20_000,
  signal: new AbortController().signal,
  kill: (child) => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'),
  ...change,
})

for (const pipes of pools) {
  const name = pipes === undefined ? 'socket pairs' : 'pipes'

  test(`${name}: exit code, signal, both streams, input`, async () => {
    const done = await supervise(request('cat; echo err >&2; exit 5', { pipes, stdin: new Uint8Array(Buffer.from('in\n')) }))
    assert.deepEqual([done.ended, done.exitCode, Buffer.from(done.stdout).toString(), Buffer.from(done.stderr).toString()], ['exited', 5, 'in\n', 'err\n'])
    assert.equal((await supervise(request('kill -USR1 $$', { pipes }))).exitCode, 138)
  })

  test(`${name}: a deadline and an abort end the whole group`, async () => {
    const late = await supervise(request('echo begun; sleep 60 & sleep 60', { pipes, timeoutMs: 100 }))
    assert.deepEqual([late.ended, late.exitCode], ['timeout', undefined])
    const controller = new AbortController()
    const stopped = await supervise(request('echo begun; sleep 60', { pipes, signal: controller.signal, onOutput: () => controller.abort() }))
    assert.equal(stopped.ended, 'cancelled')
    assert.equal(Buffer.from(stopped.output).toString(), 'begun\n')
  })

  test(`${name}: a command that does not read its input is no failure`, async () => {
    assert.equal((await supervise(request('exit 0', { pipes, stdin: new Uint8Array(1_000_000) }))).exitCode, 0)
  })

  test(`${name}: a program that is missing is thrown`, async () => {
    await assert.rejects(supervise(request('', { pipes, file: '/no/such/program' })), { code: 'ENOENT' })
  })

  test(`${name}: many at once`, async () => {
    const all = await Promise.all(Array.from({ length: 12 }, (_, index) => supervise(request(`echo ${index}`, { pipes }))))
    assert.deepEqual(all.map((done) => Buffer.from(done.output).toString()), Array.from({ length: 12 }, (_, index) => `${index}\n`))
  })
}
