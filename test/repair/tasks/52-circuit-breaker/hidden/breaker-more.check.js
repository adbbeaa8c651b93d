import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Breaker, settle } from '../src/breaker.js'

test('a whole life', async () => {
  let now = 0
  let healthy = false
  const breaker = new Breaker(async () => {
    if (!healthy) throw new Error('down')
    return 'up'
  }, { failures: 2, restMs: 10, now: () => now })
  assert.deepEqual(await settle(breaker, [[], [], []]), ['down', 'down', 'not called: it failed too often'])
  now = 9
  assert.equal(breaker.state, 'open')
  now = 10
  assert.equal(breaker.state, 'half-open')
  healthy = true
  assert.deepEqual(await settle(breaker, [[], []]), ['up', 'up'])
  assert.equal(breaker.state, 'closed')
})

test('a success forgets failures', async () => {
  const answers = [false, true, false, true]
  const breaker = new Breaker(async () => {
    if (!answers.shift()) throw new Error('no')
    return 'yes'
  }, { failures: 2 })
  assert.deepEqual(await settle(breaker, [[], [], [], []]), ['no', 'yes', 'no', 'yes'])
  assert.equal(breaker.state, 'closed')
})
