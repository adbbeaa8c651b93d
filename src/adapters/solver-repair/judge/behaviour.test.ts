import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Behaviour } from './behaviour.ts'
import { clusterBehaviours, compareBehaviours, findDifference } from './behaviour.ts'

/** Outcomes of f by its argument. */
function behaviour(outcomes: Readonly<Record<string, string>>, given: readonly string[] = []): Behaviour {
  return new Map(Object.entries(outcomes).map(([args, outcome]) => [args, { name: 'f', self: '', args, given: given.includes(args), outcome }]))
}

describe('behaviours', () => {
  const same = { 1: 'returns 1', 2: 'returns 2', 3: 'returns 3' }
  it('are compared on the inputs that both met', () => {
    assert.deepEqual(compareBehaviours(behaviour(same), behaviour({ 1: 'returns 1', 9: 'returns 0' })), { shared: 1, alike: true })
    assert.equal(compareBehaviours(behaviour(same), behaviour({ 2: 'throws RangeError' })).alike, false)
    assert.deepEqual(compareBehaviours(behaviour({ 1: 'throws TypeError' }), behaviour({ 1: 'throws TypeError' })), { shared: 0, alike: true })
  })
  it('fall into clusters, and what could not be compared stands alone', () => {
    assert.deepEqual(clusterBehaviours([behaviour(same), behaviour({ ...same, 2: 'returns 4' }), behaviour(same), undefined, behaviour({ 1: 'returns 1' })]), [[0, 2], [1], [3], [4]])
  })
  it('are told apart by an input of a test before others, and by answers before exceptions', () => {
    const [one, two] = [{ 7: 'returns 1', 8: 'returns 1', 9: 'throws Error' }, { 7: 'returns 2', 8: 'returns 3', 9: 'returns 1' }]
    assert.deepEqual(findDifference([behaviour(one, ['8']), undefined, behaviour(two)]), { call: 'f(8)', given: true, shows: [{ option: 1, outcome: 'returns 1' }, { option: 3, outcome: 'returns 3' }] })
    assert.equal(findDifference([behaviour({ 9: 'throws Error', 7: 'returns 1' }), behaviour({ 9: 'returns 1', 7: 'returns 2' })])?.call, 'f(7)')
    assert.equal(findDifference([behaviour(same), behaviour(same)]), undefined)
  })
})
