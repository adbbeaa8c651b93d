import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { call, commit, failed, outcome, preparedStory, reply, returned, tree, type Story } from '../../testing/story.ts'
import { comesBack, delegateNext, isIntegrated, plannedStory, sampleContract, sampleTask as task } from '../../testing/planned-story.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { toPlan } from '../plan/from-file.ts'
import { accountProgress } from '../plan/task-progress.ts'
import { measureVolatility } from '../plan/volatility.ts'
import { describeForConfirmation } from './confirm-plan.ts'

const contract = sampleContract
const planned = (tasks: readonly TaskFile[], planning: Partial<Planning> = {}, checkpoints?: readonly string[]): Story => plannedStory(tasks, { planning, ...(checkpoints ? { contract: { checkpoints: [...checkpoints] } } : {}) })

function integrated(story: Story, given: Payload<'task.delegated'>, letter: string, path = `src/${given.task}/x.js`): void {
  comesBack(story, given)
  isIntegrated(story, given, letter, { path })
}

const says = (story: Story, gate: string, answer: 'approve' | 'deny', note?: string): Story => story.tell({ type: 'approval.requested', data: { gate, question: '?' } }, { type: 'approval.given', data: { gate, by: 'ada', answer, ...(note ? { note } : {}) } })

const proposes = (story: Story, turn: number, tasks: readonly TaskFile[]): Story => {
  story.tell(reply(turn, call(`p${turn}`, 'propose_plan', { tasks } as never)), returned(turn, `p${turn}`, 'propose_plan'))
  const step = story.next()
  assert.ok(step?.do === 'propose', JSON.stringify(step))
  return story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why } })
}

describe('a run that is to end with its plan', () => {
  test('ends once there is one, and calls that planned', () => {
    const end = planned([task('a'), task('b')], { stopAfterPlan: true }).next()
    assert.ok(end?.do === 'end')
    assert.deepEqual([end.outcome, end.reason], ['planned', 'there is a plan of 2 tasks, and nothing more was wanted'])
  })

  test('with none that can be, it says so', () => {
    const story = preparedStory({ contract, planning: { workers: 2, stopAfterPlan: true } })
    story.tell(reply(1, call('f1', 'finish', { summary: '', cannot: 'it is a contradiction' } as never)), returned(1, 'f1', 'finish'))
    const end = story.next()
    assert.ok(end?.do === 'end')
    assert.deepEqual([end.outcome, end.reason], ['not-achieved', 'the planner says that it cannot be done: it is a contradiction'])
  })
})

describe('a person agrees to the plan', () => {
  test('no task begins before; then they do', () => {
    const story = planned([task('a')], { confirm: true })
    assert.equal(story.next()?.do, 'ask-plan')
    assert.deepEqual(describeForConfirmation(story.state).isDelta, false)
    says(story, 'plan-0', 'approve')
    assert.equal(delegateNext(story).task, 'a')
  })

  test('a no with a reason is for the planner; one without ends the run', () => {
    const withReason = says(planned([task('a')], { confirm: true }), 'plan-0', 'deny', 'write docs too').next()
    assert.ok(withReason?.do === 'say' && withReason.kind === 'plan')
    assert.match(withReason.text, /A person does not agree with the plan: write docs too/)
    const without = says(planned([task('a')], { confirm: true }), 'plan-0', 'deny').next()
    assert.ok(without?.do === 'end' && without.outcome === 'not-achieved')
    assert.match(without.reason, /^a person did not agree to the plan/)
  })

  test('of a later plan only what is new is shown; those at work go on meanwhile, and nobody is asked about the same twice', () => {
    const story = says(planned([task('a'), task('b')], { confirm: true }), 'plan-0', 'approve')
    const [first, second] = [delegateNext(story), delegateNext(story)]
    comesBack(story, first, { outcome: 'not-achieved', commit: undefined, reason: 'no' })
    comesBack(story, delegateNext(story), { outcome: 'not-achieved', commit: undefined, reason: 'no again' })
    assert.equal(story.next()?.do, 'await-child')
    integrated(story, second, '2')
    const said = story.next()
    assert.ok(said?.do === 'say')
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: said.text } })
    const other = first.task === 'a' ? 'b' : 'a'
    proposes(story, 1, [task(first.task, { subgoal: 'something smaller' }), task(other)])
    assert.equal(story.next()?.do, 'ask-plan')
    const { lines, isDelta } = describeForConfirmation(story.state)
    assert.equal(isDelta, true)
    assert.deepEqual(lines.filter((line) => line.startsWith('~')), [`~ ${first.task}`])
    says(story, 'plan-1', 'approve')
    assert.equal(delegateNext(story).task, first.task)
  })
})

