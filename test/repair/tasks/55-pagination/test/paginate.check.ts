import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachPage, pageNumbers, paginate } from '../src/paginate.ts'

const letters = [...'abcdefg']

test('the second page', () => assert.deepEqual(paginate(letters, 2, 3), { items: ['d', 'e', 'f'], page: 2, pages: 3, hasNext: true, hasPrevious: true }))
test('beyond the end is the last', () => assert.deepEqual(paginate(letters, 9, 3).items, ['g']))
test('nothing', () => assert.deepEqual(paginate([], 1, 3), { items: [], page: 1, pages: 1, hasNext: false, hasPrevious: false }))
test('numbers', () => assert.deepEqual(pageNumbers(5, 9), [1, 0, 4, 5, 6, 0, 9]))
test('each', () => assert.deepEqual([...eachPage([1, 2, 3], 2)], [[1, 2], [3]]))
