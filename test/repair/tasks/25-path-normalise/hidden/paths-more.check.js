import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalise, relative, resolve } from '../src/paths.js'

test('many ups', () => {
  assert.equal(normalise('a/b/../../..'), '..')
  assert.equal(normalise('../../a/../b'), '../../b')
  assert.equal(normalise('/../../a'), '/a')
  assert.equal(normalise('a/..'), '.')
  assert.equal(normalise('/'), '/')
})
test('resolve up', () => assert.equal(resolve('/a/b/c', '../../d'), '/a/d'))
test('relative to itself', () => assert.equal(relative('/a/b/..', '/a'), '.'))
