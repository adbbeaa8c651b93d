import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, latest, satisfies } from '../src/semver.ts'

test('order of the specification', () => {
  const ordered = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0']
  for (let i = 0; i < ordered.length; i++) for (let j = 0; j < ordered.length; j++) {
    assert.equal(Math.sign(compare(ordered[i]!, ordered[j]!)), Math.sign(i - j), `${ordered[i]} and ${ordered[j]}`)
  }
})
test('ranges and candidates', () => {
  assert.equal(satisfies('1.2.3-rc.1', '^1.2.3'), false)
  assert.equal(satisfies('0.2.9', '^0.2.1'), true)
  assert.equal(satisfies('0.3.0', '^0.2.1'), false)
  assert.equal(satisfies('1.0.0', '1.0.0'), true)
})
test('nothing', () => assert.equal(latest([]), undefined))
