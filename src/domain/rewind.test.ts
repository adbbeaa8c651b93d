import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent, StoredEvent } from '../protocol/events/event.ts'
import { call, commit, committed, digest, outcome, passed, proofOf, reply, returned, tree, workingStory, type Story } from '../testing/story.ts'
import { buildReport } from './report/build-report.ts'
import { buildRequest } from './context/request.ts'
import { fold } from './evolve.ts'
import { describeLasting, findInEffect, findLasting } from './rewind.ts'

const called = (turn: number, callId: string, name: string, effect: 'read' | 'reversible' | 'irreversible', input: { [key: string]: string } = {}): NewEvent =>
  ({ type: 'tool.called', data: { turn, callId, name, input, effect, key: digest('1'), decision: { effect: 'allow', rules: [], policy: digest('f'), reason: '' } } })
const rewound = (to: number, letter: string, why = ''): NewEvent => ({ type: 'run.rewound', data: { to, tree: tree(letter), why, by: 'ada' } })

/** Two edits, a commit, a refused proof's worth of turns, an end. `marks` are sequence numbers after which the run is whole. */
function told(): { story: Story; afterFirst: number; inSecond: number } {
  const story = workingStory()
  story.tell(reply(1, call('c1', 'edit', { path: 'a' })), called(1, 'c1', 'edit', 'reversible'), returned(1, 'c1', 'edit', tree('c')), { type: 'edit.checked', data: { tree: tree('c'), findings: [], text: 'fine' } })
  const afterFirst = story.events.length - 1
  story.tell(reply(2, call('c2', 'shell', { command: 'npm publish' }), call('c3', 'read', { path: 'b' })))
  const inSecond = story.events.length - 1
  story.tell(
    { type: 'approval.requested', data: { gate: 'c2', question: 'may it?' } }, { type: 'approval.given', data: { gate: 'c2', by: 'bob', answer: 'approve' } },
    called(2, 'c2', 'shell', 'irreversible', { command: 'npm publish' }), returned(2, 'c2', 'shell', tree('d')), called(2, 'c3', 'read', 'read'), returned(2, 'c3', 'read'),
    { type: 'edit.checked', data: { tree: tree('d'), findings: [], text: '' } },
    reply(3, call('c4', 'finish', { summary: 'done' })), called(3, 'c4', 'finish', 'read'), returned(3, 'c4', 'finish'),
    committed(), { type: 'task.finished', data: { task: 't1', summary: 'done', commit: commit('e') } },
    { type: 'proof.started', data: { commit: commit('e') } }, proofOf('proven'),
    { type: 'branch.moved', data: { branch: 'writ/x', to: commit('e') } },
    { type: 'run.ended', data: { outcome: 'proven', reason: 'it is', result: { commit: commit('e'), branch: 'writ/x' } } },
  )
  return { story, afterFirst, inSecond }
}

