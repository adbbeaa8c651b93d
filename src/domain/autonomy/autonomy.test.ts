import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { computeAutonomy, type AutonomyFact } from './compute.ts'
import { levelFor } from './levels.ts'

const day = 86_400_000
const now = 100 * day
const facts = (...what: AutonomyFact['what'][]): AutonomyFact[] => what.map((each, n) => ({ run: `run_${n}`, at: now - (what.length - n) * 1000, kind: 'fix', area: 'src', what: each }))
const levelOf = (list: readonly AutonomyFact[]): number => levelFor(computeAutonomy(list, now), { kind: 'fix', paths: ['src/a.ts'], action: 'integrate' })
const wins = (count: number): AutonomyFact['what'][] => Array.from({ length: count }, () => 'won' as const)

describe('earned autonomy', () => {
  test('begins at 1, widens slowly, drops at once, and is won anew', () => {
    assert.equal(levelOf([]), 1)
    assert.deepEqual([1, 2, 4, 5, 11, 12].map((count) => levelOf(facts(...wins(count)))), [1, 2, 2, 3, 3, 4])
    assert.equal(levelOf(facts(...wins(12), 'undone')), 0)
    assert.equal(levelOf(facts(...wins(12), 'rejected')), 0)
    assert.equal(levelOf(facts(...wins(12), 'sealed')), 0)
    assert.equal(levelOf(facts(...wins(12), 'rolled-back')), 3)
    assert.equal(levelOf(facts(...wins(12), 'overruled')), 3)
    assert.equal(levelOf(facts(...wins(12), 'undone', 'won')), 1)
    assert.equal(levelOf(facts(...wins(12), 'undone', ...wins(2))), 2)
  })
  test('old evidence fades', () => {
    assert.equal(levelOf(facts(...wins(12)).map((fact) => ({ ...fact, at: fact.at - 91 * day }))), 1)
  })
  test('the lowest of the areas holds, and other kinds of work earn their own', () => {
    const levels = computeAutonomy(facts(...wins(5)), now)
    assert.equal(levelFor(levels, { kind: 'fix', paths: ['src/a.ts', 'lib/b.ts'], action: 'integrate' }), 1)
    assert.equal(levelFor(levels, { kind: 'feature', paths: ['src/a.ts'], action: 'integrate' }), 1)
  })
  const anything = fc.array(fc.constantFrom<AutonomyFact['what']>('won', 'accepted', 'rolled-back', 'rejected', 'undone', 'overruled', 'sealed'), { maxLength: 30 })
  test('whatever happened, a failure never widens and a win never narrows', () => {
    fc.assert(fc.property(anything, (what) => {
      const before = levelOf(facts(...what))
      for (const failure of ['rolled-back', 'rejected', 'undone', 'overruled', 'sealed'] as const) assert.ok(levelOf(facts(...what, failure)) <= Math.max(0, before - 1) || before === 0)
      assert.ok(levelOf(facts(...what, 'won')) >= before)
    }), { numRuns: 500, seed: 7 })
  })
  test('without a win nothing is ever above the beginning', () => {
    fc.assert(fc.property(anything, (what) => assert.ok(levelOf(facts(...what.filter((each) => each !== 'won' && each !== 'accepted'))) <= 1)), { numRuns: 200, seed: 7 })
  })
})
