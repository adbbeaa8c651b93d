import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BundleSettings, mergeSettings, readPolicySettings, toMs, type LayeredSettings } from './settings.ts'

const layer = (name: LayeredSettings['layer'], settings: Record<string, unknown>): LayeredSettings => ({ layer: name, bundle: `${name}s`, settings })
const { validation, ...gates } = BundleSettings.parse({})

test('without bundles the defaults hold', () => {
  assert.deepEqual(mergeSettings([]), { settings: { gates, validation }, refused: [] })
  assert.deepEqual([gates.questions_target, gates.approval_expires, gates.confidence_bar, gates.max_quarantined], [3, '24h', 0.5, 3])
  assert.deepEqual(readPolicySettings(undefined), { gates, validation })
  assert.equal(readPolicySettings(JSON.parse(JSON.stringify(mergeSettings([layer('user', { confidence_bar: 0.7 })]).settings))).gates.confidence_bar, 0.7)
})

test('what one layer leaves out stays as another set it, field by field', () => {
  const { settings, refused } = mergeSettings([
    layer('organisation', { validation: { licences: { deny: ['AGPL-3.0-only'] }, complexity: { severity: 'error' } } }),
    layer('user', { validation: { licences: { unknown: 'note' }, complexity: { most: 40 }, off: ['format', 'duplication'] } }),
  ])
  assert.deepEqual(refused, [])
  assert.deepEqual(settings.validation.licences, { allow: [], deny: ['AGPL-3.0-only'], unknown: 'note' })
  assert.deepEqual([settings.validation.off, settings.validation.complexity], [['format', 'duplication'], { most: 40, severity: 'error' }])
})

test('a user may tighten what the organisation set, and not loosen it', () => {
  const { settings, refused } = mergeSettings([
    layer('organisation', { validation: { coverage: { least: 0.6 }, off: ['duplication'] }, approval_expires: '8h' }),
    layer('user', { validation: { coverage: { least: 0.5 }, off: ['secrets'] }, approval_expires: '30m', confidence_bar: 0.1 }),
  ])
  assert.deepEqual([settings.validation.coverage.least, settings.validation.off, settings.gates.approval_expires, settings.gates.confidence_bar], [0.6, ['duplication'], '30m', 0.1])
  assert.equal(refused.length, 2)
  assert.match(refused[1] ?? '', /^the bundle users sets validation\.coverage\.least to 0\.5, which would loosen what the organisation set: 0\.6; that has no effect$/)
})

test('a repository only ever tightens: each field by what is stricter for it', () => {
  const pattern = { id: 'no-eval', language: 'JavaScript', rule: { pattern: 'eval($A)' }, message: 'No eval.' }
  const tighter = { licences: { allow: ['MIT'], deny: ['X'], unknown: 'error' }, patterns: [pattern], complexity: { most: 10 }, duplication: { lines: 8 }, coverage: { least: 0.9 }, lint: 'error', format: 'error', dependencies: { advisories: 'osv.json', install_scripts: 'error' } }
  const done = mergeSettings([layer('repository', { validation: tighter, approval_expires: '1h', confidence_bar: 0.9, max_quarantined: 0 })])
  assert.deepEqual(done.refused, [])
  assert.deepEqual([done.settings.validation.licences, done.settings.validation.complexity.most, done.settings.validation.coverage.least, done.settings.gates.max_quarantined, done.settings.validation.patterns.length], [tighter.licences, 10, 0.9, 0, 1])

  const looser = { off: ['secrets'], licences: { unknown: 'note' }, dependencies: { known: ['x'], install_scripts: 'note' }, complexity: { most: 100 }, duplication: { lines: 50 }, lint: 'note', format: 'note', coverage: { least: 0 } }
  const refused = mergeSettings([layer('repository', { validation: looser, approval_expires: '9d', confidence_bar: 0, max_quarantined: 99, questions_target: 100 })])
  assert.deepEqual(refused.settings, { gates, validation })
  assert.equal(refused.refused.length, 12)
  for (const sentence of refused.refused) assert.match(sentence, /^the bundle repositorys sets [\w.]+ to .*, which a repository may not, because it does not tighten/)
})

test('a repository does not say whom the machine asks over the network', () => {
  const set = (name: LayeredSettings['layer'], advisories: string) => mergeSettings([layer(name, { validation: { dependencies: { advisories } } })])
  const { settings, refused } = set('repository', 'https://osv.example')
  assert.equal(settings.validation.dependencies.advisories, undefined)
  assert.match(refused.join(), /sets validation\.dependencies\.advisories to an address, which a repository may not/)
  assert.equal(set('repository', 'osv.json').settings.validation.dependencies.advisories, 'osv.json')
  assert.equal(set('user', 'https://osv.example').settings.validation.dependencies.advisories, 'https://osv.example')
})

test('a repository cannot take the place of a pattern, nor widen the licences', () => {
  const pattern = (message: string) => ({ id: 'p', language: 'JavaScript', rule: {}, message })
  const { settings, refused } = mergeSettings([
    layer('organisation', { validation: { patterns: [pattern('strict')], licences: { allow: ['MIT', 'ISC'] } } }),
    layer('repository', { validation: { patterns: [pattern('lax')], licences: { allow: ['MIT', 'GPL-3.0-only'] } } }),
  ])
  assert.equal(refused.length, 2)
  assert.deepEqual([settings.validation.patterns[0]?.message, settings.validation.licences.allow], ['strict', ['MIT', 'ISC']])
  assert.deepEqual(mergeSettings([layer('organisation', { validation: { licences: { allow: ['MIT', 'ISC'] } } }), layer('repository', { validation: { licences: { allow: ['ISC'] } } })]).settings.validation.licences.allow, ['ISC'])
})

test('lengths of time', () => {
  assert.deepEqual(['90s', '20m', '4h', '2d'].map(toMs), [90_000, 1_200_000, 14_400_000, 172_800_000])
})
