import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isInScope } from '../contract/in-scope.ts'
import { endLease, findFenced, holdLease, mayWrite, noLeases, requestLease, type Lease, type LeaseTable } from './lease.ts'
import { findOverlap } from './overlap.ts'

const names = ['a', 'b', 'ab', 'src', 'a.ts', 'b.ts', '.x', 'A', 'a b', 'é', 'e\u0301', '+a', '@b', '😀']
const part = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom('*', '**', '*.ts', 'a*', '?', '??', '?.ts', '[é].ts', '[ab]', '[!a].ts', '[^b]*', '{a,b}', '{a,b}.ts', '*.{ts,js}', 'a**', '**b', '.*', '\\*', '\\a', '@(a|b)', '!(a)', '+(a|b).ts', '{a..c}', 'src{,/a}', '[a-c]', '[', '{a', 'a+', '$', '(a|b)', '[[:alpha:]]*', '*b*', '***'),
)
const glob = fc.tuple(fc.constantFrom('', '', '', './', '!'), fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '/')).map(([start, parts, end]) => `${start}${parts.join('/')}${end}`)
const path = fc.array(fc.constantFrom(...names, 'c', 'c.js', 'b.js', '*', 'abb'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))

const seed = 20_260
function grant(table: LeaseTable, holder: string, globs: readonly string[]): { table: LeaseTable; lease: Lease } {
  const answer = requestLease(table, { holder, globs })
  if (!answer.granted) throw new assert.AssertionError({ message: answer.reason })
  return { table: holdLease(table, answer.lease), lease: answer.lease }
}

describe('overlap of globs', () => {
  test('a path that matches both means that they overlap', () => {
    let met = 0
    fc.assert(fc.property(fc.array(glob, { minLength: 1, maxLength: 3 }), fc.array(glob, { minLength: 1, maxLength: 3 }), fc.array(path, { minLength: 1, maxLength: 30 }), (one, other, paths) => {
      const shared = paths.find((each) => isInScope(one, each) && isInScope(other, each))
      if (shared === undefined) return
      met += 1
      assert.notEqual(findOverlap(one, other), undefined, `${shared} matches ${one.join(' ')} and ${other.join(' ')}`)
    }), { numRuns: 10_000, seed })
    assert.ok(met > 1_000, `only ${met} of the cases had a path in common`)
  })

  test('it does not matter who asks', () => {
    fc.assert(fc.property(fc.array(glob, { maxLength: 3 }), fc.array(glob, { maxLength: 3 }), (one, other) => {
      assert.equal(findOverlap(one, other) === undefined, findOverlap(other, one) === undefined)
    }), { numRuns: 5_000, seed })
  })

  const apart: readonly (readonly [string, string])[] = [
    ['src/a', 'src/b'], ['src', 'src-old'], ['src/**', 'src-old/x.ts'], ['*.ts', '*.js'], ['src/*.ts', 'src/*.test.js'], ['a/**/x.ts', 'b/**'], ['src/{a,b}/**', 'src/c/**'],
    ['docs/**', 'src/**/docs.ts'], ['a?', 'abc'], ['src/a*.ts', 'src/b*.ts'], ['packages/*/src/**', 'packages/*/test/**'], ['\\*', 'a'], ['lib/x.ts', 'lib/x.ts.bak'],
  ]
  for (const [one, other] of apart) test(`${one} and ${other} have nothing in common`, () => assert.equal(findOverlap([one], [other]), undefined))

  const together: readonly (readonly [string, string])[] = [
    ['src', 'src/a.ts'], ['src/**', 'src/a/b.ts'], ['**/*.ts', 'src/a.ts'], ['**', 'x'], ['', 'x'], ['.', 'x'], ['src/*.ts', 'src/a*'], ['!src', 'lib'], ['+(a|b)', 'ab'], ['./src/', 'src'],
    ['README.md', 'readme.md'], ['src/*/x', 'src/a/*'], ['a/**/z', 'a/z'], ['{a,b}/x', '{b,c}/x'], ['[ab].ts', 'a.ts'], ['é', 'e\u0301'],
  ]
  for (const [one, other] of together) test(`${one || "''"} and ${other} may have a path in common`, () => assert.notEqual(findOverlap([one], [other]), undefined))

  test('no glob at all is the whole repository', () => assert.deepEqual(findOverlap([], ['src/a.ts']), ['**', 'src/a.ts']))

  test('globs that would take for ever are taken to overlap, or are decided at once', () => {
    assert.notEqual(findOverlap(['{a,b}'.repeat(40)], ['x']), undefined)
    assert.equal(findOverlap([`${'*a'.repeat(60)}b`], [`${'*a'.repeat(60)}c`]), undefined)
    assert.equal(findOverlap([`${'**/a/'.repeat(60)}b.ts`], [`${'**/a/'.repeat(60)}c.js`])?.length, 2)
  })
})

