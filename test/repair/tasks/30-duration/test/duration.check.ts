import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock, formatDuration, parseDuration } from '../src/duration.ts'

test('parses', () => assert.equal(parseDuration('1h 30m'), 5400))
test('parts of units', () => assert.equal(parseDuration('1.5m'), 90))
test('nothing', () => assert.throws(() => parseDuration(''), SyntaxError))
test('formats', () => assert.equal(formatDuration(90_061), '1d 1h 1m 1s'))
test('formats several hours', () => assert.equal(formatDuration(3 * 3600 + 120), '3h 2m'))
test('clock', () => assert.equal(clock(3661), '01:01:01'))
