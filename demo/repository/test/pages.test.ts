import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidInput } from '../service/invalid-input.ts'
import { linkHeader, paginate, parsePageRequest } from '../service/pages.ts'

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

test('the first page begins at the beginning', () => {
  assert.deepEqual(paginate(LETTERS, { page: 1, size: 3 }).items, ['a', 'b', 'c'])
})

test('the next page goes on where the one before ended', () => {
  assert.deepEqual(paginate(LETTERS, { page: 2, size: 3 }).items, ['d', 'e', 'f'])
})

test('the last page holds the rest', () => {
  assert.deepEqual(paginate(LETTERS, { page: 3, size: 3 }).items, ['g'])
  assert.deepEqual(paginate(LETTERS, { page: 1, size: 50 }).items, LETTERS)
})

test('pages of one item each', () => {
  assert.deepEqual(paginate(LETTERS, { page: 7, size: 1 }).items, ['g'])
})

test('a page after the last is empty', () => {
  const page = paginate(LETTERS, { page: 4, size: 3 })
  assert.deepEqual(page.items, [])
  assert.equal(page.hasNext, false)
})

test('it counts pages and says whether there is another', () => {
  assert.equal(paginate(LETTERS, { page: 1, size: 3 }).pageCount, 3)
  assert.equal(paginate(LETTERS, { page: 1, size: 7 }).pageCount, 1)
  assert.equal(paginate(LETTERS, { page: 2, size: 3 }).hasNext, true)
  assert.equal(paginate(LETTERS, { page: 3, size: 3 }).hasNext, false)
})

test('an empty list has one page', () => {
  assert.deepEqual(paginate([], { page: 1, size: 10 }), {
    items: [],
    page: 1,
    pageCount: 1,
    total: 0,
    hasNext: false,
  })
})

test('a query may leave everything out', () => {
  assert.deepEqual(parsePageRequest(new URLSearchParams('')), { page: 1, size: 20 })
})

test('a size over the maximum is cut', () => {
  assert.equal(parsePageRequest(new URLSearchParams('size=100')).size, 100)
  assert.equal(parsePageRequest(new URLSearchParams('size=101')).size, 100)
})

test('a page must be a whole number from 1 on', () => {
  for (const text of ['0', '-1', '1.5', 'two']) {
    assert.throws(() => parsePageRequest(new URLSearchParams({ page: text })), InvalidInput, text)
  }
})

test('links lead to the neighbours that exist', () => {
  const page = (number: number) => paginate(LETTERS, { page: number, size: 3 })
  assert.equal(linkHeader('/o', page(1), 3), '</o?page=2&size=3>; rel="next"')
  assert.equal(linkHeader('/o', page(2), 3), '</o?page=1&size=3>; rel="prev", </o?page=3&size=3>; rel="next"')
  assert.equal(linkHeader('/o', page(3), 3), '</o?page=2&size=3>; rel="prev"')
})
