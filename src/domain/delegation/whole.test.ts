import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toSampleRunId } from '../../testing/sample-run.ts'
import { groupWholes, type Part } from './whole.ts'

const part = (run: number, parent?: number): Part => ({ run: toSampleRunId(run), parent: parent === undefined ? undefined : toSampleRunId(parent) })
const group = (...parts: readonly Part[]): unknown => groupWholes(parts).map(({ top, children }) => [top, ...children].map(({ run }) => Number(run.slice(-2))))

describe('runs by the one that a person decides about', () => {
  test('children of children belong to the topmost, and what rests on another comes before it', () => {
    assert.deepEqual(group(part(4, 2), part(3, 1), part(2, 1), part(1), part(9)), [[1, 4, 3, 2], [9]])
  })
  test('where the parent is not there, the child is a whole of its own, which says so', () => {
    assert.deepEqual(group(part(3, 2), part(2, 1)), [[2, 3]])
    assert.equal(groupWholes([part(2, 1)])[0]?.top.parent, toSampleRunId(1))
  })
  test('parents in a circle are no end of work: each run is still in exactly one whole', () => {
    assert.deepEqual(group(part(1, 2), part(2, 1), part(3, 3)), [[1], [2], [3]])
  })
  test('nothing of nothing', () => assert.deepEqual(group(), []))
})
