import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentOf, toCents } from '../src/rounding.ts'

test('up and down', () => {
  assert.deepEqual([0.004, 0.005, 0.014, 0.015, 19.999, -0.004].map(toCents).map((n) => n + 0), [0, 1, 1, 2, 2000, 0])
  assert.equal(toCents(0.1 + 0.2), 30)
})
test('percent', () => assert.deepEqual([percentOf(1050, 5), percentOf(33, 33), percentOf(-250, 1)], [53, 11, -3]))
