import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateLimiter } from '../service/rate-limiter.ts'

test('a burst is allowed, the next request is not', () => {
  const limiter = new RateLimiter({ burst: 3, perSecond: 1 })
  assert.deepEqual([0, 0, 0, 0].map((at) => limiter.take('ada', at).allowed), [true, true, true, false])
})

test('it says how many are left', () => {
  const limiter = new RateLimiter({ burst: 2, perSecond: 1 })
  assert.equal(limiter.take('ada', 0).remaining, 1)
  assert.equal(limiter.take('ada', 0).remaining, 0)
})

test('it says when to come back, in whole seconds', () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 0.4 })
  limiter.take('ada', 0)
  assert.equal(limiter.take('ada', 0).retryAfterSeconds, 3)
  assert.equal(limiter.take('ada', 2000).retryAfterSeconds, 1)
  assert.equal(limiter.take('ada', 2500).allowed, true)
})

test('a bucket never holds more than its burst', () => {
  const limiter = new RateLimiter({ burst: 2, perSecond: 10 })
  assert.equal(limiter.take('ada', 60_000).remaining, 1)
  assert.equal(limiter.take('ada', 120_000).remaining, 1)
})

test('keys do not share a bucket', () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 1 })
  limiter.take('ada', 0)
  assert.equal(limiter.take('bo', 0).allowed, true)
})

test('a clock that steps back gives nothing away', () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 1 })
  limiter.take('ada', 5000)
  assert.equal(limiter.take('ada', 1000).allowed, false)
})

test('sweep forgets full buckets only', () => {
  const limiter = new RateLimiter({ burst: 2, perSecond: 1 })
  limiter.take('ada', 0)
  limiter.take('bo', 900)
  assert.equal(limiter.sweep(1000), 1)
  assert.equal(limiter.size, 1)
})

test('a limit must be positive', () => {
  assert.throws(() => new RateLimiter({ burst: 0, perSecond: 1 }), RangeError)
  assert.throws(() => new RateLimiter({ burst: 1, perSecond: 0 }), RangeError)
})
