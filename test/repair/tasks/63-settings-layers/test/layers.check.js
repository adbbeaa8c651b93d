'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Layers } = require('../src/layers')

const layers = () => new Layers().add('usual', { color: 'blue', font: { size: 12, face: 'serif' } }).add('own', { font: { size: 14 } })

test('a later layer counts', () => assert.equal(layers().get('font.size'), 14))
test('an earlier one shines through', () => assert.equal(layers().get('font.face'), 'serif'))
test('falls back', () => assert.equal(layers().get('font.weight', 400), 400))
test('says where it comes from', () => assert.equal(layers().origin('color'), 'usual'))
test('a name is used once', () => assert.throws(() => layers().add('own', {}), /already/))
test('sets one value', () => {
  const all = layers()
  all.set('own', 'font.face', 'mono')
  assert.equal(all.get('font.face'), 'mono')
  assert.equal(all.get('font.size'), 14)
})
