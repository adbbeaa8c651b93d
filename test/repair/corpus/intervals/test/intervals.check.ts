import { test } from 'node:test'
import assert from 'node:assert/strict'
import { contains, gaps, merge, overlaps, total } from '../src/intervals.ts'

test('contains its start and not its end', () => {
  assert.equal(contains({ start: 1, end: 3 }, 1), true)
  assert.equal(contains({ start: 1, end: 3 }, 2), true)
  assert.equal(contains({ start: 1, end: 3 }, 3), false)
  assert.equal(contains({ start: 1, end: 3 }, 0), false)
})
test('neighbours do not overlap', () => {
  assert.equal(overlaps({ start: 0, end: 2 }, { start: 2, end: 4 }), false)
  assert.equal(overlaps({ start: 2, end: 4 }, { start: 0, end: 2 }), false)
  assert.equal(overlaps({ start: 0, end: 3 }, { start: 2, end: 4 }), true)
})
test('merges what touches', () => {
  assert.deepEqual(merge([{ start: 4, end: 6 }, { start: 0, end: 2 }, { start: 2, end: 3 }]), [{ start: 0, end: 3 }, { start: 4, end: 6 }])
})
test('merges what lies inside', () => {
  assert.deepEqual(merge([{ start: 0, end: 9 }, { start: 2, end: 3 }]), [{ start: 0, end: 9 }])
})
test('leaves the given intervals as they are', () => {
  const given = [{ start: 5, end: 6 }, { start: 0, end: 2 }, { start: 1, end: 4 }]
  merge(given)
  assert.deepEqual(given, [{ start: 5, end: 6 }, { start: 0, end: 2 }, { start: 1, end: 4 }])
})
test('finds the gaps', () => {
  assert.deepEqual(gaps([{ start: 1, end: 2 }, { start: 4, end: 5 }], { start: 0, end: 8 }), [{ start: 0, end: 1 }, { start: 2, end: 4 }, { start: 5, end: 8 }])
  assert.deepEqual(gaps([{ start: 0, end: 8 }], { start: 0, end: 8 }), [])
  assert.deepEqual(gaps([], { start: 2, end: 3 }), [{ start: 2, end: 3 }])
})
test('adds up without counting twice', () => {
  assert.equal(total([{ start: 0, end: 5 }, { start: 3, end: 7 }]), 7)
  assert.equal(total([]), 0)
})
