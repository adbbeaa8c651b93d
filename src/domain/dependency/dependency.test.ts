import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findLost, findUsedNames, isImporting } from './feature-use.ts'
import { findFirstBad, type Trial } from './find-first-bad.ts'
import { compareLocks, readLock, takeBack, type Lock } from './lockfile.ts'

describe('the search for the first bad state', () => {
  it('finds every boundary in few steps, also where states cannot be installed', () => {
    for (let states = 2; states <= 40; states++) for (let good = 1; good < states; good++) for (const broken of [0, good - 1, good + 2]) {
      const tried = new Map<number, Trial>([[0, 'fails']])
      const trialOf = (at: number): Trial => (at === broken ? 'unknown' : at >= good ? 'passes' : 'fails')
      let search = findFirstBad(states, tried)
      for (; 'next' in search; search = findFirstBad(states, tried)) {
        assert.ok(!tried.has(search.next) && search.next < states)
        tried.set(search.next, trialOf(search.next))
      }
      assert.ok('good' in search, JSON.stringify({ states, good, broken, search }))
      assert.equal(trialOf(search.good), 'passes')
      assert.equal(search.bad === 0 ? 'fails' : trialOf(search.bad), 'fails')
      assert.ok(search.good - search.bad <= (broken === good - 1 && broken > 0 ? 2 : 1))
      assert.ok(tried.size <= 13, `${tried.size} trials`)
    }
  })
  it('says where nothing earlier passes', () => {
    assert.deepEqual(findFirstBad(3, new Map([[0, 'fails'], [1, 'fails'], [2, 'fails']])), { none: 'it fails with the earlier states of the dependencies too, the oldest included' })
    assert.deepEqual(findFirstBad(2, new Map([[0, 'fails'], [1, 'unknown']])), { none: 'no earlier state that could be installed lets it pass' })
  })
})

describe('lockfiles', () => {
  const lock = (packages: object): Lock => {
    const read = readLock(JSON.stringify({ name: 'app', lockfileVersion: 3, packages }))
    assert.ok(!('unknown' in read))
    return read as Lock
  }
  const old = lock({ '': { dependencies: { a: '^1', b: '^1' } }, 'node_modules/a': { version: '1.0.0' }, 'node_modules/a/node_modules/c': { version: '3.0.0' }, 'node_modules/b': { version: '1.0.0' } })
  const now = lock({ '': { dependencies: { a: '^2', b: '^1' } }, 'node_modules/a': { version: '2.0.0' }, 'node_modules/b': { version: '1.1.0' }, 'node_modules/d': { version: '1.0.0', dependencies: { a: '^2' } } })
  it('differ by package, and one is taken back with what lies below it', () => {
    assert.deepEqual(compareLocks(old, now), [{ name: 'a', from: '1.0.0', to: '2.0.0' }, { name: 'b', from: '1.0.0', to: '1.1.0' }, { name: 'd', to: '1.0.0' }])
    const back = takeBack(now, old, 'a')
    assert.deepEqual(back.packages['']?.dependencies, { a: '^1', b: '^1' })
    assert.deepEqual(Object.keys(back.packages), ['', 'node_modules/a', 'node_modules/a/node_modules/c', 'node_modules/b', 'node_modules/d'])
    assert.equal(back.packages['node_modules/b']?.version, '1.1.0')
  })
  it('of other versions are not guessed at', () => {
    assert.match(JSON.stringify(readLock('{"lockfileVersion":1,"dependencies":{}}')), /version 1/)
    assert.match(JSON.stringify(readLock('{"lockfileVersion":9,"packages":{}}')), /of version 9; 2 and 3 are known/)
    assert.match(JSON.stringify(readLock('lockfile')), /not JSON/)
  })
})

it('names in use are read from imports, requires and members, and held against both versions', () => {
  const text = "import kit, { one as first, type Two } from '@x/kit'\nimport * as all from '@x/kit'\nconst { three: c } = require('@x/kit')\nkit.four(); all.five(); other.six()"
  assert.deepEqual(findUsedNames(text, '@x/kit'), ['Two', 'five', 'four', 'one', 'three'])
  assert.equal(isImporting("import x from '@x/kit/sub'", '@x/kit'), true)
  assert.equal(isImporting("import x from '@x/kitten'", '@x/kit'), false)
  assert.deepEqual(findLost(['one', 'five'], 'exports.one = exports.five', 'exports.one = exports.fives'), ['five'])
})
