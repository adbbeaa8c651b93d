import assert from 'node:assert/strict'
import { test } from 'node:test'
import { common, diff, similarity } from '../src/diff.ts'

test('nothing', () => assert.deepEqual([common([], []), common(['a'], []), common([], ['b'])], [0, 0, 0]))
test('longer', () => assert.equal(common([...'abcbdab'], [...'bdcaba']), 4))
test('half', () => assert.equal(similarity('a\nb', 'b\nc'), 0.5))
test('inserts', () => assert.deepEqual(diff('a\nb', 'a\nn\nb').map(({ sign }) => sign).join(''), ' + '))
