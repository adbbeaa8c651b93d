import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, parseDuration } from '../src/duration.ts'

test('there and back', () => {
  for (const seconds of [1, 59, 60, 61, 3599, 3600, 7265, 86_399, 86_400, 200_000]) assert.equal(parseDuration(formatDuration(seconds)), seconds)
})
test('short ones', () => assert.equal(formatDuration(45), '45s'))
test('below zero', () => assert.equal(formatDuration(-125), '-2m 5s'))
