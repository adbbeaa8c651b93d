import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery, toQuery } from '../src/query.ts'

test('there and back', () => {
  for (const query of [{ 'a b c': 'd e  f' }, { x: ['1 2 3', '4 + 5'] }, { 'ü': '%20&=' }]) assert.deepEqual({ ...parseQuery(toQuery(query)) }, query)
})
test('a coded plus stays', () => assert.deepEqual(parseQuery('sum=1%2B1+is+2'), { sum: '1+1 is 2' }))
