import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Breaker, OpenError, settle } from '../src/breaker.js'

const failing = async () => {
  throw new Error('down')
}

test('passes results on', async () => assert.equal(await new Breaker(async (n) => n + 1).call(1), 2))

test('opens after failures', async () => {
  const breaker = new Breaker(failing, { failures: 2, now: () => 0 })
  await settle(breaker, [[], []])
  assert.equal(breaker.state, 'open')
  await assert.rejects(breaker.call(), OpenError)
})

test('rests exactly so long', () => {
  const breaker = new Breaker(failing, { restMs: 50, now: () => 150 })
  breaker.openedAt = 100
  assert.equal(breaker.state, 'half-open')
})
