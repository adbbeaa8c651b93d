import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WordIndex } from '../src/index.ts'

test('completes from the start only', () => {
  const index = new WordIndex()
  index.add('x', 'one none once alone on')
  assert.deepEqual(index.complete('on'), ['on', 'once', 'one'])
  assert.deepEqual(index.complete('ne'), [])
  assert.deepEqual(index.complete('alone'), ['alone'])
})
