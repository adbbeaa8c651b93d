import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { actions, computeAutonomy, memoryMs } from './compute.ts'
import { factKinds, isFailure, type AutonomyFact, type FactKind } from './facts.ts'
import { levelFor } from './levels.ts'

const day = 86_400_000
const now = 1000 * day
/** One fact a minute, of runs that began at commits of their own, the last a second ago. */
const facts = (...what: FactKind[]): AutonomyFact[] => what.map((each, n) => ({ run: `run_${n}`, base: `commit ${n}`, at: now - 1000 - (what.length - 1 - n) * 60_000, goal: 'fix', kind: 'fix', area: 'src', what: each }))
const wins = (count: number, what: FactKind = 'won'): FactKind[] => Array.from({ length: count }, () => what)
type Action = (typeof actions)[number]
const levelOf = (list: readonly AutonomyFact[], action: Action = 'integrate', at = now): number => levelFor(computeAutonomy(list, at), { kind: 'fix', paths: ['src/a.ts'], action })

describe('earned autonomy', () => {
  test('begins at 1 and widens slowly', () => {
    assert.equal(levelOf([]), 1)
    assert.deepEqual([1, 2, 4, 5, 11, 12, 40].map((count) => levelOf(facts(...wins(count)))), [1, 2, 2, 3, 3, 4, 4])
  })

  test('drops at once, by what it was, and is won anew', () => {
    const after = (...what: FactKind[]): number[] => actions.map((action) => levelOf(facts(...wins(12, 'accepted'), ...what), action))
    assert.deepEqual(after(), [4, 4, 4])
    assert.deepEqual(after('undone'), [0, 0, 0])
    assert.deepEqual(after('sealed'), [0, 0, 0])
    assert.deepEqual(after('rejected'), [4, 1, 1])
    assert.deepEqual(after('denied-change'), [4, 1, 4])
    assert.deepEqual(after('denied-call'), [1, 4, 4])
    assert.deepEqual(after('refused'), [4, 1, 4])
    assert.deepEqual(after('rolled-back'), [4, 3, 4])
    assert.deepEqual(after('undone', 'accepted'), [1, 1, 1])
    assert.deepEqual(after('undone', 'accepted', 'accepted'), [2, 2, 2])
    assert.equal(levelOf(facts('rejected')), 0, 'where everything begins there is only asking always below')
    assert.equal(levelOf(facts('rolled-back')), 1)
  })

  test('only what a person took counts for bringing results to them', () => {
    assert.equal(levelOf(facts(...wins(12)), 'deliver'), 1)
    assert.equal(levelOf(facts(...wins(5, 'accepted')), 'deliver'), 3)
  })

  test('the same work from the same commit is no new evidence, unless a person took it', () => {
    assert.equal(levelOf(facts(...wins(12)).map((fact) => ({ ...fact, base: 'one' }))), 1)
    assert.equal(levelOf(facts(...wins(12, 'accepted')).map((fact) => ({ ...fact, base: 'one' }))), 4)
  })

  test('old evidence fades, for and against', () => {
    const old = facts(...wins(12)).map((fact) => ({ ...fact, at: fact.at - memoryMs }))
    assert.equal(levelOf(old), 1)
    assert.equal(levelOf(facts('undone').map((fact) => ({ ...fact, at: now - memoryMs - 1 }))), 1)
  })

  test('the lowest of the areas holds, other kinds of work earn their own, and no path means all that is known', () => {
    const levels = computeAutonomy([...facts(...wins(5)), ...facts('undone').map((fact) => ({ ...fact, area: 'lib' }))], now)
    const at = (paths: readonly string[], kind = 'fix'): number => levelFor(levels, { kind, paths, action: 'integrate' })
    assert.deepEqual([at(['src/a.ts']), at(['src/a.ts', 'lib/b.ts']), at(['src/a.ts', 'web/c.ts']), at([]), at(['/etc/passwd'])], [3, 0, 1, 0, 0])
    assert.equal(at(['src/a.ts'], 'feature'), 1)
    assert.equal(at([], 'feature'), 1)
  })

  test('a failure that concerns no path in particular concerns all of them, known or not', () => {
    const levels = computeAutonomy([...facts(...wins(12)), ...facts('denied-call').map((fact) => ({ ...fact, area: '*' }))], now)
    const call = (path: string): number => levelFor(levels, { kind: 'fix', paths: [path], action: 'call' })
    assert.deepEqual([call('src/a.ts'), call('never/seen.ts')], [1, 0])
  })

  test('it says why, and what would change it', () => {
    const [first] = computeAutonomy(facts(...wins(3)), now)
    assert.deepEqual([first?.why, first?.next, first?.wins, first?.failures], ['3 wins in a row', '2 more wins lead to level 3 (trusted); an undone or sealed result leads to 0 at once, a rejected one or a no to 1', 3, 0])
    const [dropped] = computeAutonomy(facts(...wins(3), 'undone', 'won'), now)
    assert.equal(dropped?.why, `1 win since an accepted result was undone on ${new Date(now - 61_000).toISOString().slice(0, 10)} (run_3), which left it at 0`)
    assert.equal(dropped?.next, '1 more win leads to level 2 (usual)')
  })
})

