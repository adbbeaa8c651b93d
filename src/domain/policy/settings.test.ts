import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeSettings, PolicySettings, toMilliseconds, type LayeredSettings } from './settings.ts'

const layer = (name: LayeredSettings['layer'], settings: Record<string, unknown>): LayeredSettings => ({ layer: name, bundle: `${name}s`, settings })

test('without bundles the defaults hold', () => {
  const { settings, refused } = mergeSettings([])
  assert.deepEqual([settings, refused], [PolicySettings.parse({}), []])
  assert.deepEqual([settings.questions_target, settings.approval_expires, settings.confidence_bar, settings.max_quarantined], [3, '24h', 0.5, 3])
})

test('what one layer leaves out stays as another set it, field by field', () => {
  const { settings, refused } = mergeSettings([
    layer('organisation', { licences: { deny: ['AGPL-3.0-only'] }, complexity: { severity: 'error' } }),
    layer('user', { licences: { unknown: 'note' }, complexity: { most: 40 }, off: ['format', 'duplication'] }),
  ])
  assert.deepEqual(refused, [])
  assert.deepEqual(settings.licences, { allow: [], deny: ['AGPL-3.0-only'], unknown: 'note' })
  assert.deepEqual([settings.off, settings.complexity], [['format', 'duplication'], { most: 40, severity: 'error' }])
})

test('a user may tighten what the organisation set, and not loosen it', () => {
  const { settings, refused } = mergeSettings([
    layer('organisation', { coverage: { least: 0.6 }, approval_expires: '8h' }),
    layer('user', { coverage: { least: 0.5 }, approval_expires: '30m', confidence_bar: 0.1 }),
  ])
  assert.deepEqual([settings.coverage.least, settings.approval_expires, settings.confidence_bar], [0.6, '30m', 0.1])
  assert.equal(refused.length, 1)
  assert.match(refused[0] ?? '', /^the bundle users sets coverage\.least to 0\.5, which would loosen what the organisation set: 0\.6; that has no effect$/)
})

test('a repository only ever tightens: each field by what is stricter for it', () => {
  const pattern = { id: 'no-eval', language: 'JavaScript', rule: { pattern: 'eval($A)' }, message: 'No eval.' }
  const tighter = { licences: { allow: ['MIT'], deny: ['X'], unknown: 'error' }, patterns: [pattern], complexity: { most: 10 }, duplication: { lines: 8 }, coverage: { least: 0.9 }, lint: 'error', format: 'error', approval_expires: '1h', confidence_bar: 0.9, max_quarantined: 0, dependencies: { advisories: 'osv.json', install_scripts: 'error' } }
  const done = mergeSettings([layer('repository', tighter)])
  assert.deepEqual(done.refused, [])
  assert.deepEqual([done.settings.licences, done.settings.complexity.most, done.settings.coverage.least, done.settings.max_quarantined, done.settings.patterns.length], [tighter.licences, 10, 0.9, 0, 1])

  const looser = { off: ['secrets'], licences: { unknown: 'note' }, dependencies: { known: ['x'], install_scripts: 'note' }, complexity: { most: 100 }, duplication: { lines: 50 }, lint: 'note', format: 'note', approval_expires: '9d', confidence_bar: 0, max_quarantined: 99, questions_target: 100, coverage: { least: 0 } }
  const refused = mergeSettings([layer('repository', looser)])
  assert.deepEqual(refused.settings, PolicySettings.parse({}))
  assert.equal(refused.refused.length, 12)
  for (const sentence of refused.refused) assert.match(sentence, /^the bundle repositorys sets [\w.]+ to .*, which a repository may not, because it does not tighten/)
})

test('a repository cannot take the place of a pattern, nor widen the licences', () => {
  const pattern = (message: string) => ({ id: 'p', language: 'JavaScript', rule: {}, message })
  const { settings, refused } = mergeSettings([
    layer('organisation', { patterns: [pattern('strict')], licences: { allow: ['MIT', 'ISC'] } }),
    layer('repository', { patterns: [pattern('lax')], licences: { allow: ['MIT', 'GPL-3.0-only'] } }),
  ])
  assert.equal(refused.length, 2)
  assert.deepEqual([settings.patterns[0]?.message, settings.licences.allow], ['strict', ['MIT', 'ISC']])
  assert.deepEqual(mergeSettings([layer('organisation', { licences: { allow: ['MIT', 'ISC'] } }), layer('repository', { licences: { allow: ['ISC'] } })]).settings.licences.allow, ['ISC'])
})

test('lengths of time', () => {
  assert.deepEqual(['90s', '20m', '4h', '2d'].map(toMilliseconds), [90_000, 1_200_000, 14_400_000, 172_800_000])
})
