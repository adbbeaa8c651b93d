import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toPlan } from '../plan/from-file.ts'
import { comesBack, delegateNext, plannedStory, sampleContract, sampleTask as task } from '../../testing/planned-story.ts'
import { call, commit, refusalOf, reply, returned, type Story } from '../../testing/story.ts'

function fails(story: Story): void {
  for (const reason of ['it is hard', 'it is hard']) comesBack(story, delegateNext(story), { outcome: 'not-achieved', reason })
}

describe('whoever plans anew', () => {
  test('is given the plan in force, as it would be proposed, and how each task stands', () => {
    const story = plannedStory([task('a', { release: 0 }), task('b', { depends_on: ['a'] })], { decisions: 5 })
    fails(story)
    const step = story.next()
    assert.ok(step?.do === 'say')
    const [reason = '', request = ''] = step.text.split('\n')
    assert.match(reason, /^a \(.*\) was tried 2 times and is not done: it is hard\. It took 3 turns\.$/)
    assert.match(request, /propose_plan/)
    const json = /^\{"tasks": \[\n[^]*\n\]\}$/m.exec(step.text)?.[0] ?? ''
    const { tasks } = JSON.parse(json) as { tasks: unknown[] }
    assert.deepEqual(tasks, [{ id: 'a', subgoal: 'what a is for', scope: ['src/a/**'], checks: ['c1'], role: 'coder', depends_on: [], risk: 'low' }, { id: 'b', subgoal: 'what b is for', scope: ['src/b/**'], checks: ['c1'], role: 'coder', depends_on: ['a'], risk: 'low' }])
    assert.match(step.text, /- a: tried, and not done\n- b: later$/)
  })
  test('gives the reason to people without the orders that the planner gets', () => {
    const story = plannedStory([task('a')], { solver: 'repair', decisions: 5 })
    comesBack(story, delegateNext(story), { outcome: 'not-achieved', reason: 'no mend was found' })
    const end = story.next()
    assert.ok(end?.do === 'end', `one attempt is enough for what does the same again, not ${end?.do}`)
    assert.match(end.reason, /^a \(what a is for\) was tried 1 time and is not done: no mend was found\./)
    assert.doesNotMatch(end.reason, /propose_plan|finish/)
  })
})

describe('a task that a plan left out', () => {
  const propose = (story: Story, revision: number, ...tasks: readonly ReturnType<typeof task>[]): Story => story.tell({ type: 'plan.proposed', data: { plan: toPlan({ tasks: [...tasks] }, { ...sampleContract, scope: [] }, revision), why: 'x', from: 'model' } })
  const takenUpAgain = (decisions: number): Story => propose(propose(plannedStory([task('a'), task('b')], { decisions }), 1, task('a')), 2, task('a'), task('b'))
  test('is to be done where a later plan has it again; earlier versions took it for settled', () => {
    assert.deepEqual([takenUpAgain(5).state.tasks.get('b'), takenUpAgain(4).state.tasks.get('b')], ['waiting', 'dropped'])
    const story = takenUpAgain(5)
    assert.deepEqual([delegateNext(story).task, delegateNext(story).task], ['a', 'b'])
  })
  test('stays out where a person said so and the plan has had it all along', () => {
    const story = plannedStory([task('a'), task('b')], { decisions: 5 })
    story.tell({ type: 'task.dropped', data: { task: 'b', why: 'a person said to leave it out' } })
    assert.equal(propose(story, 1, task('a'), task('b'), task('c')).state.tasks.get('b'), 'dropped')
  })
})

describe('a goal that no check can show', () => {
  const unshown = (): Story => {
    const story = plannedStory([task('a')], { decisions: 5 })
    const a = delegateNext(story)
    comesBack(story, a)
    story.tell({ type: 'integration.finished', data: { task: 'a', child: a.child, token: a.lease.token, onto: commit('b'), theirs: commit('1'), verdict: 'merged', conflicts: [], reasons: [], result: { commit: commit('2'), tree: story.state.tree!, files: [], message: '' } } })
    assert.equal(story.next()?.do, 'prove')
    return story.tell(...refusalOf('no-evidence', ['nothing that failed before passes now']))
  }
  test('waits for a person when the planner says that nothing can', () => {
    const story = unshown()
    const says = story.next()
    assert.ok(says?.do === 'say')
    assert.match(says.text, /a person will judge/)
    story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: says.text } }, reply(1, call('f', 'finish', { summary: 'it is there' })), returned(1, 'f', 'finish'))
    const end = story.next()
    assert.ok(end?.do === 'end', end?.do)
    assert.equal(end.outcome, 'waiting')
  })
})