const kindsOfFailure = factKinds.filter(isFailure)
const anything = fc.array(fc.constantFrom(...factKinds), { maxLength: 30 })
/** Facts of several areas, kinds and times, some from the same commit. */
const anyFacts = fc.array(fc.record({
  run: fc.nat(20).map((n) => `run_${n}`), base: fc.nat(5).map((n) => `commit ${n}`), at: fc.nat(100).map((n) => now - n * day), goal: fc.constantFrom('fix', 'feature'), kind: fc.constantFrom('fix', 'docs'),
  area: fc.constantFrom('src', 'lib', '*'), what: fc.constantFrom(...factKinds),
}), { maxLength: 40 })
const everyLevel = (list: readonly AutonomyFact[], at = now): number[] => {
  const levels = computeAutonomy(list, at)
  return ['fix', 'feature', 'docs'].flatMap((kind) => ['src/a', 'lib/a', 'web/a'].flatMap((path) => actions.map((action) => levelFor(levels, { kind, paths: [path], action }))))
}
const options = { numRuns: 400, seed: 7 }

describe('whatever happened', () => {
  test('a failure narrows what it is about at once, to 0 or 1 where it is grave', () => {
    fc.assert(fc.property(anything, fc.constantFrom(...kindsOfFailure), (what, failure) => {
      for (const action of actions) {
        const [before, after] = [levelOf(facts(...what), action), levelOf(facts(...what, failure), action)]
        const concerned = levelOf(facts(...wins(12, 'accepted'), failure), action) < 4
        if (!concerned) assert.equal(after, before)
        else if (failure === 'rolled-back') assert.equal(after, before > 1 ? before - 1 : before)
        else assert.ok(after <= 1 && (after < before || before === 0), `${failure}: ${before} to ${after}`)
      }
    }), options)
  })

  test('without a win nothing is ever above the beginning', () => {
    fc.assert(fc.property(anyFacts, (list) => {
      for (const level of everyLevel(list.filter((fact) => isFailure(fact.what)))) assert.ok(level <= 1)
    }), options)
  })

  test('it widens by at most one level a win, and only by wins', () => {
    fc.assert(fc.property(anything, fc.constantFrom(...factKinds), (what, next) => {
      for (const action of actions) {
        const [before, after] = [levelOf(facts(...what), action), levelOf(facts(...what, next), action)]
        assert.ok(after - before <= (isFailure(next) ? 0 : 1), `${next}: ${before} to ${after}`)
      }
    }), options)
  })

  test('one more failure, whenever and wherever it was, never widens anything, and one more win never narrows', () => {
    fc.assert(fc.property(anyFacts, anyFacts, (list, more) => {
      const before = everyLevel(list)
      for (const fact of more.slice(0, 5)) {
        const after = everyLevel([...list, fact])
        for (const [n, level] of after.entries()) assert.ok(isFailure(fact.what) ? level <= (before[n] ?? 0) : level >= (before[n] ?? 0), `${fact.what} moved ${before[n]} to ${level}`)
      }
    }), options)
  })

  test('the order in which rollouts are read changes nothing', () => {
    fc.assert(fc.property(anyFacts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }))), ([list, shuffled]) => {
      assert.deepEqual(computeAutonomy(shuffled, now), computeAutonomy(list, now))
    }), options)
  })

  test('time alone widens nothing beyond the beginning', () => {
    fc.assert(fc.property(anyFacts, fc.nat(120), (list, days) => {
      const [before, after] = [everyLevel(list), everyLevel(list, now + days * day)]
      for (const [n, level] of after.entries()) assert.ok(level <= Math.max(1, before[n] ?? 0), `${before[n]} to ${level}`)
    }), options)
  })
})
