import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bars, histogram, median, quantile } from '../src/histogram.js'

test('counts in bins', () => assert.deepEqual(histogram([0, 1, 2, 3, 10], 2), [4, 1]))
test('whole bins', () => assert.deepEqual(histogram([1, 1, 1], 2), [3, 0]))
test('median', () => assert.deepEqual([median([3, 1, 2]), median([4, 1, 3, 2]), median([])], [2, 2.5, undefined]))
test('quantile', () => assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5))
test('bars', () => assert.deepEqual(bars([1, 2]), ['###', '#####']))
