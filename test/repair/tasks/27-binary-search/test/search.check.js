import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, has, insert, lowerBound, nearest } from '../src/search.js'

test('the first is found', () => assert.equal(lowerBound([1, 2, 3], 1), 0))
test('behind all', () => assert.equal(lowerBound([1, 2, 3], 9), 3))
test('has', () => assert.deepEqual([has([1, 3, 5], 5), has([1, 3, 5], 4)], [true, false]))
test('counts', () => assert.equal(count([1, 2, 2, 2, 3], 2), 3))
test('inserts', () => assert.deepEqual(insert([1, 3], 2), [1, 2, 3]))
test('nearest', () => assert.equal(nearest([0, 10], 6), 10))
