import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findChangedLines } from './changed-lines.ts'
import { toLineRanges } from './line-ranges.ts'
import { findUnrunLines, readMappings } from './unrun-lines.ts'

const source = 'a()\nif (x) {\n  b()\n  c()\n}\nd(y ? 1 : 2)\n'
const at = (text: string): [number, number] => [source.indexOf(text), source.indexOf(text) + text.length]
const lines = (unrun: readonly (readonly [number, number])[], end = source.length): unknown => {
  const found = findUnrunLines(source, 'file:///a.ts', { end, unrun, map: undefined })
  return found && [...found]
}

describe('lines of which nothing ran', () => {
  test('a block, with what stands on its lines alone', () => assert.deepEqual(lines([at(' {\n  b()\n  c()\n}')]), [3, 4, 5]))
  test('a part of a line leaves the line run', () => assert.deepEqual(lines([at(' 2')]), []))
  test('several parts, to the very end', () => assert.deepEqual(lines([at('a()'), [source.indexOf('d(y'), source.length]]), [1, 6]))
  test('Node’s own comment behind a source that it took types out of', () => assert.deepEqual(lines([at('a()')], source.length + '\n\n//# sourceURL=file:///a.ts'.length), [1]))
  test('another script than the source tells nothing', () => assert.equal(lines([at('a()')], source.length + 5), undefined))
  test('through a source map: a line ran where anything that it became did', () => {
    // Line 1 of the source became columns 0 to 9 and 20 to the end of line 1, its line 2 columns 10 to 19; line 3 became all of line 2.
    const map = { lineLengths: [30, 10], mappings: 'AAAA,UACA,UADA;AAEA' }
    assert.deepEqual(readMappings(map.mappings), [{ generatedLine: 0, column: 0, line: 1 }, { generatedLine: 0, column: 10, line: 2 }, { generatedLine: 0, column: 20, line: 1 }, { generatedLine: 1, column: 0, line: 3 }])
    const found = (unrun: readonly (readonly [number, number])[]): readonly number[] => [...(findUnrunLines('x', 'file:///x', { end: 41, unrun, map }) ?? [])]
    assert.deepEqual(found([[10, 20]]), [2])
    assert.deepEqual(found([[0, 10]]), [])
    assert.deepEqual(found([[0, 41]]), [1, 2, 3])
  })
})

test('lines that the base does not have', () => {
  assert.deepEqual([...findChangedLines('a\nb\nc\n', 'a\nx\nb\nc\ny\n')], [2, 5])
  assert.deepEqual([...findChangedLines(undefined, 'a\nb')], [1, 2])
  assert.deepEqual([...findChangedLines('a\nb', 'a\nb')], [])
})

test('ranges, over lines that do not count', () => assert.deepEqual(toLineRanges([9, 1, 2, 4, 7], (line) => line === 3 || line === 8), [[1, 4], [7, 9]]))
