import assert from 'node:assert/strict'
import { test } from 'node:test'
import { depth } from '../src/tree.js'

test('one node', () => assert.equal(depth({ name: 'x' }), 1))
test('no children', () => assert.equal(depth({ name: 'x', children: [] }), 1))
test('uneven', () => {
  const chain = (n) => (n === 1 ? { name: 'end' } : { name: `n${n}`, children: [chain(n - 1)] })
  assert.equal(depth({ name: 'r', children: [{ name: 'x' }, chain(4), { name: 'y', children: [] }] }), 5)
})
