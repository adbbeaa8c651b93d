import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toSampleRunId } from '../testing/sample-run.ts'
import { choosePruned, findDays, toSize, type RetainedRun } from './retention.ts'

const day = 24 * 60 * 60 * 1000
const now = 1_000 * day
/** A run that ended so many days ago. */
const ended = (days: number, more: Partial<RetainedRun> = {}): RetainedRun => ({ run: toSampleRunId(days), isDecided: true, endedAt: now - days * day, bytes: 100, ...more })
const none = { days: undefined, keep: undefined, maxBytes: undefined }
const daysOf = (runs: readonly RetainedRun[], chosen: readonly string[]): number[] => runs.filter((each) => chosen.includes(each.run)).map((each) => Math.round((now - each.endedAt) / day)).sort((a, b) => a - b)

describe('what retention prunes', () => {
  const runs = [ended(1), ended(5), ended(20), ended(40), ended(60, { isDecided: false }), ended(90, { bytes: 0 })]
  const choose = (retention: Partial<typeof none | { days: number } | { keep: number } | { maxBytes: number }>, bytes = 1_000): number[] => daysOf(runs, choosePruned(runs, { ...none, ...retention }, { now, bytes }))
  test('nothing where nothing is asked for', () => assert.deepEqual(choose({}), []))
  test('what is old enough, never what nobody decided about, nor what has nothing left', () => assert.deepEqual(choose({ days: 20 }), [20, 40]))
  test('all but the newest', () => assert.deepEqual(choose({ keep: 1 }), [5, 20, 40]))
  test('with both, both must allow it', () => assert.deepEqual(choose({ days: 10, keep: 3 }), [40]))
  test('above the cap the oldest first, until it holds', () => {
    assert.deepEqual(choose({ maxBytes: 850 }), [20, 40])
    assert.deepEqual(choose({ maxBytes: 850, days: 30 }), [20, 40])
    assert.deepEqual(choose({ maxBytes: 1_000 }), [])
    assert.deepEqual(choose({ maxBytes: 1 }), [1, 5, 20, 40])
  })
})

test('times and sizes as people write them', () => {
  assert.deepEqual(['30d', '2w', '12h', '7', '0.5d', 'x', '3m', '', '999999d'].map(findDays), [30, 14, 0.5, 7, 0.5, undefined, undefined, undefined, undefined])
  assert.deepEqual([0, 999, 1_500, 340_000_000, 12_300_000_000].map(toSize), ['0 bytes', '999 bytes', '1.5 KB', '340 MB', '12.3 GB'])
})
