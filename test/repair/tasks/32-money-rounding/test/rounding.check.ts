import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allocate, fromCents, percentOf, toCents } from '../src/rounding.ts'

test('whole cents', () => assert.equal(toCents(12.34), 1234))
test('halves go up', () => assert.equal(toCents(1.005), 101))
test('below zero, away from it', () => assert.equal(toCents(-2.675), -268))
test('prints', () => assert.deepEqual([5, -1234, 100].map(fromCents), ['0.05', '-12.34', '1.00']))
test('percent', () => assert.equal(percentOf(999, 10), 100))
test('allocates', () => assert.deepEqual(allocate(100, [1, 1, 1]), [34, 33, 33]))
