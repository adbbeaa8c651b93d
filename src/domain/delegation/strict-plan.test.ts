import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { call, commit, digest, reply, returned, type Story } from '../../testing/story.ts'
import { allowed, comesBack, delegateNext, isIntegrated, plannedStory, sampleContract, sampleTask as task } from '../../testing/planned-story.ts'
import { toSampleRunId } from '../../testing/sample-run.ts'
import type { Budget } from '../../protocol/contract.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'

const deny = { ...allowed, effect: 'deny' as const, reason: 'nobody may' }
const spent = (turns: number, usd = 0) => ({ turns, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd, unpriced: false, modelMs: 0 })

interface Options {
  readonly planning?: Partial<Planning>
  readonly budget?: Budget
  readonly deadline?: string
  readonly decisions?: number
}

/** As version 4 decides. */
function planned(tasks: readonly TaskFile[], { planning, budget = sampleContract.budget, deadline, decisions = 4 }: Options = {}): Story {
  return plannedStory(tasks, { contract: { budget, ...(deadline === undefined ? {} : { deadline }) }, decisions, ...(planning === undefined ? {} : { planning }) })
}

let children = 300
function stageNext(story: Story, decision: Payload<'stage.delegated'>['decision'] = allowed): Payload<'stage.delegated'> {
  const step = story.next()
  assert.ok(step?.do === 'delegate-stage', `a stage was to begin, not ${step?.do}`)
  const { task: id, stage, of, role, base, budget, brief } = step
  const data = { task: id, stage, of, role, base, budget, brief, child: toSampleRunId(children += 1), decision }
  story.tell({ type: 'stage.delegated', data })
  return data
}

function stageComesBack(story: Story, { task: id, stage, child }: Payload<'stage.delegated'>, more: Partial<Payload<'stage.returned'>> = {}): void {
  story.tell({ type: 'stage.returned', data: { task: id, stage, child, outcome: 'not-achieved', reason: 'it reported nothing', spent: spent(2), events: 9, head: digest('9'), questions: 0, ...more } })
}

let calls = 0
function proposes(story: Story, tasks: readonly TaskFile[]): Story {
  const id = `p${calls += 1}`
  return story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: 'another plan is wanted' } }, reply(calls, call(id, 'propose_plan', { tasks: [...tasks] as never })), returned(calls, id, 'propose_plan'))
}

function takesPlan(story: Story, tasks: readonly TaskFile[]): void {
  const step = proposes(story, tasks).next()
  assert.ok(step?.do === 'propose', JSON.stringify(step))
  story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why } })
}

describe('a stage of a task belongs to the task', () => {
  test('no plan drops a task whose tests wait for a person; what an earlier version dropped is forgotten', () => {
    const story = planned([task('a'), task('b')], { planning: { tests: true } })
    stageComesBack(story, stageNext(story), { outcome: 'waiting', reason: 'may it?' })
    const step = proposes(story, [task('b')]).next()
    assert.ok(step?.do === 'say')
    assert.match(step.text, /a .* keep it in the plan/)

    const old = planned([task('a'), task('b')], { planning: { tests: true }, decisions: 3 })
    stageComesBack(old, stageNext(old), { outcome: 'waiting', reason: 'may it?' })
    takesPlan(old, [task('b')])
    old.tell({ type: 'run.resumed', data: { by: 'ada', writ: '1', lastSeq: 1, decisions: 4 } })
    assert.deepEqual([...old.state.stages.keys()], [])
    assert.equal(stageNext(old).task, 'b')
  })

  test('tests hold for the task that they were written for; another one under its name gets others', () => {
    const story = planned([task('a')], { planning: { tests: true } })
    const written = stageNext(story)
    stageComesBack(story, written, { outcome: 'proven', commit: commit('7'), report: { findings: [], command: 'node --test x' } })
    assert.equal(story.next()?.do, 'see-tests')
    story.tell({ type: 'tests.seen', data: { task: 'a', child: written.child, commit: commit('7'), verdict: 'failing', reason: '' } })
    for (const reason of ['no', 'no again']) comesBack(story, delegateNext(story), { outcome: 'not-achieved', reason })
    takesPlan(story, [task('a', { subgoal: 'something else' })])
    const again = stageNext(story)
    assert.match(again.brief, /goal/)
    assert.equal(again.stage, 'tests')
  })

  test('it gets half of everything that the task has', () => {
    const budget = { maxTurns: 100, maxIdleTurns: 30, maxUsd: 10, maxTokens: 1000 }
    const story = planned([task('a')], { planning: { tests: true }, budget })
    assert.deepEqual(stageNext(story).budget, { maxTurns: 40, maxIdleTurns: 30, maxUsd: 4, maxTokens: 400 })
  })
})

