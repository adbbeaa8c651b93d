import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Contract } from '../../protocol/contract.ts'
import type { Circumstances } from '../../engine/ports/policy.ts'
import { isOpen, openWindows, Window } from '../../domain/policy/windows.ts'
import { findLoosening, mergeSettings } from '../../domain/policy/settings.ts'
import { judgeStanding, type Bundle } from '../../domain/policy/bundle.ts'
import { toChangeKinds } from '../../domain/policy/change-kinds.ts'
import { toBook } from './builtin-bundle.ts'
import { createCedarPolicy } from './cedar-policy.ts'
import { requireFitting } from './evaluator.ts'
import { loadCedar, readBook } from './rules.ts'

const contract = Contract.parse({ version: 1, goal: 'g', constraints: [], checks: [], scope: [], dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 }, approvers: [], unknowns: [], network: ['api.example:443'], pins: [], guarded: [] })
const circumstances = (more: Partial<Circumstances> = {}): Circumstances => ({ contract, principal: { kind: 'agent', name: 'model', depth: 0 }, at: 0, callsInMinute: 0, callsInRun: 0, fanOut: 0, autonomy: 1, ...more })
const bundle = (text: string, file: Partial<Bundle['file']> = {}): Bundle => ({ layer: 'user', file: { id: 'mine', version: '1', owner: 'me', ...file }, rules: [{ name: 'r.cedar', text }] })

