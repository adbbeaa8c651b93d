import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareLoosely, compareSemVer, findSemVer, isInRange } from './semver.ts'

const get = (text: string) => {
  const found = findSemVer(text)
  assert.ok(found, text)
  return found
}

test('versions are ordered as semver.org orders them', () => {
  const order = ['0.9.9', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0']
  for (const [n, each] of order.entries()) for (const [m, other] of order.entries()) assert.equal(Math.sign(compareSemVer(get(each), get(other))), Math.sign(n - m), `${each} ${other}`)
  for (const none of ['', '1', '1.2', 'latest', '1.2.3.4', 'x'.repeat(10_000)]) assert.equal(findSemVer(none), undefined)
})

test('ranges hold what node-semver says they hold', () => {
  const inside: readonly (readonly [string, string])[] = [
    ['^1.2.3', '1.2.3'], ['^1.2.3', '1.9.0'], ['^0.2.3', '0.2.9'], ['^0.0.3', '0.0.3'], ['^0.0', '0.0.9'], ['^0', '0.9.9'], ['^1.x', '1.9.9'], ['~1.2.3', '1.2.9'], ['~1', '1.9.9'], ['~1.2', '1.2.0'], ['1', '1.5.0'], ['1.2', '1.2.7'], ['1.2.x', '1.2.7'], ['*', '9.9.9'], ['', '1.0.0'],
    ['>=1.2.3', '1.2.3'], ['>1.2', '1.3.0'], ['<2', '1.9.9'], ['<=1.2', '1.2.9'], ['>=1 <2', '1.4.0'], ['>= 1.2.0 < 2', '1.4.0'], ['1.2.3 - 2.3.4', '2.3.4'], ['1.2 - 2', '2.9.9'], ['^1 || ^3', '3.1.0'], ['=1.2.3', '1.2.3'], ['v1.2.3', '1.2.3'], ['1.2.3', '1.2.3+build'], ['^1.2.3-beta.2', '1.2.3-beta.4'], ['^1.2.3-beta.2', '1.3.0'], ['>=1.0.0-rc.1', '1.0.0-rc.2'],
  ]
  const outside: readonly (readonly [string, string])[] = [
    ['^1.2.3', '1.2.2'], ['^1.2.3', '2.0.0'], ['^0.2.3', '0.3.0'], ['^0.0.3', '0.0.4'], ['^0.0', '0.1.0'], ['~1.2.3', '1.3.0'], ['1', '2.0.0'], ['1.2', '1.3.0'], ['>1.2', '1.2.9'], ['<2', '2.0.0'], ['<2', '2.0.0-rc.1'], ['<=1.2', '1.3.0'], ['1.2.3 - 2.3.4', '2.3.5'], ['^1 || ^3', '2.0.0'], ['1.2.3', '1.2.4'], ['^1.2.3', '1.3.0-beta'], ['^1.2.3-beta.2', '1.2.4-beta.1'], ['*', '1.0.0-rc.1'], ['^1.2.3', '2.0.0-alpha'],
  ]
  for (const [range, version] of inside) assert.equal(isInRange(version, range), true, `${version} in ${range}`)
  for (const [range, version] of outside) assert.equal(isInRange(version, range), false, `${version} in ${range}`)
  for (const none of ['latest', 'github:a/b', 'https://example.org/a.tgz', 'workspace:*', '^a.b']) assert.equal(isInRange('1.0.0', none), undefined, none)
})

test('versions of other ecosystems are ordered by what their parts mean', () => {
  for (const [a, b] of [['1.2', '1.10'], ['1.0rc1', '1.0'], ['1.0.dev3', '1.0'], ['2.9', '2.9.1'], ['1.0', '1.0.1'], ['1.0-SNAPSHOT', '1.0'], ['v1.2.3', 'v1.2.4'], ['3.0.0.RC1', '3.0.0']] as const) {
    assert.ok(compareLoosely(a, b) < 0, `${a} before ${b}`)
    assert.ok(compareLoosely(b, a) > 0, `${b} after ${a}`)
  }
  assert.equal(compareLoosely('1.0', '1.0.0'), 0)
  assert.equal(compareLoosely('5.3.1.RELEASE', '5.3.1'), 0)
})
