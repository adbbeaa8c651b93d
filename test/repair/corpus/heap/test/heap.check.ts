import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Heap } from '../src/heap.ts'

const heapOf = (items: number[]): Heap<number> => {
  const heap = new Heap<number>((a, b) => a < b)
  for (const item of items) heap.push(item)
  return heap
}

test('an empty heap gives nothing', () => {
  const heap = heapOf([])
  assert.equal(heap.size, 0)
  assert.equal(heap.peek(), undefined)
  assert.equal(heap.pop(), undefined)
})
test('the smallest is on top', () => {
  assert.equal(heapOf([5, 3, 8]).peek(), 3)
  assert.equal(heapOf([1, 2, 3, 4, 0]).peek(), 0)
})
test('pop takes one away', () => {
  const heap = heapOf([2, 1])
  assert.equal(heap.pop(), 1)
  assert.equal(heap.size, 1)
  assert.equal(heap.pop(), 2)
  assert.equal(heap.size, 0)
})
test('drains in order', () => {
  assert.deepEqual(heapOf([9, 4, 7, 1, 8, 2, 6, 3, 5]).drain(), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.deepEqual(heapOf([1, 2, 3, 4, 5, 6]).drain(), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(heapOf([3, 3, 1, 1]).drain(), [1, 1, 3, 3])
})
