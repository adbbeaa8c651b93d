import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insert, lowerBound, upperBound } from '../src/search.js'

test('like a plain search', () => {
  for (let size = 0; size < 9; size++) {
    const sorted = Array.from({ length: size }, (_, n) => Math.floor(n / 2) * 2)
    for (let value = -1; value < 10; value++) {
      assert.equal(lowerBound(sorted, value), sorted.filter((each) => each < value).length)
      assert.equal(upperBound(sorted, value), sorted.filter((each) => each <= value).length)
    }
  }
})
test('sorts by inserting', () => assert.deepEqual([5, 1, 4, 1, 3].reduce(insert, []), [1, 1, 3, 4, 5]))
