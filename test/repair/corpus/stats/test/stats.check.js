import { test } from 'node:test'
import assert from 'node:assert/strict'
import { clamp, histogram, mean, median, movingAverage, range, rank } from '../src/stats.js'

test('mean', () => {
  assert.equal(mean([1, 2, 6]), 3)
  assert.equal(mean([5]), 5)
})
test('mean of nothing', () => {
  assert.equal(mean([]), 0)
})
test('median of an odd count', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([10, 9, 1]), 9)
})
test('median of an even count', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5)
})
test('median leaves its input alone', () => {
  const values = [3, 1, 2]
  median(values)
  assert.deepEqual(values, [3, 1, 2])
})
test('range', () => {
  assert.equal(range([3, -2, 7]), 9)
  assert.equal(range([-5, -3]), 2)
})
test('histogram', () => {
  assert.deepEqual(histogram([1, 2, 5, 9, 11], 5), { 0: 2, 5: 2, 10: 1 })
})
test('clamp', () => {
  assert.equal(clamp(5, 0, 3), 3)
  assert.equal(clamp(-5, 0, 3), 0)
  assert.equal(clamp(2, 0, 3), 2)
})
test('moving average', () => {
  assert.deepEqual(movingAverage([1, 2, 3, 4], 2), [1.5, 2.5, 3.5])
  assert.deepEqual(movingAverage([1], 2), [])
})
test('ranks the highest first', () => {
  assert.deepEqual(rank({ ann: 3, bob: 9, eve: 5 }), [{ name: 'bob', place: 1 }, { name: 'eve', place: 2 }, { name: 'ann', place: 3 }])
})
