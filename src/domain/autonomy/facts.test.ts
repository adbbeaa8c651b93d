import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent } from '../../protocol/events/event.ts'
import type { Ask } from '../../protocol/policy.ts'
import { call, commit, digest, outcome, passed, proofOf, reply, tree, workingStory, type Story } from '../../testing/story.ts'
import { addConduct, conductTypes, noConduct } from './conduct.ts'
import { toAutonomyFacts } from './facts.ts'
import { levelFor, toArea, toGoalKind, toTaskKind } from './levels.ts'

const change = (path: string) => ({ path, kind: 'modified' as const, added: 1, removed: 1, binary: false })
const committed = (...paths: string[]): NewEvent => ({ type: 'commit.created', data: { task: 't1', commit: commit('e'), tree: tree('e'), parent: commit('b'), message: 'm', files: paths.map(change) } })
const ended = (how: 'proven' | 'not-achieved' = 'proven'): NewEvent => ({ type: 'run.ended', data: { outcome: how, reason: '' } })
const accepted: NewEvent = { type: 'run.accepted', data: { by: 'ada', strategy: 'merge', onto: 'main', before: commit('b'), after: commit('e'), undo: '' } }
const undone: NewEvent = { type: 'run.undone', data: { by: 'ada', how: 'ref', onto: 'main', before: commit('e'), after: commit('b') } }
const rejected: NewEvent = { type: 'run.rejected', data: { by: 'ada', reason: 'no' } }
const validation = (scope: 'edit' | 'task', path: string): NewEvent => ({
  type: 'validation.finished',
  data: { scope, from: tree('a'), tree: tree('c'), verdict: 'failed', stage: 'static', text: '', validations: [{ validator: 'x', stage: 'static', status: 'failed', findings: [{ path, rule: 'r', message: 'm' }], more: 0, old: 0, files: 1, cached: 0, durationMs: 1, notes: [] }] },
})
const ask = (kind: Ask['kind']): Ask => ({ kind, does: 'd', why: '', rules: [], shows: '', risk: 'low', undo: '', expiresAt: '2026-01-01T00:00:00.000Z', approvers: [], escalateMs: 0 })
const said = (story: Story): string[] => toAutonomyFacts(story.events).map(({ what, goal, kind, area }) => `${what} ${goal}/${kind} ${area}`).sort()
const work = (...events: NewEvent[]): string[] => said(workingStory().tell(...events))