describe('a review that never happened finds nothing out', () => {
  test('it is tried once more, then a person says whether the work is integrated all the same', () => {
    for (const answer of ['approve', 'deny'] as const) {
      const story = planned([task('a')], { planning: { review: 'all' } })
      comesBack(story, delegateNext(story))
      stageComesBack(story, stageNext(story))
      stageComesBack(story, stageNext(story), { outcome: 'limit', reason: 'out of turns' })
      assert.deepEqual(story.next(), { phase: 'reflect', do: 'ask-unreviewed', task: 'a' })
      story.tell({ type: 'approval.given', data: { gate: 'unreviewed-a-1', by: 'ada', answer } })
      const next = story.next()
      if (answer === 'approve') {
        assert.equal(next?.do, 'integrate')
        continue
      }
      assert.ok(next?.do === 'drop-task')
      story.tell({ type: 'task.dropped', data: { task: 'a', why: next.why } })
      assert.deepEqual(story.state.leases.held, [])
      assert.equal(story.next()?.do, 'prove')
    }
  })

  test('one that reported counts, a policy that lets nobody review is put to a person at once', () => {
    const story = planned([task('a')], { planning: { review: 'all' } })
    comesBack(story, delegateNext(story))
    stageComesBack(story, stageNext(story), { report: { findings: [] } })
    assert.equal(story.next()?.do, 'integrate')

    const denied = planned([task('a')], { planning: { review: 'all' } })
    comesBack(denied, delegateNext(denied))
    stageComesBack(denied, stageNext(denied, deny))
    assert.equal(denied.next()?.do, 'ask-unreviewed')
  })

  test('without money for it the run ends at that limit, and nothing is integrated unseen', () => {
    const story = planned([task('a')], { planning: { review: 'all' }, budget: { maxTurns: 100, maxIdleTurns: 30, maxUsd: 5 } })
    comesBack(story, delegateNext(story), { spent: spent(3, 5) })
    const step = story.next()
    assert.ok(step?.do === 'limit')
    assert.equal(step.limit, 'usd')
  })

  test('a full house keeps it waiting until somebody has come back', () => {
    const story = planned([task('a'), task('b')], { planning: { review: 'all' } })
    const a = delegateNext(story)
    const b = delegateNext(story)
    comesBack(story, a)
    assert.equal(story.next()?.do, 'delegate-stage')
    story.tell({ type: 'task.held', data: { task: 'a', role: 'reviewer', running: 1, decision: deny } })
    assert.equal(story.next()?.do, 'await-child')
    comesBack(story, b)
    assert.equal(stageNext(story).task, 'a')
  })
})

describe('limits and shares', () => {
  test('at the deadline nothing begins: who is at work ends, then the run does', () => {
    const story = planned([task('a'), task('b', { depends_on: ['a'] }), task('c')], { deadline: new Date(1_760_000_000_000 + 40_000).toISOString() })
    const a = delegateNext(story)
    while (story.state.at < 1_760_000_000_000 + 39_000) story.tell({ type: 'observation.made', data: { task: '', kind: 'nudge', text: '…' } })
    assert.equal(story.next()?.do, 'await-child')
    comesBack(story, a)
    isIntegrated(story, a, '2')
    const step = story.next()
    assert.ok(step?.do === 'limit')
    assert.equal(step.limit, 'deadline')
  })

  test('what a child that waits for a person has spent is taken off its share, and what it was promised may be enough for others', () => {
    const tasks = [task('a'), task('b')]
    const story = planned(tasks, { budget: { maxTurns: 40, maxIdleTurns: 30 } })
    const a = delegateNext(story)
    comesBack(story, a, { outcome: 'waiting', reason: 'may it?', spent: spent(a.budget.maxTurns) })
    const b = delegateNext(story)
    assert.equal(b.budget.maxTurns, Math.floor((40 - a.budget.maxTurns) * 0.8))

    // One more attempt needs more than is left, and whoever waits may leave something over.
    const short = planned(tasks, { budget: { maxTurns: 10, maxIdleTurns: 30 } })
    comesBack(short, delegateNext(short), { outcome: 'waiting', reason: 'may it?', spent: spent(4) })
    comesBack(short, delegateNext(short), { outcome: 'not-achieved', reason: 'no', spent: spent(4) })
    assert.equal(short.next(), undefined)
  })

  test('a plan that is taken lifts the cap on how many may be at work', () => {
    const story = planned([task('a'), task('b')])
    comesBack(story, delegateNext(story), { outcome: 'waiting', reason: 'may it?' })
    story.tell({ type: 'task.held', data: { task: 'b', role: 'coder', running: 1, decision: deny } })
    assert.equal(story.state.fanOutCap, 1)
    takesPlan(story, [task('a'), task('b'), task('c')])
    assert.equal(story.state.fanOutCap, undefined)
  })
})
