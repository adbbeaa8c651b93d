import assert from 'node:assert/strict'
import { it } from 'node:test'
import { displayWidth, fitWidth, padWidth, wrapWidth } from './display-width.ts'

it('counts columns, not code units', () => {
  assert.deepEqual(['abc', '日本', 'é', 'e\u0301', '👩‍👩‍👧', '⠋', '✓', '−', ''].map(displayWidth), [3, 4, 1, 1, 2, 1, 1, 1, 0])
})

it('cuts at a whole character and marks the cut', () => {
  assert.equal(fitWidth('日本語', 6), '日本語')
  assert.equal(fitWidth('日本語', 5), '日本…')
  assert.equal(fitWidth('日本語', 4), '日…')
  assert.equal(fitWidth('abc', 0), '')
  for (let columns = 1; columns < 12; columns += 1) assert.ok(displayWidth(fitWidth('a日b本c👩‍👩‍👧d', columns)) <= columns)
})

it('fills and wraps to columns', () => {
  assert.equal(padWidth('日', 4), '日  ')
  assert.deepEqual(wrapWidth('one two three', 7, 5), ['one two', 'three'])
  assert.deepEqual(wrapWidth('one two three four', 5, 2), ['one', 'two …'])
})
