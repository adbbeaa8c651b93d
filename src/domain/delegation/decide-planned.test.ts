import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { call, commit, preparedStory, proofOf, refusalOf, reply, returned, type Story } from '../../testing/story.ts'
import { comesBack, delegateNext, isIntegrated, plannedStory, sampleContract, sampleTask as task } from '../../testing/planned-story.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { decisionsVersion } from '../decisions.ts'
import { toPlan } from '../plan/from-file.ts'

const contract = sampleContract
const planned = (tasks: readonly TaskFile[], workers = 2, more: Partial<typeof contract> = {}): Story => plannedStory(tasks, { contract: more, planning: { workers } })

describe('a graph of tasks is followed', () => {
  test('what can begin begins, the longest chain first, up to the number of workers', () => {
    const story = planned([task('a'), task('b'), task('c', { depends_on: ['b'] }), task('d')])
    assert.equal(delegateNext(story).task, 'b')
    assert.equal(delegateNext(story).task, 'a')
    assert.equal(story.next()?.do, 'await-child')
  })

  test('a task waits for those before it, and begins from what they made', () => {
    const story = planned([task('a'), task('b', { depends_on: ['a'] })])
    const a = delegateNext(story)
    assert.equal(story.next()?.do, 'await-child')
    comesBack(story, a)
    assert.deepEqual(story.next(), { phase: 'reflect', do: 'integrate', task: 'a' })
    isIntegrated(story, a, '2')
    const b = delegateNext(story)
    assert.equal(b.base, commit('2'))
    comesBack(story, b)
    isIntegrated(story, b, '3')
    assert.equal(story.next()?.do, 'prove')
    story.tell(proofOf('proven'))
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.equal(end.outcome, 'proven')
  })

  test('two tasks that could write the same path are never at work together', () => {
    const story = planned([task('a', { scope: ['src/**'] }), task('b', { scope: ['src/x.ts'] })])
    const a = delegateNext(story)
    assert.equal(story.next()?.do, 'await-child')
    comesBack(story, a)
    isIntegrated(story, a, '2')
    const b = delegateNext(story)
    assert.ok(b.lease.token > a.lease.token)
  })

  test('what does not fit into the capacity waits; what is larger than all of it goes alone', () => {
    const estimate = { minutes: 10, memory_mb: 3000, tokens: 1000 }
    const given = toPlan({ tasks: [task('a', { estimate }), task('b', { estimate }), task('c', { estimate: { minutes: 1, memory_mb: 9000 } })] }, { ...contract, scope: [] }, 0)
    const story = preparedStory({ contract, planning: { given, workers: 3, capacity: { memoryMb: 6000 } } })
    const step = story.next()
    assert.ok(step?.do === 'propose')
    story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why } })
    const a = delegateNext(story)
    const b = delegateNext(story)
    assert.equal(story.next()?.do, 'await-child')
    for (const [n, each] of [a, b].entries()) {
      comesBack(story, each)
      isIntegrated(story, each, String(n + 2))
    }
    assert.equal(delegateNext(story).task, 'c')
  })

  test('shares of the budget never add up to more than there is', () => {
    const story = planned([task('a'), task('b'), task('c')], 3, { budget: { maxTurns: 50, maxIdleTurns: 30 } })
    const given = [delegateNext(story), delegateNext(story), delegateNext(story)]
    assert.ok(given.reduce((sum, each) => sum + each.budget.maxTurns, 0) <= 50)
    for (const each of given) comesBack(story, each)
    assert.equal(story.state.spent.turns, 9)
  })

  test('of a small budget each task gets enough to begin, one after the other, until nothing is left', () => {
    const story = planned([task('a'), task('b'), task('c')], 3, { budget: { maxTurns: 9, maxIdleTurns: 9 } })
    story.state.decisions = decisionsVersion
    assert.deepEqual([delegateNext(story), delegateNext(story)].map(({ budget }) => budget.maxTurns), [4, 4])
    assert.notEqual(story.next()?.do, 'delegate')
  })

  test('a task that failed is tried again by a debugger, and told why; then the planner is asked', () => {
    const story = planned([task('a')])
    const first = delegateNext(story)
    comesBack(story, first, { outcome: 'not-achieved', reason: 'the test x still fails' })
    const second = delegateNext(story)
    assert.deepEqual([second.attempt, second.role], [2, 'debugger'])
    assert.match(second.brief, /the test x still fails/)
    comesBack(story, second, { outcome: 'limit', reason: 'out of turns' })
    const said = story.next()
    assert.ok(said?.do === 'say' && said.kind === 'plan')
    assert.match(said.text, /a .* was tried 2 times and is not done: out of turns/)
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: said.text } })
    assert.equal(story.next()?.do, 'ask')
  })

  test('a conflict is tried again from the new base, then by a merger, then put to a person', () => {
    const story = planned([task('a')])
    for (const role of ['coder', 'coder', 'merger']) {
      const given = delegateNext(story)
      assert.equal(given.role, role)
      comesBack(story, given)
      isIntegrated(story, given, '2', { verdict: 'textual' })
    }
    const asks = story.next()
    assert.ok(asks?.do === 'ask-merge')
    const gate = `merge-a-${story.state.delegations.get('a')?.given.lease.token}`
    story.tell({ type: 'approval.requested', data: { gate, question: '?' } })
    assert.equal(story.next(), undefined)
    story.tell({ type: 'approval.given', data: { gate, by: 'ada', answer: 'deny' } })
    assert.equal(story.next()?.do, 'drop-task')
  })

  test('children that wait for a person hold nobody up, and then the run stands', () => {
    const story = planned([task('a'), task('b')])
    const a = delegateNext(story)
    const b = delegateNext(story)
    comesBack(story, a, { outcome: 'waiting', reason: 'may it?' })
    assert.equal(story.next()?.do, 'await-child')
    comesBack(story, b)
    isIntegrated(story, b, '2')
    assert.equal(story.next(), undefined)
    story.tell({ type: 'run.resumed', data: { by: 'ada', writ: '0', lastSeq: 1 } })
    assert.equal(story.next()?.do, 'await-child')
  })

  test('a plan is asked for, refused with what is wrong, and taken', () => {
    const story = preparedStory({ contract, planning: { workers: 2 } })
    assert.equal(story.next()?.do, 'ask')
    story.tell(reply(1, call('p1', 'propose_plan', { tasks: [task('a', { depends_on: ['z'] })] as never })), returned(1, 'p1', 'propose_plan'))
    const said = story.next()
    assert.ok(said?.do === 'say')
    assert.match(said.text, /a depends on z/)
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: said.text } })
    assert.equal(story.next()?.do, 'ask')
    story.tell(reply(2, call('p2', 'propose_plan', { tasks: [task('a')] as never })), returned(2, 'p2', 'propose_plan'))
    const step = story.next()
    assert.ok(step?.do === 'propose')
    story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why } })
    assert.equal(delegateNext(story).task, 'a')
  })

  test('a refused proof goes to the planner, whose new plan keeps what is finished', () => {
    const story = planned([task('a')])
    const a = delegateNext(story)
    comesBack(story, a)
    isIntegrated(story, a, '2')
    story.tell(...refusalOf('unproven', ['the test y fails']))
    const said = story.next()
    assert.ok(said?.do === 'say' && said.kind === 'plan')
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: said.text } })
    story.tell(reply(1, call('p1', 'propose_plan', { tasks: [task('b')] as never })), returned(1, 'p1', 'propose_plan'))
    const lost = story.next()
    assert.ok(lost?.do === 'say')
    assert.match(lost.text, /a .* is finished: keep it/)
    story.state.decisions = decisionsVersion
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: lost.text } })
    story.tell(reply(2, call('p2', 'propose_plan', { tasks: [task('a')] as never })), returned(2, 'p2', 'propose_plan'))
    const same = story.next()
    assert.ok(same?.do === 'say')
    assert.match(same.text, /all of its tasks are done, and the goal is not met: add what is missing/)
  })

  test('at a limit whoever is at work is stopped first, and what is integrated is proven', () => {
    const story = planned([task('a'), task('b')])
    const a = delegateNext(story)
    const b = delegateNext(story)
    comesBack(story, a)
    isIntegrated(story, a, '2')
    story.tell({ type: 'limit.reached', data: { limit: 'turns', detail: 'used up' } })
    assert.equal(story.next()?.do, 'stop-children')
    comesBack(story, b, { outcome: 'fault', reason: 'it was stopped' })
    assert.equal(story.next()?.do, 'prove')
  })

  test('a fault that stops a child is not held against its task: it goes on, and with a fault that stays the run stops, to go on later', () => {
    const story = planned([task('a'), task('b', { scope: ['src/a/**'] })])
    const a = delegateNext(story)
    const stopped = { outcome: 'fault' as const, reason: 'no answer', commit: undefined, fault: 'model-unreachable' as const }
    for (const _ of [1, 2]) {
      comesBack(story, a, stopped)
      assert.equal(story.next()?.do, 'await-child', 'the same child goes on, and keeps its lease')
    }
    comesBack(story, a, stopped)
    const step = story.next()
    assert.ok(step?.do === 'stop-on-fault')
    assert.equal(step.code, 'model-unreachable')
    assert.match(step.message, /^a cannot be worked on: its child run run_\w+ was stopped 3 times by a fault that is not the task's: no answer/)
    story.tell({ type: 'run.resumed', data: { by: 'x', writ: '1', lastSeq: 1 } })
    assert.equal(story.next()?.do, 'await-child')
    comesBack(story, a, { outcome: 'not-achieved', reason: 'red', commit: undefined })
    assert.equal(delegateNext(story).attempt, 2, 'of two attempts that may fail, one has')

    const buggy = planned([task('a'), task('c')])
    const first = delegateNext(buggy)
    delegateNext(buggy)
    for (const _ of [1, 2, 3]) comesBack(buggy, first, { ...stopped, fault: 'bug' })
    assert.equal(buggy.state.delegations.get('a')?.status, 'failed')
    assert.equal(buggy.state.delegations.get('a')?.failures, 0)
    assert.match(buggy.state.delegations.get('a')?.why ?? '', /a fault of Writ's own, not of the task, stopped it 3 times/)
    assert.equal(buggy.next()?.do, 'await-child', 'others go on, and nobody tries it again')
  })
})
