import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunId } from '../../protocol/ids.ts'
import { createRandomIds } from './random-ids.ts'
import { createSystemClock } from './system-clock.ts'

describe('random ids', () => {
  it('are valid, different and sorted as they were made, even when the clock stands still or goes back', () => {
    const clock = { time: 1_772_366_400_000, now: () => clock.time }
    const ids = createRandomIds(clock)
    const made: string[] = []
    for (let i = 0; i < 3000; i += 1) {
      if (i % 1000 === 500) clock.time += 1
      if (i === 2000) clock.time -= 3_600_000
      made.push(RunId.parse(ids.runId()))
    }
    assert.equal(new Set(made).size, made.length)
    assert.deepEqual(made.toSorted(), made)
  })

  it('sort by time across processes', () => {
    const times = [0, 1, 31, 32, 1023, 1_772_366_400_000, 1_772_366_400_001, 2 ** 48]
    const made = times.map((time) => createRandomIds({ now: () => time }).runId())
    assert.deepEqual(made.toSorted(), made)
    const again = createRandomIds({ now: () => 1_772_366_400_000 }).runId()
    assert.equal(again.slice(0, 14), made[5]?.slice(0, 14))
    assert.notEqual(again, made[5])
  })
})

describe('the system clock', () => {
  it('sleeps until it is done or told to stop', async () => {
    const clock = createSystemClock()
    const before = clock.elapsed()
    await clock.sleep(5, new AbortController().signal)
    assert.ok(clock.elapsed() > before)
    const stop = new AbortController()
    const reason = new Error('the person said stop')
    const sleeping = clock.sleep(3_600_000, stop.signal)
    stop.abort(reason)
    await assert.rejects(sleeping, (thrown) => thrown === reason)
    await assert.rejects(clock.sleep(1, AbortSignal.abort(reason)), (thrown) => thrown === reason)
  })

  it('tells the time of day in whole milliseconds', () => {
    const now = createSystemClock().now()
    assert.ok(Number.isInteger(now) && now > Date.parse('2025-01-01'))
  })
})