describe('a milestone', () => {
  test('is checked once it is integrated, and what passes lets the rest begin', () => {
    const story = planned([task('a', { milestone: true }), task('b', { depends_on: ['a'] })])
    integrated(story, delegateNext(story), '2')
    assert.deepEqual(story.next(), { phase: 'reflect', do: 'check-milestone', task: 'a' })
    story.tell({ type: 'milestone.checked', data: { task: 'a', commit: commit('2'), revision: 0, verdict: 'passed', checks: ['c1'], reasons: [] } })
    assert.equal(delegateNext(story).task, 'b')
  })

  test('that fails is told to the planner; another plan goes on, and it is looked at again', () => {
    const story = planned([task('a', { milestone: true }), task('b', { depends_on: ['a'] })])
    integrated(story, delegateNext(story), '2')
    story.tell({ type: 'milestone.checked', data: { task: 'a', commit: commit('2'), revision: 0, verdict: 'failed', checks: ['c1'], reasons: ['npm test failed: x'] } })
    const said = story.next()
    assert.ok(said?.do === 'say')
    assert.match(said.text, /The milestone a .* is not reached: npm test failed: x/)
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: said.text } })
    proposes(story, 1, [task('a', { milestone: true }), task('mend'), task('b', { depends_on: ['mend'] })])
    integrated(story, delegateNext(story), '3')
    assert.deepEqual(story.next(), { phase: 'reflect', do: 'check-milestone', task: 'a' })
  })

  test('puts what changed to a person where the contract wants to see those paths', () => {
    const reach = (checkpoints: readonly string[]): Story => {
      const story = planned([task('a', { milestone: true }), task('b', { depends_on: ['a'] })], {}, checkpoints)
      integrated(story, delegateNext(story), '2')
      return story.tell({ type: 'milestone.checked', data: { task: 'a', commit: commit('2'), revision: 0, verdict: 'passed', checks: ['c1'], reasons: [] } })
    }
    assert.equal(reach(['docs/**']).next()?.do, 'delegate')
    const story = reach(['src/a/**'])
    assert.deepEqual(story.next(), { phase: 'reflect', do: 'ask-milestone', task: 'a' })
    says(story, `milestone-a-${commit('2').slice(0, 12)}`, 'approve')
    assert.equal(delegateNext(story).task, 'b')
  })
})

describe('without a model', () => {
  const baseline = outcome('failed', tree('a'), [failed('a.test.js › one'), failed('b.test.js › two'), failed('a.test.js › three')], 'c1')

  test('each file of failing tests is a task that nothing orders', () => {
    const story = preparedStory({ solver: 'repair', contract, planning: { workers: 2 }, baseline })
    const step = story.next()
    assert.ok(step?.do === 'propose' && step.from === 'checks')
    assert.deepEqual(step.plan.tasks.map(({ id, tests, dependsOn, serves }) => [id, tests, dependsOn, serves]), [['t1', ['a.test.js › one', 'a.test.js › three'], [], ['c1']], ['t2', ['b.test.js › two'], [], ['c1']]])
    assert.deepEqual(step.plan.checks?.map(({ command }) => command), ['node --test a.test.js', 'node --test b.test.js'])
  })

  test('what cannot be run by itself is a task of its check, after those that can', () => {
    const odd = { ...baseline, tests: { runner: 'node-test', complete: true, cases: [failed('a.test.js › one'), failed('b test $(x).js › two')] } }
    const step = preparedStory({ solver: 'repair', contract, planning: { workers: 2 }, baseline: odd }).next()
    assert.ok(step?.do === 'propose')
    assert.deepEqual(step.plan.tasks.map(({ checks, dependsOn }) => [checks, dependsOn]), [[['t1-k1'], []], [['c1'], ['t1']]])
  })

  test('where nothing fails there is no plan', () => {
    const end = preparedStory({ solver: 'repair', contract, planning: { workers: 2 }, baseline: outcome('passed', tree('a'), [], 'c1') }).next()
    assert.ok(end?.do === 'end' && end.outcome === 'not-achieved')
  })
})

test('progress and volatility are what the log says', () => {
  const story = planned([task('a'), task('b', { depends_on: ['a'] })])
  const a = delegateNext(story)
  comesBack(story, a, { outcome: 'not-achieved', commit: undefined, reason: 'no' })
  integrated(story, delegateNext(story), '2')
  const b = delegateNext(story)
  const { tasks } = accountProgress(story.state, story.events)
  assert.deepEqual(tasks.map(({ id, standing, attempts, tokens, usd }) => ({ id, standing, attempts, tokens, usd })), [{ id: 'a', standing: 'integrated', attempts: 2, tokens: 30, usd: 1 }, { id: 'b', standing: 'at work', attempts: 1, tokens: 0, usd: 0 }])
  // The story's events are a second apart: from the first attempt to the integration are four of them.
  assert.equal((tasks[0]?.endedMs ?? 0) - (tasks[0]?.startedMs ?? 0), 4000)
  assert.deepEqual(tasks[1]?.children, [b.child])
  story.tell({ type: 'plan.proposed', data: { plan: toPlan({ tasks: [task('a'), task('c'), task('d')] }, { ...contract, scope: [] }, 1), why: 'x' } })
  assert.deepEqual(measureVolatility(story.events), { revisions: 1, finished: 1, perFinished: 1, added: 2, removed: 1 })
})
