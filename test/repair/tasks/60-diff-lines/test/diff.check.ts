import assert from 'node:assert/strict'
import { test } from 'node:test'
import { common, diff, similarity } from '../src/diff.ts'

const show = (before: string, after: string): string => diff(before, after).map(({ sign, line }) => sign + line).join('|')

test('common lines', () => assert.equal(common(['a', 'b', 'c'], ['b', 'c', 'd']), 2))
test('shows changes', () => assert.equal(show('a\nb\nc', 'a\nx\nc'), ' a|-b|+x| c'))
test('the same', () => assert.equal(similarity('a\nb', 'a\nb'), 1))
test('nothing in common', () => assert.equal(similarity('a', 'b'), 0))
