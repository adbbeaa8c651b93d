import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyState } from '../run-state.ts'
import { countCall, countInMinute } from './circumstances.ts'

test('calls of a tool count for sixty seconds of the log, and in the run for good', () => {
  const state = emptyState()
  const call = (at: number, tool: string) => {
    state.at = at
    countCall(state, tool)
  }
  call(0, 'shell')
  call(30_000, 'read')
  call(60_000, 'shell')
  assert.deepEqual([countInMinute(state, 'shell'), countInMinute(state, 'read')], [2, 1])
  state.at = 60_001
  assert.equal(countInMinute(state, 'shell'), 1)
  call(100_000, 'shell')
  assert.deepEqual([countInMinute(state, 'shell'), countInMinute(state, 'read'), state.toolCalls.get('shell'), state.newestCalls.length], [2, 0, 3, 2])
})
