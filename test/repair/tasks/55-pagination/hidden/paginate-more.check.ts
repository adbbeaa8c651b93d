import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachPage, paginate } from '../src/paginate.ts'

test('every item once', () => {
  for (let length = 0; length < 12; length++) for (let size = 1; size < 6; size++) {
    const all = Array.from({ length }, (_, n) => n)
    assert.deepEqual([...eachPage(all, size)].flat(), all)
  }
})
test('below the first', () => assert.deepEqual(paginate(['x', 'y'], -3, 1), { items: ['x'], page: 1, pages: 2, hasNext: true, hasPrevious: false }))
