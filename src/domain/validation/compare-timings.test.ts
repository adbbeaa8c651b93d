import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compareTimings, median } from './compare-timings.ts'

/** Times around a middle, with a spread and now and then a spike, the same on every run. */
function sample(count: number, middle: number, spread: number, seed: number): readonly number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const unit = (state >>> 8) / 2 ** 24
    return middle * (1 + spread * (unit - 0.5)) * (unit > 0.93 ? 3 : 1)
  })
}
const seeds = Array.from({ length: 50 }, (_, n) => n * 7919 + 1)
/** Share of the seeds for which it is called slower than 1.1 times. */
const alarms = (ratio: number, count: number, spread: number): number => seeds.filter((seed) => {
  const found = compareTimings(sample(count, 100, spread, seed), sample(count, 100 * ratio, spread, seed + 17), 1.1)
  return found.ratio > 1.1 && found.confidence >= 0.95
}).length / seeds.length

describe('times on base and result', () => {
  test('the same times are the same', () => assert.deepEqual(compareTimings([5, 6, 7], [5, 6, 7], 1.1), { base: 6, result: 6, ratio: 1, confidence: 0 }))
  test('twice as long is above the limit for sure', () => assert.deepEqual(compareTimings([5, 6, 7], [10, 12, 14], 1.1), { base: 6, result: 12, ratio: 2, confidence: 1 }))
  test('chance raises few false alarms, with spikes too', () => {
    assert.ok(alarms(1, 7, 0.2) <= 0.04, String(alarms(1, 7, 0.2)))
    assert.ok(alarms(1.05, 15, 0.1) <= 0.04, String(alarms(1.05, 15, 0.1)))
  })
  test('what is really slower is seen', () => {
    assert.ok(alarms(1.3, 7, 0.1) >= 0.8, String(alarms(1.3, 7, 0.1)))
    assert.ok(alarms(1.3, 15, 0.1) >= 0.95, String(alarms(1.3, 15, 0.1)))
    assert.ok(alarms(2, 5, 0.3) >= 0.65, String(alarms(2, 5, 0.3)))
  })
  test('a machine that gets slower slows both', () => {
    const drift = Array.from({ length: 9 }, (_, n) => 100 + n * 40)
    assert.ok(compareTimings(drift, drift.map((time) => time * 1.02), 1.1).confidence < 0.05)
  })
  test('the answer does not change from one time to the next', () => {
    const [one, other] = [sample(9, 100, 0.3, 5), sample(9, 112, 0.3, 6)]
    assert.deepEqual(compareTimings(one, other, 1.1), compareTimings(one, other, 1.1))
  })
  test('nothing, or unequal numbers, cannot be compared', () => {
    assert.throws(() => compareTimings([], [], 1.1), RangeError)
    assert.throws(() => compareTimings([1], [1, 2], 1.1), RangeError)
    assert.equal(median([4, 1, 3, 2]), 2.5)
  })
})
