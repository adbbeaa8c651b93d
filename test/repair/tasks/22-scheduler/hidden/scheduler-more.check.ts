import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assign, byLength, report } from '../src/scheduler.ts'

test('what was given stays as it is', () => {
  const jobs = Object.freeze([{ name: 'b', minutes: 1 }, { name: 'a', minutes: 1 }, { name: 'c', minutes: 9 }])
  assert.deepEqual(byLength(jobs).map((job) => job.name), ['c', 'a', 'b'])
  assert.deepEqual(assign(jobs, 1), [['c', 'a', 'b']])
  assert.equal(report(jobs), 'b, a, c (longest: c)')
})
test('nothing', () => assert.equal(report([]), ' (longest: none)'))
