import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, DEFAULT_RETRY, isRetryable, isSuccess, nextDelayMs, parseRetryAfter } from '../service/retry.ts'

const NOW = Date.UTC(2024, 2, 4, 12, 0, 0)

test('success is any 2xx', () => {
  assert.deepEqual([199, 200, 204, 299, 300].map(isSuccess), [false, true, true, true, false])
})

test('faults of the server are worth another try', () => {
  assert.equal(isRetryable(500), true, '500 Internal Server Error')
  assert.equal(isRetryable(503), true, '503 Service Unavailable')
  assert.equal(isRetryable(599), true, 'the last of the 5xx')
})

test('timeouts and rate limits are worth another try', () => {
  assert.equal(isRetryable(408), true)
  assert.equal(isRetryable(429), true)
})

test('other refusals are final', () => {
  for (const status of [301, 400, 401, 404, 407, 409, 410, 422, 428, 430, 499]) {
    assert.equal(isRetryable(status), false, String(status))
  }
})

test('the pause doubles with each attempt', () => {
  assert.deepEqual([1, 2, 3, 4].map((attempt) => backoffMs(attempt)), [1000, 2000, 4000, 8000])
})

test('the pause has an upper limit', () => {
  assert.equal(backoffMs(6), 32_000)
  assert.equal(backoffMs(7), 60_000)
  assert.equal(backoffMs(20), 60_000)
})

test('Retry-After may be seconds or a date', () => {
  assert.equal(parseRetryAfter('7', NOW), 7000)
  assert.equal(parseRetryAfter('Mon, 04 Mar 2024 12:00:30 GMT', NOW), 30_000)
  assert.equal(parseRetryAfter('Mon, 04 Mar 2024 11:00:00 GMT', NOW), 0)
})

test('a Retry-After that says nothing usable is passed over', () => {
  assert.equal(parseRetryAfter(undefined, NOW), undefined)
  assert.equal(parseRetryAfter('soon', NOW), undefined)
})

test('a plain 500 is tried again after the usual pause', () => {
  assert.equal(nextDelayMs(1, { status: 500 }, NOW), 1000)
  assert.equal(nextDelayMs(3, { status: 500 }, NOW), 4000)
})

test('there are five attempts and no more', () => {
  assert.equal(nextDelayMs(4, { status: 503 }, NOW), 8000)
  assert.equal(nextDelayMs(DEFAULT_RETRY.maxAttempts, { status: 503 }, NOW), undefined)
})

test('a final refusal is not tried again', () => {
  assert.equal(nextDelayMs(1, { status: 404 }, NOW), undefined)
})

test('a longer pause is granted where the receiver asks for it, within the limit', () => {
  assert.equal(nextDelayMs(1, { status: 429, retryAfter: '9' }, NOW), 9000)
  assert.equal(nextDelayMs(4, { status: 429, retryAfter: '3' }, NOW), 8000)
  assert.equal(nextDelayMs(1, { status: 503, retryAfter: '3600' }, NOW), 60_000)
})
