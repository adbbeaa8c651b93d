import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comesBack, delegateNext, plannedStory, sampleTask as task } from '../../testing/planned-story.ts'

const failed = { outcome: 'not-achieved' as const, reason: 'no' }

test('a person’s no is no failure that another attempt mends: with a word the planner is told, without one it ends there', () => {
  const told = plannedStory([task('a')], { decisions: 5 })
  comesBack(told, delegateNext(told), { ...failed, denied: { note: 'not this way' } })
  const say = told.next()
  assert.ok(say?.do === 'say', JSON.stringify(say))
  assert.match(say.text, /^A person said no to what came of a \(.*\): not this way\.\nPlan what they want instead/)

  const silent = plannedStory([task('a'), task('b', { depends_on: ['a'] })], { decisions: 5 })
  comesBack(silent, delegateNext(silent), { ...failed, denied: {} })
  const end = silent.next()
  assert.ok(end?.do === 'end', JSON.stringify(end))
  assert.deepEqual([end.outcome, /^A person said no to what came of a \(.*\)\. \(2 of 2 tasks open\)$/.test(end.reason)], ['not-achieved', true])

  const own = plannedStory([task('a')], { decisions: 5 })
  comesBack(own, delegateNext(own), failed)
  assert.equal(delegateNext(own).role, 'debugger')
})

test('what has no time left is not tried again: others that can begin do, then the run ends at its deadline', () => {
  const story = plannedStory([task('a'), task('b')], { decisions: 5 })
  const a = delegateNext(story)
  comesBack(story, a, { outcome: 'limit', reason: 'the deadline is reached', isLate: true })
  const b = delegateNext(story)
  assert.equal(b.task, 'b')
  comesBack(story, b, failed)
  assert.equal(delegateNext(story).task, 'b')
  story.tell({ type: 'task.returned', data: { task: 'b', child: story.state.delegations.get('b')?.given.child ?? b.child, outcome: 'not-achieved', reason: 'no', summary: '', spent: { turns: 1, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: false, modelMs: 0 }, events: 1, head: story.state.contractHash ?? a.decision.policy, questions: 0 } })
  const step = story.next()
  assert.ok(step?.do === 'limit', JSON.stringify(step))
  assert.deepEqual([step.limit, step.detail], ['deadline', 'the time of a is over: the deadline is reached'])
})

test('whoever had no time left is given the task as before once the deadline is later, by the built-in solver too', () => {
  for (const solver of ['model', 'repair'] as const) {
    const story = plannedStory([task('a')], { decisions: 5, solver })
    comesBack(story, delegateNext(story), { outcome: 'limit', reason: 'the deadline is reached', isLate: true })
    assert.equal(story.next()?.do, 'limit')
    const { contract, contractHash } = story.state
    assert.ok(contract && contractHash)
    story.tell({ type: 'contract.amended', data: { contract: { ...contract, deadline: new Date(2_000_000_000_000).toISOString() }, hash: contractHash, previous: contractHash, gate: 'amend-1', by: 'ada', why: '', changes: ['more time'] } })
    const again = delegateNext(story)
    assert.deepEqual([again.task, again.role, again.attempt], ['a', 'coder', 2])
  }
})

test('whoever is given tests to write as a task is told by what they are judged', () => {
  const story = plannedStory([task('a', { role: 'tester' }), task('b')], { decisions: 5 })
  assert.match(delegateNext(story).brief, /the tests are the whole task.*Tests of what is there already pass now/)
  assert.doesNotMatch(delegateNext(story).brief, /the tests are the whole task/)
})
