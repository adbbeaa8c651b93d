import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, latest, parse, satisfies } from '../src/semver.ts'

test('parses', () => assert.deepEqual(parse('v1.2.3-rc.1+x'), { major: 1, minor: 2, patch: 3, pre: ['rc', '1'] }))
test('numbers are compared as numbers', () => assert.ok(compare('1.10.0', '1.9.9') > 0))
test('a release comes after its candidates', () => assert.equal(latest(['1.0.0', '1.0.0-rc.1', '0.9.0']), '1.0.0'))
test('a candidate comes before its release', () => assert.ok(compare('2.0.0', '2.0.0-rc.1') > 0))
test('candidates among each other', () => assert.ok(compare('1.0.0-alpha.2', '1.0.0-alpha.10') < 0))
test('ranges', () => {
  assert.equal(satisfies('1.4.0', '^1.2.3'), true)
  assert.equal(satisfies('2.0.0', '^1.2.3'), false)
  assert.equal(satisfies('1.2.9', '~1.2.3'), true)
})
