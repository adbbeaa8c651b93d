import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BundleFile } from '../../protocol/policy-bundle.ts'
import { builtinBundle } from './builtin-bundle.ts'
import { selectBundles } from './select-bundles.ts'
import { makeBundle } from './test-bundles.ts'

const now = Date.parse('2026-06-15T12:00:00Z')
const window = (from: string) => ({ days: ['mon' as const], from, to: '17:00', zone: 'UTC', except: [] })
const user = (manifest: Partial<BundleFile>) => makeBundle('user', '', manifest)
const refusal = (bundles: Parameters<typeof selectBundles>[0], at = now): string => {
  try {
    selectBundles(bundles, at)
  } catch (thrown) {
    return (thrown as Error).message
  }
  return 'none'
}

test('layers come in their order, and within one by their ids', () => {
  const { inForce, notes } = selectBundles([makeBundle('repository', '', { id: 'a' }), user({ id: 'z' }), user({ id: 'b' }), makeBundle('organisation', '', { id: 'y' }), builtinBundle], now)
  assert.deepEqual([inForce.map(({ manifest }) => manifest.id), notes], [['writ', 'y', 'b', 'z', 'a'], []])
})

test('a date of expiry covers its day; afterwards the bundle is refused by name, with its owner', () => {
  const old = user({ until: '2026-06-15' })
  assert.equal(refusal([old]), 'none')
  assert.equal(refusal([old], Date.parse('2026-06-15T23:59:59Z')), 'none')
  assert.match(refusal([old], Date.parse('2026-06-16T00:00:00Z')), /^the policy house@1 \(user\) in \/user\/house is refused: it expired on 2026-06-15\. Its owner, Ada, renews it/)
  assert.match(refusal([user({ until: '2026-06-15T12:00:00+02:00' })]), /expired/)
})

test('what is not yet in force is left out and noted, or refused where it is required', () => {
  const { inForce, notes } = selectBundles([builtinBundle, user({ from: '2026-07-01' })], now)
  assert.deepEqual([inForce, notes], [[builtinBundle], ['the policy house@1 (user) is not in force before 2026-07-01: its rules do not hold yet']])
  assert.match(refusal([user({ from: '2026-07-01', required: true })]), /it is required and not in force before 2026-07-01\. Wait/)
  assert.equal(refusal([user({ from: '2026-06-15T12:00:00Z' })]), 'none')
})

test('a superseded bundle is refused by name, but not by a bundle of a later layer', () => {
  const acme = makeBundle('organisation', '', { id: 'acme', version: '1.0' })
  assert.match(refusal([acme, makeBundle('organisation', '', { id: 'acme-next', supersedes: ['acme@1.0'] })]), /^the policy acme@1\.0 \(organisation\).* superseded by acme-next@1 in \/organisation\/acme-next\. Move the old one away/)
  assert.equal(refusal([acme, makeBundle('organisation', '', { id: 'acme-next', supersedes: ['acme@0.9'] })]), 'none')
  // A version means all that begin with it.
  const [one, two] = ['1', '1.0'].map((version) => makeBundle('organisation', '', { id: 'acme-next', supersedes: [`acme@${version}`] }))
  assert.ok(one && two)
  for (const next of [one, two]) assert.match(refusal([makeBundle('organisation', '', { id: 'acme', version: '1.0.3' }), next]), /acme@1\.0\.3 .* superseded by acme-next@1 /)
  assert.equal(refusal([makeBundle('organisation', '', { id: 'acme', version: '1.00' }), two]), 'none')
  assert.equal(refusal([makeBundle('organisation', '', { id: 'acme', version: '10.0' }), one]), 'none')
  assert.equal(refusal([acme, makeBundle('repository', '', { id: 'sly', supersedes: ['acme@1.0'] })]), 'none')
  assert.equal(refusal([builtinBundle, user({ supersedes: ['writ@1.0.0'] })]), 'none')
})

test('two bundles of one id, or with different windows of one name, are refused', () => {
  assert.match(refusal([builtinBundle, user({ id: 'writ' })]), /the built-in bundle has the same id.*Give it an id of its own/)
  assert.match(refusal([user({ windows: { office: window('09:00') } }), user({ id: 'other', windows: { office: window('10:00') } })]), /its window office is another one than that of/)
  assert.equal(refusal([user({ windows: { office: window('09:00') } }), user({ id: 'other', windows: { office: window('09:00') } })]), 'none')
})

test('settings that have no effect are noted', () => {
  const { notes } = selectBundles([makeBundle('repository', '', { settings: { validation: { coverage: { least: 0.9 }, lint: 'note' } } })], now)
  assert.equal(notes.length, 1)
  assert.match(notes[0] ?? '', /sets validation\.lint to "note", which a repository may not/)
})
