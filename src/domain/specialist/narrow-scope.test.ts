import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isInScope } from '../contract/in-scope.ts'
import { intersectScopes } from './narrow-scope.ts'

describe('what two scopes have in common', () => {
  test('is said in globs', () => {
    const cases: readonly (readonly [readonly string[], readonly string[], readonly string[] | undefined])[] = [
      [[], ['docs/**'], ['docs/**']],
      [['src/**'], [], ['src/**']],
      [['src/**'], ['src/**'], ['src/**']],
      [['src/**'], ['**/*.md'], ['src/**/*.md']],
      [['src/**'], ['src/api/**', 'docs/**'], ['src/api/**']],
      [['src/api'], ['src/**'], ['src/api']],
      [['packages/*/src/**'], ['packages/shop/**'], ['packages/shop/src']],
      [['src/a*.ts'], ['src/*b.ts'], ['src/a*b.ts']],
      [['src/{a,b}/**'], ['src/b/x.ts'], ['src/b/x.ts']],
      [['src/**'], ['docs/**'], undefined],
      [['src/sum.js'], ['**/*.md'], undefined],
      [['.github'], ['**/*.md'], ['.github/**/*.md']],
      [['**/*.md'], ['**/README*'], ['**/README*.md', '**/README*/**/*.md']],
      [['src/[ab]/**'], ['src/a/**'], undefined],
      [['src/[ab]/**'], ['**'], ['src/[ab]/**']],
      [['!src/**'], ['src/**'], undefined],
    ]
    for (const [one, other, common] of cases) {
      assert.deepEqual(intersectScopes(one, other)?.toSorted(), common, `${one.join()} and ${other.join()}`)
      assert.deepEqual(intersectScopes(other, one)?.toSorted(), common, `${other.join()} and ${one.join()}`)
    }
  })

  test('is exactly what both allow', () => {
    const name = fc.stringMatching(/^[ab*?]{1,3}$/).map((text) => text.replaceAll(/\*+/g, '*'))
    const glob = fc.array(fc.oneof(name, fc.constant('**')), { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
    const path = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 5 }).map((names) => names.join('/'))
    fc.assert(fc.property(fc.array(glob, { minLength: 1, maxLength: 2 }), fc.array(glob, { minLength: 1, maxLength: 2 }), fc.array(path, { minLength: 1, maxLength: 20 }), (one, other, paths) => {
      const common = intersectScopes(one, other)
      // A folder's own name is a path that some globs of what is in it match, and others do not.
      const isAllowed = (scope: readonly string[], each: string): boolean => isInScope(scope, each) || isInScope(scope, `${each}/x`)
      for (const each of paths) {
        const both = isInScope(one, each) && isInScope(other, each)
        const found = common !== undefined && isInScope(common, each)
        assert.ok(both ? found : !found || (isAllowed(one, each) && isAllowed(other, each)), `${each} by ${common?.join(' ') ?? 'nothing'}`)
      }
    }), { numRuns: 1_000 })
  })

  test('stays small: what takes more globs than anybody reads is nothing at all', () => {
    const many = Array.from({ length: 12 }, (_, n) => `**/a${n}/**/*b/**/?c*`)
    assert.equal(intersectScopes(many, many.map((each) => `${each}/**/x/**/*y`)), undefined)
  })
})