describe('what a rollout says for and against trust', () => {
  test('a proven run wins where it changed something, by what it changed', () => {
    assert.deepEqual(work(committed('src/pay/a.ts', 'src/pay/b.ts', 'test/a.test.ts', 'README.md'), ended()), ['won fix/fix .', 'won fix/fix src/pay', 'won fix/fix test'])
    assert.deepEqual(work(committed('package.json', 'src/a.ts'), ended()), ['won fix/dependencies .', 'won fix/dependencies src'])
    assert.deepEqual(work(committed('test/a.test.ts'), committed('docs/x.md'), ended()), ['won fix/docs docs', 'won fix/tests test'])
    assert.deepEqual(work(committed('src/a.ts')), [], 'a run that has not ended says nothing')
    assert.deepEqual(work(committed('src/a.ts'), ended('not-achieved')), [], 'an honest end without a claim is no failure')
  })

  test('what the run was for: mended by the built-in solver, fixed, or built', () => {
    assert.deepEqual(said(workingStory({ solver: 'repair' }).tell(committed('src/a.ts'), ended())), ['won repair/repair src'])
    assert.deepEqual(said(workingStory({ baseline: outcome('passed', tree('a'), [passed('a')]) }).tell(committed('src/a.ts'), ended())), ['won feature/feature src'])
  })

  test('the last word of a person counts', () => {
    const done = [committed('src/a.ts'), ended()]
    assert.deepEqual(work(...done, accepted), ['accepted fix/fix src'])
    assert.deepEqual(work(...done, accepted, undone), ['undone fix/fix src'])
    assert.deepEqual(work(...done, accepted, undone, accepted), ['accepted fix/fix src'])
    assert.deepEqual(work(...done, rejected), ['rejected fix/fix src'])
  })

  test('called finished too early: at most a step down where it was proven in the end, and no win unless a person took it', () => {
    assert.deepEqual(work(committed('src/a.ts'), proofOf('unproven'), committed('src/b.ts'), ended()), ['rolled-back fix/fix src'])
    assert.deepEqual(work(committed('src/a.ts'), proofOf('unproven'), ended(), accepted), ['accepted fix/fix src', 'rolled-back fix/fix src'])
    assert.deepEqual(work(committed('src/a.ts'), proofOf('unproven'), ended('not-achieved')), ['refused fix/fix src'])
    assert.deepEqual(work(validation('task', 'lib/x.ts'), ended('not-achieved')), ['refused fix/fix lib'])
    assert.deepEqual(work(validation('edit', 'lib/x.ts'), committed('src/a.ts'), ended()), ['won fix/fix src'], 'what an edit broke was seen in the making')
  })

  test('a no counts against what was asked about, wherever that was', () => {
    const asked = (gate: string, how: Partial<Extract<NewEvent, { type: 'approval.requested' }>['data']> = {}): NewEvent => ({ type: 'approval.requested', data: { gate, question: '?', callId: gate, ask: ask('call'), ...how } })
    const no = (gate: string, by = 'ada'): NewEvent => ({ type: 'approval.given', data: { gate, by, answer: 'deny' } })
    const turn = reply(1, call('c1', 'write', { path: 'web/x.ts', content: '' }), call('c2', 'shell', { command: 'curl x' }))
    assert.deepEqual(work(turn, asked('c1'), no('c1')), ['denied-call fix/fix web'])
    assert.deepEqual(work(turn, asked('c2'), no('c2')), ['denied-call fix/fix *'])
    assert.deepEqual(work(turn, asked('c1'), { type: 'approval.given', data: { gate: 'c1', by: 'ada', answer: 'approve' } }), [])
    assert.deepEqual(work(turn, asked('c1'), no('c1', 'hook check.sh')), [], 'a program of theirs is not a person')
    assert.deepEqual(work(turn, asked('c1', { inDoubt: true }), no('c1')), [], 'nobody knows what became of it')
    assert.deepEqual(work(turn, asked('amend-1', { ask: ask('amend') }), no('amend-1')), [])
    const seen: NewEvent = { type: 'changes.seen', data: { from: tree('a'), to: tree('c'), count: 1, changes: [change('db/migrations/1.sql')] } }
    assert.deepEqual(work(turn, seen, asked('integrate-t1', { ask: ask('integrate') }), no('integrate-t1')), ['denied-change fix/schema db/migrations'])
  })

  test('what was sealed away counts until a person releases it', () => {
    const sealed: NewEvent = { type: 'artefact.quarantined', data: { id: 'q1', tree: tree('c'), back: tree('a'), paths: ['src/key.ts'], findings: [], digests: [], decision: { effect: 'allow', rules: [], policy: digest('a'), reason: '' } } }
    const settled = (as: 'released' | 'discarded'): NewEvent => ({ type: 'artefact.settled', data: { id: 'q1', as, by: 'ada', reason: '' } })
    assert.deepEqual(work(sealed), ['sealed fix/fix src'])
    assert.deepEqual(work(sealed, settled('discarded')), ['sealed fix/fix src'])
    assert.deepEqual(work(sealed, settled('released')), [])
  })

  test('a run that was taken back to before a commit did not make it', () => {
    const story = workingStory()
    const to = story.events.length
    story.tell(reply(1), committed('src/a.ts'), ended(), { type: 'run.rewound', data: { to, tree: tree('a'), why: '', by: 'ada' } }, committed('lib/b.ts'), ended())
    assert.deepEqual(said(story), ['won fix/fix lib'])
  })

  test('a change all over the repository wins nothing anywhere, and what a run keeps is bounded', () => {
    const many = Array.from({ length: 400 }, (_, n) => `dir${n}/a.ts`)
    const story = workingStory().tell(committed(...many), proofOf('unproven'))
    for (let n = 0; n < 400; n += 1) story.tell(committed('src/a.ts'))
    assert.ok(said(story).includes('rolled-back fix/fix src'))
    const conduct = story.events.reduce(addConduct, noConduct)
    assert.ok(conduct.work.length <= 200)
    assert.ok(JSON.stringify(conduct).length < 20_000)
  })

  test('only the events that are named change anything', () => {
    const story = workingStory().tell(reply(1, call('c1', 'write', { path: 'a' })), committed('src/a.ts'), ended(), accepted)
    assert.deepEqual(story.events.filter((event) => conductTypes.has(event.type)).reduce(addConduct, noConduct), story.events.reduce(addConduct, noConduct))
  })
})

test('areas are the first two folders; what lies outside is everywhere', () => {
  assert.deepEqual(['a.ts', 'src/a.ts', 'src/pay/a.ts', 'src/pay/deep/a.ts', './src/a.ts', '/etc/passwd', '../x', 'a/../../x'].map(toArea), ['.', 'src', 'src/pay', 'src/pay', 'src', '*', '*', '*'])
})

test('a kind of work is named by what steers, then by what was asked for', () => {
  assert.equal(toTaskKind('fix', ['src/a.ts', '.github/workflows/ci.yml', 'package.json']), 'ci')
  assert.equal(toTaskKind('feature', ['src/a.ts', 'docs/a.md', 'test/a.test.ts']), 'feature')
  assert.equal(toTaskKind('fix', ['test/a.test.ts', 'docs/a.md']), 'tests')
  assert.equal(toTaskKind('fix', []), 'fix')
  assert.equal(toGoalKind('repair', []), 'repair')
  assert.equal(levelFor([], { kind: 'fix', paths: ['a'], action: 'call' }), 1)
})
