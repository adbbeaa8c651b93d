import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Router } from '../src/router.js'

test('a parameter is one part of a path', () => {
  const router = new Router().on('*', '/a/:x', ({ x }) => x)
  assert.deepEqual(['/a/b', '/a/b/', '/a/b/c', '/a/', '/a/x%20y'].map((path) => router.handle('GET', path).body), ['b', 'b', undefined, undefined, 'x y'])
})