describe('policy', () => {
  test('every built-in rule fits the schema', async () => {
    const cedar = await loadCedar()
    const rules = readBook(cedar, toBook([]))
    assert.ok(rules.length > 35)
    requireFitting(cedar, rules)
  })

  test('the hash and the document need no evaluator, and the same document is the same policy', async () => {
    const policy = createCedarPolicy(toBook([bundle('@id("x") forbid (principal, action, resource);')]))
    assert.equal(createCedarPolicy(JSON.parse(policy.document) as never).hash, policy.hash)
    assert.notEqual(createCedarPolicy(toBook([])).hash, policy.hash)
  })

  test('the strictest answer wins, cites the deciding rules first, and says what they are about', async () => {
    const policy = createCedarPolicy(toBook([bundle('@id("no-x") @reason("{command} is out.") forbid (principal, action == Writ::Action::"exec", resource) when { resource.words.contains("x") };')]))
    await policy.ready?.()
    const decision = policy.decide({ tool: 'shell', input: {}, effect: 'irreversible', paths: [], contract, circumstances: circumstances(), command: { acts: [{ argv: ['npm', 'publish'], kinds: ['publish'], paths: [], hosts: [], via: [] }, { argv: ['a', 'x'], kinds: [], paths: [], hosts: [], via: [] }], unknown: [] } })
    assert.equal(decision.effect, 'deny')
    assert.deepEqual(decision.rules, ['mine:no-x', 'ask-publish', 'irreversible-effect'])
    assert.equal(decision.reason, 'a x is out.')
    assert.deepEqual(decision.about, ['a x'])
  })

  test('a rule that cannot be evaluated forbids', async () => {
    const policy = createCedarPolicy(toBook([bundle('@id("odd") forbid (principal, action == Writ::Action::"exec", resource) when { context.autonomy + 9223372036854775807 > 0 };')]))
    await policy.ready?.()
    const decision = policy.decide({ tool: 'shell', input: {}, effect: 'reversible', paths: [], contract, circumstances: circumstances(), command: { acts: [{ argv: ['ls'], kinds: [], paths: [], hosts: [], via: [] }], unknown: [] } })
    assert.equal(decision.effect, 'deny')
    assert.match(decision.reason, /could not be evaluated/)
  })

  test('irreversible actions can be kept to change windows', async () => {
    const policy = createCedarPolicy(toBook([bundle('@id("in-hours") @reason("Only in working hours.") forbid (principal, action in Writ::Action::"effect:irreversible", resource) unless { context.windows.contains("work") };', { windows: { work: Window.parse({ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', zone: 'Europe/Berlin' }) } })]))
    await policy.ready?.()
    const at = (iso: string) => policy.decide({ tool: 'shell', input: {}, effect: 'irreversible', paths: [], contract, circumstances: circumstances({ at: Date.parse(iso) }) }).effect
    assert.equal(at('2026-11-26T10:00:00Z'), 'ask')
    assert.equal(at('2026-11-26T18:00:00Z'), 'deny')
    assert.equal(at('2026-11-28T10:00:00Z'), 'deny')
  })

  test('owners of paths are asked in the order of the layers, deputies named', () => {
    const policy = createCedarPolicy(toBook([bundle('', { owners: [{ paths: ['src/pay/**'], approvers: ['ada|bob', 'eve'], escalate_after: '2h' }] })]))
    assert.deepEqual(policy.approversFor?.(['src/pay/a.ts', 'x']), { steps: [{ who: 'ada', deputies: ['bob'] }, { who: 'eve', deputies: [] }], escalateMs: 7_200_000 })
    assert.deepEqual(policy.approversFor?.(['docs/a.md']), { steps: [], escalateMs: 0 })
  })
})

describe('change windows', () => {
  const window = (more: object): Window => Window.parse(more)
  test('both switches of the clocks, where 09:00 is another instant', () => {
    const work = window({ from: '09:00', to: '10:00', zone: 'Europe/Berlin' })
    assert.equal(isOpen(work, Date.parse('2026-03-28T08:30:00Z')), true)
    assert.equal(isOpen(work, Date.parse('2026-03-29T07:30:00Z')), true)
    assert.equal(isOpen(work, Date.parse('2026-03-29T08:30:00Z')), false)
    assert.equal(isOpen(work, Date.parse('2026-10-25T08:30:00Z')), true)
    assert.equal(isOpen(work, Date.parse('2026-10-24T08:30:00Z')), false)
  })
  test('past midnight it belongs to the day on which it opened', () => {
    const night = window({ days: ['fri'], from: '22:00', to: '04:00', zone: 'America/New_York', except: ['2026-11-20'] })
    assert.equal(isOpen(night, Date.parse('2026-11-28T03:30:00Z')), true)
    assert.equal(isOpen(night, Date.parse('2026-11-28T08:30:00Z')), true)
    assert.equal(isOpen(night, Date.parse('2026-11-28T09:30:00Z')), false)
    assert.equal(isOpen(night, Date.parse('2026-11-27T08:30:00Z')), false)
    assert.equal(isOpen(night, Date.parse('2026-11-21T08:30:00Z')), false, 'the day before is an exception')
  })
  test('both sides of the date line', () => {
    const at = Date.parse('2026-11-26T23:30:00Z')
    assert.deepEqual(openWindows({ kiritimati: window({ days: ['fri'], zone: 'Pacific/Kiritimati' }), honolulu: window({ days: ['thu'], zone: 'Pacific/Honolulu' }), closed: window({ days: ['mon'] }) }, at), ['honolulu', 'kiritimati'])
  })
  test('what is no time or zone is refused', () => {
    for (const wrong of [{ from: '9:00' }, { zone: 'Mars/Base' }, { days: [] }, { except: ['tomorrow'] }]) assert.equal(Window.safeParse(wrong).success, false)
  })
})

describe('bundles', () => {
  const file = { id: 'a', version: '1', owner: 'ada' }
  test('standing', () => {
    const now = Date.parse('2026-06-01')
    assert.equal(judgeStanding({ ...file, from: '2026-01-01', until: '2027-01-01' }, [], now).in, 'force')
    assert.equal(judgeStanding({ ...file, until: '2026-06-01' }, [], now).in, 'past')
    assert.equal(judgeStanding({ ...file, from: '2026-07-01' }, [], now).in, 'future')
    assert.equal(judgeStanding(file, [{ ...file, id: 'b', supersedes: ['a@1'] }], now).in, 'past')
    assert.equal(judgeStanding(file, [{ ...file, id: 'b', supersedes: ['a@1'], from: '2027-01-01' }], now).in, 'force', 'not before its successor is in force')
  })
  test('settings of later layers win, lists grow, a repository may only add', () => {
    const merged = mergeSettings([{ questions_target: 5, validation: { licences: { deny: ['GPL-3.0-only'] }, off: ['black'] } }, { approval_expires: '2h', validation: { licences: { deny: ['AGPL-3.0-only'] }, complexity: { most: 10 } } }])
    assert.equal(merged.gates.questions_target, 5)
    assert.equal(merged.gates.approval_expires, '2h')
    assert.deepEqual(merged.validation.licences.deny, ['GPL-3.0-only', 'AGPL-3.0-only'])
    assert.equal(merged.validation.complexity.most, 10)
    assert.deepEqual(findLoosening({ questions_target: 1, validation: { patterns: [], off: [] } }), ['questions_target', 'validation.off'])
  })
  test('kinds of changes', () => {
    for (const [path, kind] of [['package.json', 'dependencies'], ['go.sum', 'dependencies'], ['a/b/migrations/1.py', 'schema'], ['x.proto', 'schema'], ['.github/workflows/a.yml', 'ci'], ['.writ/hooks.yaml', 'policy'], ['AGENTS.md', 'policy'], ['vitest.config.ts', 'checks'], ['test/a.test.ts', 'tests'], ['docs/a.md', 'docs'], ['src/a.ts', 'source'], ['Dockerfile', 'configuration'], ['config.yaml', 'configuration']] as const) assert.deepEqual(toChangeKinds([path]), [kind], path)
  })
})
