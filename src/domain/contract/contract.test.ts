import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Contract } from '../../protocol/contract.ts'
import { Fault } from '../../protocol/fault.ts'
import { completeContract } from './complete.ts'
import { diffContracts } from './diff-contracts.ts'
import { chooseChecks, draftContract, parseDeadline, type Flags } from './draft.ts'

const now = Date.parse('2026-05-01T10:00:00Z')
const flags = (more: Partial<Flags> = {}): Flags => ({ goal: 'Only touch src/retry.ts and stop retrying after five tries; Ada approves', checks: [], scope: [], constraints: [], deadline: undefined, maxTurns: undefined, maxUsd: undefined, ...more })
const draft = (more: Partial<Flags> = {}) => draftContract(flags(more), undefined, [], { pins: [], guarded: [] }, now)
const isRefused = (error: unknown) => error instanceof Fault && error.code === 'request-invalid'

describe('what the person said', () => {
  test('checks of the person replace those that were found', () => {
    const found = [{ command: 'npm test', why: 'package.json' }]
    assert.deepEqual(chooseChecks(flags(), undefined, found).map((check) => [check.id, check.command, check.origin]), [['c1', 'npm test', 'found']])
    assert.deepEqual(chooseChecks(flags({ checks: ['make check'] }), { goal: 'x', checks: [{ command: 'slow', timeout_seconds: 3 }] }, found).map((check) => [check.command, check.origin, check.timeoutMs]), [['make check', 'person', 600_000], ['slow', 'person', 3000]])
  })

  test('an empty check is refused: it would pass always', () => {
    for (const command of ['', '  ']) assert.throws(() => chooseChecks(flags({ checks: [command] }), undefined, []), isRefused)
  })

  test('flags win over the file', () => {
    const contract = draftContract(flags({ scope: ['src/'], maxTurns: 3 }), { goal: 'other', scope: ['lib/**'], budget: { max_turns: 9, max_usd: 2 }, network: ['example.org', 'example.net:8443'] }, [], { pins: [], guarded: [] }, now)
    assert.equal(contract.goal, flags().goal)
    assert.deepEqual(contract.scope, ['src/**'])
    assert.equal(contract.budget.maxTurns, 3)
    assert.equal(contract.budget.maxUsd, 2)
    assert.deepEqual(contract.network, ['example.org:443', 'example.net:8443'])
  })

  test('what may not become slower stands in the contract only where it was asked, and an amendment names it', () => {
    const plain = draft()
    assert.equal('performance' in plain, false)
    const file = { goal: 'x', performance: ['npm run bench', { id: 'parse', command: 'node parse.mjs', most: 1.5, runs: 3 }] }
    const asked = draftContract(flags(), file, [], { pins: [], guarded: [] }, now)
    assert.deepEqual(asked.performance, [{ id: 'p1', command: 'npm run bench', most: 1.1, runs: 7 }, { id: 'parse', command: 'node parse.mjs', most: 1.5, runs: 3 }])
    assert.deepEqual(Contract.parse(asked), asked)
    assert.deepEqual(diffContracts(plain, asked), ['performance + npm run bench takes at most 1.1 times as long as on the base (medians of 7)', 'performance + node parse.mjs takes at most 1.5 times as long as on the base (medians of 3)'])
    assert.throws(() => draftContract(flags(), { goal: 'x', performance: [{ id: 'a', command: 'a' }, { id: 'a', command: 'b' }] }, [], { pins: [], guarded: [] }, now), isRefused)
  })

  test('an empty goal is refused with a sentence', () => {
    assert.throws(() => draft({ goal: '  ' }), isRefused)
    assert.throws(() => draft({ goal: undefined }), isRefused)
    assert.throws(() => draft({ goal: 'x'.repeat(20_001) }), isRefused)
  })

  test('deadlines are durations or instants, and lie ahead', () => {
    assert.equal(parseDeadline('20m', now), '2026-05-01T10:20:00.000Z')
    assert.equal(parseDeadline('1.5h', now), '2026-05-01T11:30:00.000Z')
    assert.equal(parseDeadline('2026-05-02T00:00:00+02:00', now), '2026-05-01T22:00:00.000Z')
    assert.equal(parseDeadline(undefined, now), undefined)
    for (const bad of ['soon', '5', '2020-01-01', '-3m', '']) assert.throws(() => parseDeadline(bad, now), isRefused, bad)
  })
})

describe('what a model reads out of the words', () => {
  const reply = (value: unknown) => `Here it is:\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\``

  test('entries whose words stand in the goal are taken, with their origin', () => {
    const contract = completeContract(draft(), reply({
      constraints: [{ text: 'At most five tries.', quote: 'stop retrying  after FIVE tries' }],
      scope: [{ glob: 'src/retry.ts', quote: 'Only touch src/retry.ts' }],
      approvers: [{ name: 'Ada', quote: 'Ada approves' }],
      dataLocations: [], unknowns: [{ question: 'Does a 429 count as a try?', why: '' }], deadline: null,
    }))
    assert.deepEqual(contract.constraints, [{ text: 'At most five tries.', origin: 'model' }])
    assert.deepEqual(contract.scope, ['src/retry.ts'])
    assert.deepEqual(contract.approvers, ['Ada'])
    assert.equal(contract.unknowns[0]?.question, 'Does a 429 count as a try?')
  })

  test('nothing is invented: an entry that quotes what was not said is dropped', () => {
    const contract = completeContract(draft(), reply({
      constraints: [{ text: 'Use TypeScript.', quote: 'use TypeScript' }, { text: 'x', quote: '' }],
      scope: [{ glob: '**', quote: 'everything' }], approvers: [{ name: 'Bob', quote: 'Bob' }], dataLocations: [], unknowns: [],
      deadline: { iso: '2026-05-01T12:00:00Z', quote: 'by noon' },
    }))
    assert.deepEqual(contract, draft())
  })

  test('checks and budget cannot come from a model', () => {
    assert.deepEqual(completeContract(draft(), reply({ checks: [{ command: 'true' }], budget: { maxTurns: 9999 }, pins: [], unknowns: [] })), draft())
  })

  test('what the person said with flags is not overruled', () => {
    const contract = completeContract(draft({ scope: ['lib/**'] }), reply({ scope: [{ glob: 'src/retry.ts', quote: 'Only touch src/retry.ts' }] }))
    assert.deepEqual(contract.scope, ['lib/**'])
  })

  test('an answer that is no form changes nothing', () => {
    for (const text of ['ok', '', '{', 'null', '[]', '{"constraints": 5}', undefined]) assert.deepEqual(completeContract(draft(), text), draft())
  })
})
