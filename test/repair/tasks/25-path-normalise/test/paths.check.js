import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extension, join, normalise, relative, resolve } from '../src/paths.js'

test('dots', () => assert.equal(normalise('/a/./b//c/'), '/a/b/c'))
test('up', () => assert.equal(normalise('/a/b/../c'), '/a/c'))
test('join', () => assert.equal(join('a', '', 'b'), 'a/b'))
test('above a relative start', () => assert.equal(normalise('../x'), '../x'))
test('resolve', () => assert.equal(resolve('/x', '/y'), '/y'))
test('extension', () => assert.deepEqual(['a/b.txt', '.env', 'a.b/c'].map(extension), ['.txt', '', '']))
test('relative', () => assert.equal(relative('/a/b', '/a/c/d'), '../c/d'))
