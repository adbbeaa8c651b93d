import assert from 'node:assert/strict'
import { test } from 'node:test'
import { next, parseField } from '../src/cron.ts'

test('all of it', () => assert.equal(parseField('*', { min: 1, max: 12 }).size, 12))
test('steps in a range', () => assert.deepEqual([...parseField('10-20/5,59', { min: 0, max: 59 })], [10, 15, 20, 59]))
test('the last day of a year', () => assert.equal(next('59 23 31 12 *', new Date('2024-01-01T00:00:00Z'))?.toISOString(), '2024-12-31T23:59:00.000Z'))
