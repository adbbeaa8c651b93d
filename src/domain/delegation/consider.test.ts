import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Payload } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { call, commit, digest, preparedStory, reply, returned, type Story } from '../../testing/story.ts'
import { toSampleRunId } from '../../testing/sample-run.ts'
import { toUnsureGate } from './unsure.ts'

const contract = { checks: [{ id: 'c1', command: 'npm test', origin: 'person' as const, timeoutMs: 1000 }], budget: { maxTurns: 200, maxIdleTurns: 30 } }
const task = (id: string, more: Partial<TaskFile> = {}): TaskFile => ({ id, subgoal: `what ${id} is for`, checks: ['c1'], scope: [`src/${id}/**`], ...more })
const begin = (planning: Partial<Planning>): Story => preparedStory({ contract, planning: { workers: 2, ...planning } })

let turn = 0
function propose(story: Story, ...tasks: readonly TaskFile[]): void {
  assert.equal(story.next()?.do, 'ask')
  turn += 1
  story.tell(reply(turn, call(`p${turn}`, 'propose_plan', { tasks: tasks as never })), returned(turn, `p${turn}`, 'propose_plan'))
}

/** Carries out what is next where that is about the plan, as the engine would without an experience. */
function carry(story: Story): string {
  const step = story.next()
  if (step?.do === 'consider') story.tell({ type: 'plan.considered', data: { number: step.number, plan: step.plan, why: step.why } })
  else if (step?.do === 'propose') story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why, from: 'model', ...(step.ranking ? { ranking: step.ranking } : {}) } })
  else if (step?.do === 'say') story.tell({ type: 'observation.made', data: { task: '', kind: 'plan', text: step.text } })
  else assert.fail(`nothing about the plan: ${step?.do}`)
  return step.do
}

describe('several plans to choose from', () => {
  test('each is asked for, then the best is taken, and what the others do not have is less sure', () => {
    const story = begin({ plans: 3 })
    propose(story, task('a', { estimate: { minutes: 60 }, confidence: 0.8 }))
    assert.deepEqual([carry(story), carry(story)], ['consider', 'say'])
    assert.match(JSON.stringify(story.state.messages.at(-1)), /plan 1 of 3.*different in kind/)
    propose(story, task('b', { estimate: { minutes: 6 }, confidence: 0.8 }), task('c', { estimate: { minutes: 6 }, confidence: 0.8 }))
    assert.deepEqual([carry(story), carry(story)], ['consider', 'say'])
    propose(story, task('z', { depends_on: ['q'] }))
    assert.equal(carry(story), 'say', 'a plan that cannot be carried out is none of the three')
    propose(story, task('b', { estimate: { minutes: 30 }, confidence: 0.8 }))
    assert.equal(carry(story), 'consider')
    const step = story.next()
    assert.ok(step?.do === 'propose' && step.ranking)
    assert.deepEqual(step.plan.tasks.map(({ id }) => id), ['b', 'c'])
    assert.equal(step.ranking[0]?.number, 2)
    assert.equal(step.ranking.length, 3)
    assert.match(step.why, /^chosen of 3 plans: plan 2 \(/)
    const [b, c] = step.plan.tasks
    assert.equal(b?.stated, 0.8)
    assert.ok((b?.confidence ?? 1) > (c?.confidence ?? 1) && (c?.confidence ?? 0) >= 0.48, 'one other plan has b, none has c')
    carry(story)
    assert.equal(story.next()?.do, 'delegate')
    assert.deepEqual(story.state.considered, [])
  })

  test('the same again, or finish, ends the asking', () => {
    const again = begin({ plans: 4 })
    propose(again, task('a'))
    assert.deepEqual([carry(again), carry(again)], ['consider', 'say'])
    propose(again, task('a', { title: 'Another name' }))
    const taken = again.next()
    assert.ok(taken?.do === 'propose' && taken.ranking === undefined)
    assert.match(taken.why, /plan 1 was proposed again/)
    const done = begin({ plans: 2 })
    propose(done, task('a'))
    assert.deepEqual([carry(done), carry(done)], ['consider', 'say'])
    turn += 1
    done.tell(reply(turn, call('f', 'finish', { summary: 'no other', confidence: 1, cannot: 'there is no other way' })), returned(turn, 'f', 'finish'))
    assert.equal(done.next()?.do, 'propose')
  })

  test('without the wish for several, the first plan is taken as ever', () => {
    const story = begin({})
    propose(story, task('a'))
    assert.equal(story.next()?.do, 'propose')
  })
})

describe('little confidence', () => {
  const unsure = (then: NonNullable<Planning['unsure']>['then'], confidence: number): Story => {
    const story = begin({ unsure: { below: 0.7, then } })
    propose(story, task('a', { confidence }))
    return story
  }

  test('brings another plan where the policy says so, and only there', () => {
    const story = unsure(['plans'], 0.4)
    assert.deepEqual([carry(story), carry(story)], ['consider', 'say'])
    assert.match(JSON.stringify(story.state.messages.at(-1)), /plan 1 of 2/)
    const sure = unsure(['plans'], 0.9)
    assert.deepEqual([carry(sure), carry(sure)], ['consider', 'propose'])
    assert.equal(unsure(['review'], 0.4).next()?.do, 'propose')
  })

  test('brings tests before the work', () => {
    const story = unsure(['tests'], 0.4)
    carry(story)
    const step = story.next()
    assert.ok(step?.do === 'delegate-stage' && step.stage === 'tests')
    const sure = unsure(['tests'], 0.9)
    carry(sure)
    assert.equal(sure.next()?.do, 'delegate')
  })

  test('brings a person, whose no leaves the task out', () => {
    for (const answer of ['approve', 'deny'] as const) {
      const story = unsure(['person'], 0.4)
      carry(story)
      assert.deepEqual(story.next(), { phase: 'reflect', do: 'ask-unsure', task: 'a' })
      const [a] = story.state.plan?.tasks ?? []
      assert.ok(a)
      const gate = toUnsureGate(story.state, a)
      story.tell({ type: 'approval.requested', data: { gate, question: 'begin?' } }, { type: 'approval.given', data: { gate, by: 'ada', answer } })
      assert.equal(story.next()?.do, answer === 'approve' ? 'delegate' : 'drop-task')
    }
  })

  test('brings a review of work that its maker, or its planner, is not sure of, by what the record makes of it', () => {
    const next = (planned: number, claimed: Partial<Payload<'task.returned'>>): string | undefined => {
      const story = unsure(['review'], planned)
      carry(story)
      const step = story.next()
      assert.ok(step?.do === 'delegate')
      const child = toSampleRunId(200)
      story.tell(
        { type: 'task.delegated', data: { task: 'a', attempt: 1, role: 'coder', budget: step.budget, lease: step.lease, brief: '', child, base: commit('b'), decision: { effect: 'allow', rules: [], policy: digest('e'), reason: '' } } },
        { type: 'task.returned', data: { task: 'a', child, outcome: 'proven', reason: '', commit: commit('1'), summary: '', spent: { turns: 3, inputTokens: 10, cachedTokens: 0, outputTokens: 5, usd: 0, unpriced: true, modelMs: 1 }, events: 9, head: digest('9'), questions: 0, ...claimed } },
      )
      return story.next()?.do
    }
    assert.equal(next(0.9, { confidence: 0.95 }), 'integrate')
    assert.equal(next(0.9, { confidence: 0.95, calibrated: 0.5 }), 'delegate-stage')
    assert.equal(next(0.5, { confidence: 0.95 }), 'delegate-stage')
  })
})
