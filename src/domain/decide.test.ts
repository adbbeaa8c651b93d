import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { beginStory, call, commit, committed, failed, outcome, passed, preparedStory, proofOf, refusalOf, reply, returned, tree, workingStory, type Story } from '../testing/story.ts'
import { openedEvent } from '../testing/sample-run.ts'
import { fold } from './evolve.ts'
import { decide } from './decide.ts'

const asked = (turn: number, attempt = 1) => ({ type: 'turn.requested', data: { turn, task: 't1', solver: 'model', purpose: 'work', attempt, model: 'x/y', request: 'a'.repeat(64) as never, messages: 1 } }) as const
const finished = (story: Story, turn = 1) => story.tell(
  asked(turn), reply(turn, call(`c${turn}`, 'finish', { summary: 'Mend it', confidence: 0.8 })), returned(turn, `c${turn}`, 'finish'),
)

describe('before the work', () => {
  test('nothing is decided before the run is opened, nor after it has ended', () => {
    assert.equal(beginStory().next(), undefined)
    const story = workingStory().tell({ type: 'run.ended', data: { outcome: 'not-achieved', reason: 'no' } })
    assert.equal(story.next(), undefined)
  })

  test('a model reads the words first; the contract is pinned before anything is explored', () => {
    const story = beginStory().tell(openedEvent())
    assert.deepEqual(story.next(), { phase: 'plan', do: 'ask', purpose: 'intake', turn: 1, attempt: 1, afterMs: 0 })
    const replied = reply(1)
    assert.ok(replied.type === 'turn.replied')
    story.tell({ ...replied, data: { ...replied.data, purpose: 'intake' } })
    assert.equal(story.next()?.do, 'pin-contract')
  })

  test('a contract file leaves nothing to extract', () => {
    const opened = openedEvent()
    assert.ok(opened.type === 'run.opened')
    const story = beginStory().tell({ ...opened, data: { ...opened.data, request: { ...opened.data.request, contractGiven: true } } })
    assert.equal(story.next()?.do, 'pin-contract')
  })

  test('the baseline of every check is measured before the plan', () => {
    const two = [{ id: 'c1', command: 'a', origin: 'person' as const, timeoutMs: 1000 }, { id: 'c2', command: 'b', origin: 'person' as const, timeoutMs: 1000 }]
    const story = preparedStory({ contract: { checks: two } })
    assert.equal(story.next()?.do, 'propose')
    const events = story.events.filter((event) => event.type !== 'check.finished' || event.data.outcome.checkId !== 'c2')
    const step = decide(fold(events))
    assert.ok(step?.do === 'baseline')
    assert.equal(step.check.id, 'c2')
  })

  test('the built-in solver has nothing to do where no check fails, and says so', () => {
    const story = preparedStory({ solver: 'repair', baseline: outcome('passed', tree('a'), [passed('a.test.js › one')]) })
    const step = story.next()
    assert.ok(step?.do === 'end')
    assert.equal(step.outcome, 'not-achieved')
    assert.match(step.reason, /no check fails/)
  })

  test('without any check the built-in solver waits for a person', () => {
    const step = preparedStory({ solver: 'repair', contract: { checks: [] } }).next()
    assert.ok(step?.do === 'end')
    assert.equal(step.outcome, 'waiting')
  })
})

describe('a turn', () => {
  test('calls are carried out before anything else is asked', () => {
    const story = workingStory().tell(asked(1), reply(1, call('c1', 'read', { path: 'a' }), call('c2', 'shell', { command: 'x' })))
    const step = story.next()
    assert.ok(step?.do === 'call')
    assert.deepEqual(step.calls.map((each) => each.call.callId), ['c1', 'c2'])
    story.tell(returned(1, 'c1', 'read'))
    const left = story.next()
    assert.ok(left?.do === 'call')
    assert.deepEqual(left.calls.map((each) => each.call.callId), ['c2'])
  })

  test('what was changed is checked before the next request', () => {
    const story = workingStory().tell(asked(1), reply(1, call('c1', 'write', {})), returned(1, 'c1', 'write', tree('f')))
    assert.equal(story.next()?.do, 'check-edit')
    story.tell({ type: 'edit.checked', data: { tree: tree('f'), findings: [], text: '' } })
    assert.equal(story.next()?.do, 'ask')
  })

  test('a request that failed is tried again after its wait, as the next attempt', () => {
    const story = workingStory().tell(asked(1), { type: 'turn.failed', data: { turn: 1, purpose: 'work', attempt: 1, code: 'model-overloaded', message: 'x', retryInMs: 700 } })
    assert.deepEqual(story.next(), { phase: 'plan', do: 'ask', purpose: 'work', turn: 1, attempt: 2, afterMs: 700 })
  })

  test('a call that was under way when the process died is recovered, not repeated blindly', () => {
    const story = workingStory().tell(asked(1), reply(1, call('c1', 'shell', { command: 'x' })), {
      type: 'tool.called',
      data: { turn: 1, callId: 'c1', name: 'shell', input: {}, effect: 'reversible', key: 'a'.repeat(64) as never, decision: { effect: 'allow', rules: [], policy: 'a'.repeat(64) as never, reason: '' }, before: tree('a') },
    })
    assert.equal(story.next()?.do, 'recover')
    story.tell({ type: 'workspace.rolledback', data: { to: tree('a'), why: 'died' } })
    assert.equal(story.next()?.do, 'call')
  })
})

