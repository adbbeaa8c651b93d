import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ring } from '../src/ring.ts'

test('keeps the newest', () => {
  const ring = new Ring<number>(3)
  const dropped = [1, 2, 3, 4, 5].map((n) => ring.push(n))
  assert.deepEqual([...ring], [3, 4, 5])
  assert.deepEqual(dropped, [undefined, undefined, undefined, 1, 2])
})

test('shifts in order', () => {
  const ring = new Ring<string>(2)
  ring.push('a')
  ring.push('b')
  assert.deepEqual([ring.shift(), ring.last(), ring.size], ['a', 'b', 1])
})

test('empty', () => {
  const ring = new Ring<string>(2)
  assert.deepEqual([ring.shift(), ring.last(), ring.size], [undefined, undefined, 0])
})
