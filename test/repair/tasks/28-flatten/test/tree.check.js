import assert from 'node:assert/strict'
import { test } from 'node:test'
import { depth, draw, find, mapTree, names, pathTo } from '../src/tree.js'

const tree = { name: 'root', children: [{ name: 'a', children: [{ name: 'b' }] }, { name: 'c' }] }

test('names', () => assert.deepEqual(names(tree), ['root', 'a', 'b', 'c']))
test('depth', () => assert.equal(depth(tree), 3))
test('find', () => assert.equal(find(tree, 'b').name, 'b'))
test('path', () => assert.deepEqual(pathTo(tree, 'b'), ['root', 'a', 'b']))
test('map', () => assert.deepEqual(names(mapTree(tree, (name) => name.toUpperCase())), ['ROOT', 'A', 'B', 'C']))
test('draws', () => assert.equal(draw(tree), 'root\n  a\n    b\n  c'))
