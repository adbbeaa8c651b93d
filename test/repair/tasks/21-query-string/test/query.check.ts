import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery, toQuery, withParam } from '../src/query.ts'

test('pairs', () => assert.deepEqual(parseQuery('?a=1&b=2'), { a: '1', b: '2' }))
test('several values', () => assert.deepEqual(parseQuery('a=1&a=2&a=3'), { a: ['1', '2', '3'] }))
test('plus means a space', () => assert.deepEqual(parseQuery('q=red+wool+socks'), { q: 'red wool socks' }))
test('no value', () => assert.deepEqual(parseQuery('flag&x='), { flag: '', x: '' }))
test('writes', () => assert.equal(toQuery({ b: ['1', '2'], a: 'x y' }), 'a=x+y&b=1&b=2'))
test('sets one', () => assert.equal(withParam('/find?q=a&page=1', 'page', '2'), '/find?page=2&q=a'))
