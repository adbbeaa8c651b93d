import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fibonacci, memoise, once } from '../src/memo.js'

test('calls once', () => {
  let calls = 0
  const twice = memoise((n) => {
    calls += 1
    return n * 2
  })
  assert.deepEqual([twice(2), twice(2), calls], [4, 4, 1])
})
test('all arguments count', () => {
  const add = memoise((a, b) => a + b)
  assert.deepEqual([add(1, 2), add(1, 5)], [3, 6])
})
test('grows old', () => {
  let time = 0
  let calls = 0
  const stamp = memoise(() => ++calls, { maxAge: 10, now: () => time })
  stamp()
  time = 10
  assert.equal(stamp(), 2)
})
test('once', () => {
  const first = once((x) => x)
  assert.deepEqual([first(1), first(2)], [1, 1])
})
test('fibonacci', () => assert.equal(fibonacci(50), 12_586_269_025))
