import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoise } from '../src/memo.js'

test('three arguments', () => {
  const join = memoise((...parts) => parts.join('-'))
  assert.deepEqual([join(1, 2, 3), join(1, 2, 4), join(2, 2, 3), join(1), join()], ['1-2-3', '1-2-4', '2-2-3', '1', ''])
  assert.equal(join.size(), 5)
})
test('a key of ones own', () => {
  const length = memoise((a, b) => a.length + b.length, { keyOf: (a, b) => a + b })
  assert.equal(length('ab', 'c') + length('a', 'bc'), 6)
  assert.equal(length.size(), 1)
})
