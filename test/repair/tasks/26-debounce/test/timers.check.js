import assert from 'node:assert/strict'
import { test } from 'node:test'
import { debounce, ManualClock, throttle } from '../src/timers.js'

test('debounce keeps the last call', () => {
  const clock = new ManualClock()
  const seen = []
  const say = debounce((x) => seen.push(x), 100, clock)
  say(1)
  clock.advance(60)
  say(2)
  clock.advance(99)
  assert.deepEqual(seen, [])
  clock.advance(1)
  assert.deepEqual(seen, [2])
})

test('throttle lets one through in each gap', () => {
  const clock = new ManualClock()
  const seen = []
  const say = throttle((x) => seen.push(x), 100, clock)
  assert.equal(say(1), true)
  assert.equal(say(2), false)
  clock.advance(100)
  assert.equal(say(3), true)
  assert.deepEqual(seen, [1, 3])
})

test('cancel', () => {
  const clock = new ManualClock()
  const say = debounce(() => assert.fail(), 10, clock)
  say()
  say.cancel()
  clock.advance(100)
})
