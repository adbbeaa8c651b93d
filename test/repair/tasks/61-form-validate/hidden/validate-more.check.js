import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isValid, summary } from '../src/validate.js'

test('is it?', () => {
  const rules = { a: { required: true, max: 3 }, b: { same: 'a' } }
  assert.deepEqual([{ a: 'x' }, {}, { a: 'long' }, { a: 'x', b: 'y' }, { a: 'x', b: 'x' }].map((values) => isValid(values, rules)), [true, false, false, false, true])
})
test('sums', () => assert.deepEqual([summary({}), summary({ a: 'x' }), summary({ a: '1', b: '2', c: '3' })], ['', 'a x', 'a 1; b 2; c 3']))
