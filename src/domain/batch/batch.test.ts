import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nameGoals, pickNext, spend, toAllowance, toBatchCode, type Ended, type NamedGoal } from './batch.ts'

const goal = (id: string, repo?: string): NamedGoal => ({ id, goal: id, ...(repo ? { repo } : {}) })
const ended = (outcome: Ended['outcome']): Ended => ({ id: 'x', outcome, reason: '', run: undefined, branch: undefined, turns: 0, usd: 0, tokens: 0, durationMs: 0 })

describe('a batch of goals', () => {
  test('goals get names and defaults; their own words win', () => {
    assert.deepEqual(nameGoals({ goals: ['one', { goal: 'two', model: 'a/b' }, { id: 'x', goal: 'three' }], defaults: { model: 'c/d', repo: 'r' } }), [
      { id: 'g1', goal: 'one', model: 'c/d', repo: 'r' }, { id: 'g2', goal: 'two', model: 'a/b', repo: 'r' }, { id: 'x', goal: 'three', model: 'c/d', repo: 'r' },
    ])
    assert.throws(() => nameGoals({ goals: [{ id: 'g2', goal: 'one' }, 'two'] }), /two goals are called g2/)
  })

  test('groups go side by side, each in its own order', () => {
    const left = [goal('a1', 'a'), goal('a2', 'a'), goal('b1', 'b')]
    assert.equal(pickNext(left, [])?.id, 'a1')
    assert.equal(pickNext(left.slice(1), [goal('a1', 'a')])?.id, 'b1')
    assert.equal(pickNext([goal('a2', 'a'), goal('b2', 'b'), goal('b3', 'b')], [goal('a1', 'a'), goal('b1', 'b')])?.id, 'b2')
    assert.equal(pickNext([], []), undefined)
  })

  test('every goal has its part; what one leaves over is for the rest; never more than there is', () => {
    let purse = { turns: 10, usd: 1, tokens: undefined } as Parameters<typeof spend>[0]
    assert.deepEqual(toAllowance(purse, 4), { max_turns: 2, max_usd: 0.25 })
    purse = spend(purse, { turns: 1, usd: 0.05, tokens: 99 })
    assert.deepEqual(toAllowance(purse, 3), { max_turns: 3, max_usd: 0.95 / 3 })
    assert.deepEqual(toAllowance(purse, 3, { max_turns: 2 }), { max_turns: 2, max_usd: 0.95 / 3 })
    assert.equal(toAllowance({ ...purse, usd: 0 }, 1), undefined)
    assert.equal(toAllowance({ ...purse, turns: 0 }, 3), undefined)
    assert.equal(toAllowance({ ...purse, turns: 2 }, 3)?.max_turns, 1)
    assert.equal(toAllowance({ ...purse, turns: 10 }, 20)?.max_turns, 1)
    assert.deepEqual(toAllowance({ turns: undefined, usd: undefined, tokens: undefined }, 3), {})
  })

  test('the worst outcome is the batch’s', () => {
    assert.equal(toBatchCode([ended('proven'), ended('proven')]), 0)
    assert.equal(toBatchCode([ended('proven'), ended('waiting')]), 3)
    assert.equal(toBatchCode([ended('waiting'), ended('not-achieved'), ended('limit')]), 1)
    assert.equal(toBatchCode([ended('not-started'), ended('proven')]), 4)
    assert.equal(toBatchCode([ended('fault'), ended('proven')]), 5)
  })
})
