import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matches, next, parseField } from '../src/cron.ts'

const minutes = { min: 0, max: 59 }

test('one value', () => assert.deepEqual([...parseField('5', minutes)], [5]))
test('a range', () => assert.deepEqual([...parseField('1-3', minutes)], [1, 2, 3]))
test('steps', () => assert.deepEqual([...parseField('*/20', minutes)], [0, 20, 40]))
test('out of range', () => assert.throws(() => parseField('60', minutes), RangeError))
test('matches', () => assert.equal(matches('30 8 * * 1-5', new Date('2024-03-04T08:30:00Z')), true))
test('next', () => assert.equal(next('0 9 * * *', new Date('2024-03-04T08:59:10Z'))?.toISOString(), '2024-03-04T09:00:00.000Z'))