describe('a run that a person takes back', () => {
  test('is what the events up to there made it, but what was spent, and where the branch stands, is kept', () => {
    const { story, afterFirst } = told()
    const before = fold(story.events.slice(0, afterFirst + 1))
    story.tell(rewound(afterFirst, 'c', 'wrong way'))
    const { state } = story
    assert.equal(state.ended, undefined)
    assert.equal(state.proof, undefined)
    assert.deepEqual(state.commits, [])
    assert.equal(state.tree, tree('c'))
    assert.deepEqual([...state.tasks], [...before.tasks])
    assert.equal(state.spent.turns, 3)
    assert.equal(Math.round(state.spent.usd * 100), 3)
    assert.equal(state.branchHead, commit('e'))
    assert.deepEqual(state.messages.slice(0, before.messages.length - 1), before.messages.slice(0, -1))
    const step = story.next()
    assert.ok(step?.do === 'ask' && step.turn === 4 && step.attempt === 1)
  })

  test('the request keeps its beginning, drops the later turns, and says who, why and what lasts', () => {
    const { story, afterFirst } = told()
    const earlier = buildRequest(fold(story.events.slice(0, afterFirst + 1)), [])
    const later = buildRequest(story.state, [])
    story.tell(rewound(afterFirst, 'c', 'wrong way'))
    const request = buildRequest(story.state, [])
    assert.ok(later.messages.length > request.messages.length)
    assert.equal(request.messages.length, earlier.messages.length)
    assert.deepEqual(request.messages.slice(0, -1), earlier.messages.slice(0, -1))
    const [was, is] = [earlier.messages.at(-1), request.messages.at(-1)]
    assert.ok(was?.role === 'user' && is?.role === 'user' && is.text.startsWith(was.text))
    assert.match(is.text, /A person took this run back[\s\S]*wrong way[\s\S]*lasts:\n- shell: npm publish$/)
  })

  test('in the middle of a turn, open calls are answered as not done, and an approval is not carried over to a new call', () => {
    const { story, inSecond } = told()
    story.tell(rewound(inSecond, 'c'))
    const { state } = story
    assert.deepEqual(state.calls, [])
    const [answers, said] = state.messages.slice(-2)
    assert.ok(answers?.role === 'tool' && said?.role === 'user')
    assert.deepEqual(answers.answers.map((each) => [each.callId, each.isError]), [['c2', true], ['c3', true]])
    assert.equal(state.approvals.size, 0)
    assert.equal(story.next()?.do, 'ask')
  })

  test('folding the whole log again gives the same state, also after several rewindings and forward again', () => {
    const { story, afterFirst, inSecond } = told()
    const end = story.events.length - 2
    story.tell(rewound(inSecond, 'c', 'one'))
    const first = story.events.length - 1
    story.tell({ type: 'run.resumed', data: { by: 'ada', writ: '1', lastSeq: first } }, reply(4, call('c9', 'read', {})), called(4, 'c9', 'read', 'read'), returned(4, 'c9', 'read'))
    story.tell(rewound(afterFirst, 'c', 'two'))
    assert.deepEqual(fold(story.events), story.state)
    // What was taken back can be gone forward to: the branch of events is still in the log.
    story.tell(rewound(end, 'd', 'back again'))
    assert.deepEqual(fold(story.events), story.state)
    assert.equal(story.state.proof?.verdict, 'proven')
    assert.equal(story.state.spent.turns, 4)
    assert.equal(story.state.resumes, 1)
    story.tell(rewound(first, 'c', 'to a rewinding'))
    assert.deepEqual(fold(story.events), story.state)
    assert.match(JSON.stringify(story.state.messages), /one/)
    assert.doesNotMatch(JSON.stringify(story.state.messages), /two|back again/)
    assert.equal(fold(story.events.slice(0, 3)).past.length, 3)
  })

  test('the report tells what is in effect, and what was taken back as a deviation', () => {
    const { story, afterFirst } = told()
    story.tell(rewound(afterFirst, 'c', 'wrong way'))
    const report = buildReport(story.state, story.events)
    assert.deepEqual(report.tasks.map((task) => [task.status, task.summary]), [['active', undefined]])
    assert.deepEqual(report.commits, [])
    assert.equal(report.status, 'unfinished')
    assert.ok(report.deviations.some((each) => each.kind === 'rewound' && each.text === `ada took the run back to event ${afterFirst}: wrong way`))
    assert.equal(report.cost.turns, 3)
    assert.ok(!findInEffect(story.events).some((event) => event.type === 'task.finished'))
  })

  test('calls that reached out are named with who allowed them; refused ones did nothing', () => {
    const { story } = told()
    const [only, ...more] = findLasting(story.events)
    assert.deepEqual(more, [])
    assert.deepEqual([only?.by, only?.status], ['bob', 'ok'])
    assert.equal(only && describeLasting(only), 'shell: npm publish')
    const denied = story.events.map((event): StoredEvent => (event.type === 'tool.returned' && event.data.callId === 'c2' ? { ...event, data: { ...event.data, status: 'denied' } } : event))
    assert.deepEqual(findLasting(denied), [])
  })
})

describe('an accepted result that is taken back', () => {
  test('may be accepted again', () => {
    const { story } = told()
    const accepted: NewEvent = { type: 'run.accepted', data: { by: 'ada', strategy: 'merge', onto: 'main', before: commit('b'), after: commit('e'), undo: 'git …' } }
    story.tell(accepted, { type: 'run.undone', data: { by: 'bob', how: 'ref', onto: 'main', before: commit('e'), after: commit('b') } })
    assert.equal(story.state.accepted, undefined)
    assert.equal(story.state.undone?.by, 'bob')
    assert.ok(buildReport(story.state, story.events).next.some((each) => /^writ accept /.test(each.command)))
    story.tell(accepted)
    assert.equal(story.state.undone, undefined)
    assert.ok(buildReport(story.state, story.events).accepted?.by === 'ada')
  })
  test('a check outcome of the part that was taken back is not in effect', () => {
    const { story, afterFirst } = told()
    story.tell({ type: 'check.finished', data: { purpose: 'full', outcome: outcome('passed', tree('d'), [passed('a')]) } }, rewound(afterFirst, 'c'))
    assert.equal(story.state.latest.get('test')?.status, 'failed')
  })
})
