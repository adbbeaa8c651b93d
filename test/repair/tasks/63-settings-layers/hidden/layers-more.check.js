'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Layers } = require('../src/layers')

test('makes what lies on the way', () => {
  const all = new Layers().add('own', {})
  all.set('own', 'a.b.c', 1)
  assert.deepEqual(all.get('a'), { b: { c: 1 } })
})
test('leaves the given object alone', () => {
  const given = { a: { b: 1 } }
  const all = new Layers().add('own', given)
  all.set('own', 'a.b', 2)
  assert.deepEqual(given, { a: { b: 1 } })
  assert.equal(all.get('a.b'), 2)
})
test('an unknown layer', () => assert.throws(() => new Layers().set('x', 'a', 1), /no layer x/))