describe('a proposal', () => {
  test('only the harness declares: finish leads to a commit and a proof', () => {
    const story = finished(workingStory())
    story.tell({ type: 'snapshot.taken', data: { tree: tree('f') } }, { type: 'edit.checked', data: { tree: tree('f'), findings: [], text: '' } })
    assert.equal(story.next()?.do, 'commit')
    story.tell(committed())
    assert.equal(story.next()?.do, 'finish-task')
    story.tell({ type: 'task.finished', data: { task: 't1', summary: 'Mend it', commit: commit('e') } })
    assert.equal(story.next()?.do, 'prove')
    story.tell(proofOf('proven'))
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'proven')
  })

  test('an answer without calls is a proposal too', () => {
    const story = workingStory().tell(asked(1), reply(1, { type: 'text', text: 'All done.' }))
    assert.equal(story.state.finish?.implied, true)
    assert.equal(story.next()?.do, 'finish-task')
  })

  test('a refused proof revises the plan; the same work called done again ends the run', () => {
    const story = finished(workingStory()).tell({ type: 'task.finished', data: { task: 't1', summary: '' } }, ...refusalOf('unproven', ['it still fails']))
    const again = story.next()
    assert.ok(again?.do === 'propose')
    assert.equal(again.plan.tasks.length, 2)
    story.tell({ type: 'plan.proposed', data: { plan: again.plan, why: again.why } }, { type: 'task.started', data: { task: 't2' } })
    assert.equal(story.next()?.do, 'ask')
    finished(story, 2).tell({ type: 'task.finished', data: { task: 't2', summary: '' } })
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'not-achieved')
    assert.equal(end.reason, 'it still fails')
  })

  test('a refusal that a crash kept from being told is told now', () => {
    const story = finished(workingStory()).tell({ type: 'task.finished', data: { task: 't1', summary: '' } }, proofOf('unproven', ['it still fails']))
    const told = story.next()
    assert.ok(told?.do === 'say' && told.kind === 'proof')
    assert.match(told.text, /it still fails/)
    story.tell({ type: 'observation.made', data: { task: '', kind: told.kind, text: told.text } })
    assert.equal(story.next()?.do, 'propose')
  })

  test('pins that were put back before a crash are told of', () => {
    const story = workingStory().tell(reply(1, call('c1', 'shell')), returned(1, 'c1', 'shell', tree('b')), { type: 'pins.restored', data: { paths: ['check.sh'], tree: tree('c') } })
    const told = story.next()
    assert.ok(told?.do === 'say' && told.kind === 'pins')
    assert.match(told.text, /check\.sh/)
    story.tell({ type: 'observation.made', data: { task: '', kind: told.kind, text: told.text } })
    assert.equal(story.next()?.do, 'check-edit')
  })

  test('checks that passed before prove nothing: a person is waited for, never exit 0', () => {
    const story = finished(workingStory()).tell({ type: 'task.finished', data: { task: 't1', summary: '' } }, ...refusalOf('no-evidence', ['nothing failed before']))
    const again = story.next()
    assert.ok(again?.do === 'propose', 'the model gets one chance to add a test')
    story.tell({ type: 'plan.proposed', data: { plan: again.plan, why: again.why } }, { type: 'task.started', data: { task: 't2' } })
    finished(story, 2).tell({ type: 'task.finished', data: { task: 't2', summary: '' } })
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'waiting')
  })

  test('a goal without any check waits for a person at once', () => {
    const story = finished(workingStory({ contract: { checks: [] } })).tell({ type: 'task.finished', data: { task: 't1', summary: '' } }, ...refusalOf('no-evidence', ['there is no check']))
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'waiting')
  })
})

