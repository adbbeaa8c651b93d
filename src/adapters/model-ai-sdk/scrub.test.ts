import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRetryAfterMs } from './retry-after.ts'
import { listSecrets, toScrub } from './scrub.ts'

test('keys are taken out by value and by shape, other words stay', () => {
  const scrub = toScrub(['my-own-secret', 'k', undefined, ...listSecrets({ SOME_API_KEY: ' odd value ', HOME: '/home/me', X_TOKEN: '' })])
  const cases = {
    'a my-own-secret b': 'a [key] b',
    'it is odd value.': 'it is [key].',
    'Incorrect API key provided: sk-proj-abc123_DEF. See': 'Incorrect API key provided: [key]. See',
    'key sk-ab****************wxyz': 'key [key]',
    'authorization: Bearer abc.def-ghi': 'authorization: Bearer [key]',
    'AIzaSyA1234567890abc': '[key]',
    'https://h/x?key=abcdef&alt=sse': 'https://h/x?key=[key]&alt=sse',
    'http://user:pass@host/': 'http://[key]@host/',
    'ok, /home/me asks the risk-averse': 'ok, /home/me asks the risk-averse',
  }
  for (const [given, wanted] of Object.entries(cases)) assert.equal(scrub(given), wanted)
})

test('the wait is found wherever a provider puts it', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const cases: readonly (readonly [headers: Record<string, string>, body: string, wanted: number | undefined])[] = [
    [{ 'retry-after-ms': '20', 'retry-after': '9' }, '', 20],
    [{ 'retry-after': '1.5' }, '', 1500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' }, '', 3000],
    [{ 'retry-after': 'soon' }, '', undefined],
    [{ 'x-ratelimit-reset-tokens': '6m1.5s', 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-requests': '20ms', 'x-ratelimit-remaining-requests': '7' }, '', 361_500],
    [{ 'x-ratelimit-reset-requests': '20ms', 'x-ratelimit-remaining-requests': '0' }, '', 20],
    [{ 'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:10Z', 'anthropic-ratelimit-input-tokens-remaining': '0' }, '', 10_000],
    [{}, '{"error":{"details":[{"retryDelay": "34s"}]}}', 34_000],
    [{}, '', undefined],
  ]
  for (const [headers, body, wanted] of cases) assert.equal(findRetryAfterMs(headers, body, now), wanted, JSON.stringify(headers))
})
