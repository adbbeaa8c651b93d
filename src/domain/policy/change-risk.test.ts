import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileChange } from '../../protocol/events/workspace.ts'
import { judgeChangeRisk, type Risk } from './change-risk.ts'

const change = (n: number, more: Partial<FileChange> = {}): FileChange => ({ path: `src/${n}.js`, kind: 'modified', added: 1, removed: 1, binary: false, ...more })
const of = (count: number, more: Partial<FileChange> = {}): FileChange[] => Array.from({ length: count }, (_, n) => change(n, more))
const judge = (changes: readonly FileChange[], planned: Risk = 'low', sealed = 0): string => {
  const { risk, why } = judgeChangeRisk({ planned, changes, sealed })
  return [risk, ...why].join('; ')
}

test('a change is of high risk by its size, and never of less than the plan says', () => {
  assert.equal(judge(of(50)), 'low')
  assert.equal(judge(of(51)), 'high; it changes 51 files')
  assert.equal(judge(of(10, { kind: 'deleted' })), 'low')
  assert.equal(judge(of(11, { kind: 'deleted' })), 'high; it deletes 11 files')
  assert.equal(judge([change(1, { added: 2000, removed: 1000 })]), 'low')
  assert.equal(judge([change(1, { added: 2001, removed: 1000 })]), 'high; it changes 3001 lines')
  assert.equal(judge(of(1), 'high'), 'high')
  assert.equal(judge(of(1), 'medium'), 'medium')
  assert.equal(judge(of(51), 'medium'), 'high; it changes 51 files')
})

test('a run of which something was sealed away is of medium risk', () => {
  assert.equal(judge(of(1), 'low', 1), 'medium; 1 change of this run was sealed away')
  assert.equal(judge(of(51), 'low', 2), 'high; it changes 51 files; 2 changes of this run were sealed away')
})
