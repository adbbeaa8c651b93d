import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Behaviour } from './behaviour.ts'
import { proposeTest, scoreOfMutants } from './strength.ts'

const answers = (outcome: string, args = '5'): Behaviour => new Map([['k', { name: 'clamp', self: '', args, given: true, outcome }]])

describe('the strength of tests', () => {
  it('has no score where nothing was tried', () => {
    assert.equal(scoreOfMutants({ tried: 0, noticed: 0, alike: 3, survivors: [] }), undefined)
    assert.equal(scoreOfMutants({ tried: 4, noticed: 3, alike: 0, survivors: [] }), 0.75)
  })
  it('leads to a test of an input on which a survivor differs', () => {
    assert.equal(proposeTest(answers('returns 5'), ['clamp(5)'], false), 'assert.deepEqual(clamp(5), 5)')
    assert.equal(proposeTest(answers('throws ValueError'), ['clamp(5)'], true), 'with self.assertRaises(ValueError): clamp(5)')
    assert.equal(proposeTest(answers('returns [1]'), ['clamp(6)'], false), undefined)
  })
  it('proposes nothing that could not be written down', () => {
    assert.equal(proposeTest(answers('returns Stack { items: [] }'), ['clamp(5)'], false), undefined)
    assert.equal(proposeTest(answers('returns 1, its arguments become 2'), ['clamp(5)'], false), undefined)
    assert.equal(proposeTest(undefined, ['clamp(5)'], false), undefined)
  })
})
