import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, throttle } from '../src/timers.js'

test('the gap counts from the last call that went through', () => {
  const clock = new ManualClock()
  let calls = 0
  const tick = throttle(() => calls++, 50, clock)
  const went = []
  for (let n = 0; n < 12; n++) {
    went.push(tick())
    clock.advance(20)
  }
  assert.deepEqual(went, [true, false, false, true, false, false, true, false, false, true, false, false])
  assert.equal(calls, 4)
})
