import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokens, WordIndex } from '../src/index.ts'

const index = (): WordIndex => {
  const made = new WordIndex()
  made.add('p1', 'The old art of the cart')
  made.add('p2', 'Artful carts, and OLD ones')
  return made
}

test('tokens', () => assert.deepEqual(tokens('The Cat, to a hat!'), ['cat', 'hat']))
test('all words', () => assert.deepEqual([index().search('old'), index().search('old art')], [['p1', 'p2'], ['p1']]))
test('completes', () => assert.deepEqual(index().complete('Art'), ['art', 'artful']))
test('nothing', () => assert.deepEqual(index().search('the'), []))