describe('limits', () => {
  test('turns that change nothing end the run', () => {
    const story = workingStory({ contract: { budget: { maxTurns: 100, maxIdleTurns: 3 } } })
    for (let turn = 1; turn <= 3; turn += 1) story.tell(asked(turn), reply(turn, call(`c${turn}`, 'read', { path: `${turn}` })), returned(turn, `c${turn}`, 'read', undefined, `${turn}`))
    const step = story.next()
    assert.ok(step?.do === 'limit')
    assert.equal(step.limit, 'idle')
    story.tell({ type: 'limit.reached', data: { limit: 'idle', detail: step.detail } })
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'limit')
  })

  test('the same call with the same answer is warned about, then stopped', () => {
    const story = workingStory({ contract: { budget: { maxTurns: 100, maxIdleTurns: 50 } } })
    const same = (turn: number) => story.tell(asked(turn), reply(turn, call(`c${turn}`, 'read', { path: 'a' })), returned(turn, `c${turn}`, 'read'))
    same(1)
    same(2)
    assert.equal(story.next()?.do, 'ask')
    same(3)
    const warning = story.next()
    assert.ok(warning?.do === 'say')
    assert.equal(warning.kind, 'nudge')
    story.tell({ type: 'observation.made', data: { task: 't1', kind: 'nudge', text: warning.text } })
    assert.equal(story.next()?.do, 'ask')
    same(4)
    same(5)
    same(6)
    const step = story.next()
    assert.ok(step?.do === 'limit')
    assert.equal(step.limit, 'repetition')
  })

  test('spent money is a limit, and what was changed still gets its commit and its proof', () => {
    const story = workingStory({ contract: { budget: { maxTurns: 100, maxIdleTurns: 50, maxUsd: 0.015 } } })
    for (let turn = 1; turn <= 2; turn += 1) story.tell(asked(turn), reply(turn, call(`c${turn}`, 'write', {})), returned(turn, `c${turn}`, 'write', tree('f')), { type: 'edit.checked', data: { tree: tree('f'), findings: [], text: '' } })
    const step = story.next()
    assert.ok(step?.do === 'limit')
    assert.equal(step.limit, 'usd')
    story.tell({ type: 'limit.reached', data: { limit: 'usd', detail: step.detail } })
    assert.equal(story.next()?.do, 'commit')
    story.tell(committed())
    assert.equal(story.next()?.do, 'prove')
    story.tell(proofOf('unproven', ['no']))
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'limit')
  })

  test('a deadline is judged by the log’s own time', () => {
    const story = workingStory({ contract: { deadline: new Date(1_760_000_000_000 + 3000).toISOString() } })
    const step = story.next()
    assert.ok(step?.do === 'limit')
    assert.equal(step.limit, 'deadline')
  })
})

describe('the built-in solver', () => {
  const baseline = outcome('failed', tree('a'), [failed('a.test.js › one'), failed('b.test.js › two'), passed('c.test.js › three')])

  test('each group of failing tests is a task', () => {
    const step = preparedStory({ solver: 'repair', baseline }).next()
    assert.ok(step?.do === 'propose')
    assert.deepEqual(step.plan.tasks.map((task) => task.tests), [['a.test.js › one'], ['b.test.js › two']])
    assert.deepEqual(step.plan.tasks.map((task) => task.dependsOn), [[], ['t1']])
  })

  test('a task whose tests pass since an earlier one is dropped', () => {
    const story = workingStory({ solver: 'repair', baseline })
    finished(story).tell({ type: 'snapshot.taken', data: { tree: tree('f') } }, { type: 'edit.checked', data: { tree: tree('f'), findings: [], text: '' } })
    assert.equal(story.next()?.do, 'check-task')
    story.tell({ type: 'check.finished', data: { purpose: 'full', outcome: outcome('passed', tree('f'), [passed('a.test.js › one'), passed('b.test.js › two')]) } })
    assert.equal(story.next()?.do, 'commit')
    story.tell(committed(), { type: 'task.finished', data: { task: 't1', summary: '', commit: commit('e') } })
    assert.equal(story.next()?.do, 'drop-task')
  })

  test('what it could not mend is not tried for ever', () => {
    const story = workingStory({ solver: 'repair', baseline })
    finished(story).tell({ type: 'task.finished', data: { task: 't1', summary: 'nothing found' } })
    story.tell({ type: 'task.started', data: { task: 't2' } })
    finished(story, 2).tell({ type: 'task.finished', data: { task: 't2', summary: 'nothing found' } })
    assert.equal(story.next()?.do, 'prove')
    story.tell(proofOf('unproven', ['nothing was changed']))
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'not-achieved')
  })
})