describe('leases', () => {
  test('whoever asks for paths that another holds is told whose they are', () => {
    const { table } = grant(noLeases, 't1', ['src/**'])
    const answer = requestLease(table, { holder: 't2', globs: ['docs', 'src/a.ts'] })
    assert.ok(!answer.granted)
    assert.equal(answer.reason, 't2 may not write src/a.ts yet: t1 holds src/** with token 1, and a path could belong to both')
    assert.deepEqual(answer.because.map(({ holder }) => holder), ['t1'])
  })

  test('paths that were given back can be had again, with a higher token', () => {
    const first = grant(noLeases, 't1', ['src'])
    const second = grant(endLease(first.table, 1), 't2', ['src'])
    assert.equal(second.lease.token, 2)
    assert.deepEqual(mayWrite(second.table, { holder: 't2', token: 2 }, 'src/a.ts'), { allowed: true })
  })

  test('a dead holder is followed by another, and fenced off', () => {
    const { table } = grant(noLeases, 't1', ['src'])
    const after = grant(endLease(table, 1), 't1b', ['src']).table
    assert.deepEqual(mayWrite(after, { holder: 't1b', token: 2 }, 'src/a.ts'), { allowed: true })
    assert.deepEqual(mayWrite(after, { holder: 't1', token: 1 }, 'src/a.ts'), {
      allowed: false, reason: 'src/a.ts was not written: the lease 1 of t1 has ended, and tokens have gone on to 2',
    })
    assert.equal(findFenced(after, { holder: 't1', token: 1 }, ['src/a.ts', 'src/b.ts']).length, 2)
  })

  test('a refusal says why', () => {
    const { table } = grant(grant(noLeases, 't1', ['src']).table, 't2', ['docs', 'README.md'])
    const one = { holder: 't1', token: 1 }
    assert.equal(toReason(table, one, 'docs/a.md'), 'docs/a.md was not written: t1 has leased src only, and t2 has leased it')
    assert.equal(toReason(table, one, 'x.ts'), 'x.ts was not written: t1 has leased src only, and nobody has leased it')
    assert.equal(toReason(table, one, 'src/../x.ts'), 'src/../x.ts was not written: it is not a path inside the repository')
    assert.equal(toReason(table, { ...one, token: 2 }, 'src/a'), 'src/a was not written: the lease 2 is held by t2, not by t1')
    assert.equal(toReason(table, { ...one, token: 7 }, 'src/a'), 'src/a was not written: the lease 7 was never given')
  })

  test('a log in which two hold the same is refused', () => {
    const { table, lease } = grant(noLeases, 't1', ['src'])
    assert.throws(() => holdLease(table, { ...lease, token: 2, holder: 't2' }), /was given while t1 held the lease 1/)
    assert.throws(() => holdLease(endLease(table, 1), { ...lease, holder: 't2' }), /was given after/)
  })

  test('whatever happens, no path has two who may write it, and tokens grow', () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant('ask' as const), holder: fc.constantFrom('t1', 't2', 't3', 't4'), globs: fc.array(glob, { minLength: 1, maxLength: 2 }) }),
      fc.record({ do: fc.constant('end' as const), at: fc.nat(5) }),
    )
    fc.assert(fc.property(fc.array(action, { maxLength: 30 }), fc.array(path, { minLength: 1, maxLength: 10 }), (actions, paths) => {
      let table = noLeases
      const given: Lease[] = []
      for (const each of actions) {
        if (each.do === 'ask') {
          const answer = requestLease(table, { holder: each.holder, globs: each.globs })
          if (answer.granted) table = holdLease(table, answer.lease)
          if (answer.granted) given.push(answer.lease)
        } else {
          table = endLease(table, given[each.at]?.token ?? 0)
        }
      }
      assert.deepEqual(given.map(({ token }) => token), given.map((_, index) => index + 1))
      for (const at of paths) assert.ok(given.filter(({ holder, token }) => mayWrite(table, { holder, token }, at).allowed).length <= 1, at)
    }), { numRuns: 2_000, seed })
  })
})

function toReason(table: LeaseTable, use: Parameters<typeof mayWrite>[1], at: string): string {
  const answer = mayWrite(table, use, at)
  return answer.allowed ? 'allowed' : answer.reason
}
