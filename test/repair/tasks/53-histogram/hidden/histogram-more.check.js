import assert from 'node:assert/strict'
import { test } from 'node:test'
import { histogram } from '../src/histogram.js'

test('edges', () => assert.deepEqual(histogram([0, 0.9, 1, 1.9, 2, 2.9, 3, 4], 4), [2, 2, 2, 2]))
test('adds up', () => {
  const values = Array.from({ length: 97 }, (_, n) => (n * 37) % 101)
  for (const bins of [1, 3, 7, 10]) {
    const counts = histogram(values, bins)
    assert.equal(counts.length, bins)
    assert.equal(counts.reduce((a, b) => a + b, 0), 97)
  }
})
