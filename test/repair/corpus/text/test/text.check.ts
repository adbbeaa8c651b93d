import { describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { countWords, initials, isPalindrome, plural, slugify, truncate, wrap } from '../src/text.ts'

describe('slugify', () => {
  it('joins words with dashes', () => {
    assert.equal(slugify('Hello, wide World'), 'hello-wide-world')
  })
  it('has no dash at its ends', () => {
    assert.equal(slugify('  ¡Olé! '), 'ol')
  })
})
describe('truncate', () => {
  it('keeps what fits', () => {
    assert.equal(truncate('abcde', 5), 'abcde')
    assert.equal(truncate('abc', 5), 'abc')
  })
  it('is never longer than the limit', () => {
    assert.equal(truncate('abcdef', 5), 'abcd…')
  })
})
describe('initials', () => {
  it('takes the first letters', () => {
    assert.equal(initials('ada king lovelace'), 'AKL')
  })
  it('does not mind blanks', () => {
    assert.equal(initials('  grace  hopper '), 'GH')
  })
})
describe('wrap', () => {
  it('fills lines to the width', () => {
    assert.deepEqual(wrap('the cat sat on it', 7), ['the cat', 'sat on', 'it'])
  })
  it('keeps long words whole', () => {
    assert.deepEqual(wrap('a extraordinary b', 5), ['a', 'extraordinary', 'b'])
  })
  it('has no lines for no text', () => {
    assert.deepEqual(wrap('', 5), [])
  })
})
describe('words', () => {
  it('counts each word', () => {
    assert.deepEqual([...countWords('The cat saw the dog')], [['the', 2], ['cat', 1], ['saw', 1], ['dog', 1]])
    assert.equal(countWords('12 34').size, 0)
  })
  it('knows palindromes', () => {
    assert.equal(isPalindrome('Never odd or even'), true)
    assert.equal(isPalindrome('Almost'), false)
  })
  it('says one and many', () => {
    assert.equal(plural(1, 'test'), '1 test')
    assert.equal(plural(0, 'test'), '0 tests')
    assert.equal(plural(2, 'test'), '2 tests')
  })
})
