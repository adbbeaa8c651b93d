import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent, Payload } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { Task } from '../../protocol/plan.ts'
import { beginStory, commit, committed, digest, preparedStory, proofOf, reply, tree, workingStory, type Story } from '../../testing/story.ts'
import { openedEvent, toSampleRunId } from '../../testing/sample-run.ts'
import { addWork, noWork, toTaskFacts } from './work.ts'

const spent = { turns: 3, inputTokens: 1000, cachedTokens: 0, outputTokens: 50, usd: 0, unpriced: true, modelMs: 1 }
const planned: Task = {
  id: 'a', title: 'a', subgoal: 'what a is for', scope: [], checks: ['test'], tests: [], role: 'coder', dependsOn: [], risk: 'medium', reversible: true, rules: [],
  confidence: 0.7, stated: 0.9, size: { files: 2, kb: 4, depth: 1 }, estimate: { minutes: 8, spread: 4, memoryMb: 0, tokens: 5000, low: 3, high: 20, from: 'both', samples: 4, given: { minutes: 5, by: 'model' } },
}
const allow = { effect: 'allow' as const, rules: [], policy: digest('e'), reason: '' }
const finished = (confidence: number): NewEvent => ({ type: 'task.finished', data: { task: 't1', summary: 'did it', commit: commit('e'), confidence } })

function graph(...events: readonly NewEvent[]): Story {
  const planning: Planning = { workers: 2 }
  return preparedStory({ planning }).tell({ type: 'plan.proposed', data: { plan: { version: 1, revision: 0, tasks: [planned, { ...planned, id: 'b' }] }, why: '', from: 'model' } }, ...events)
}
const delegated = (child: number): NewEvent => ({ type: 'task.delegated', data: { task: 'a', attempt: 1, role: 'coder', budget: { maxTurns: 10, maxIdleTurns: 5 }, lease: { globs: [], token: child }, brief: '', child: toSampleRunId(child), base: commit('b'), decision: allow } })
const back = (child: number, more: Partial<Payload<'task.returned'>> = {}): NewEvent => ({ type: 'task.returned', data: { task: 'a', child: toSampleRunId(child), outcome: 'proven', reason: '', commit: commit('1'), summary: '', confidence: 0.8, spent, events: 1, head: digest('9'), questions: 0, ...more } })
const merged = (child: number, verdict: Payload<'integration.finished'>['verdict'] = 'merged'): NewEvent => ({
  type: 'integration.finished', data: {
    task: 'a', child: toSampleRunId(child), token: child, onto: commit('b'), theirs: commit('1'), verdict, conflicts: [], reasons: [],
    ...(verdict === 'merged' ? { result: { commit: commit('2'), tree: tree('2'), files: [{ path: 'x', kind: 'modified' as const, added: 7, removed: 2, binary: false }], message: '' } } : {}),
  },
})
const seconds = (n: number): number => n / 60

describe('what a run says of its tasks', () => {
  test('a task of a graph: from its first attempt to its integration, with all that its children spent', () => {
    const story = graph(delegated(10), back(10), merged(10, 'textual'), delegated(11), back(11), merged(11))
    const [fact, ...others] = toTaskFacts(story.events)
    assert.deepEqual(others, [], 'nobody began b')
    assert.deepEqual(fact, {
      task: 'a', role: 'coder', risk: 'medium', size: planned.size, checks: 1, done: true, seq: story.events.length - 1, at: Date.parse(story.events.at(-1)?.at ?? ''),
      // Each event comes a second after the one before.
      minutes: seconds(4), turns: 6, tokens: 2100, lines: 9, given: { minutes: 5, by: 'model' }, expected: { minutes: 8, low: 3, high: 20, tokens: 5000 },
      planned: { stated: 0.9, held: false }, claimed: { stated: 0.8, held: true },
    })
  })

  test('the memory of a task is the most that a check of any attempt was seen to need', () => {
    const [fact] = toTaskFacts(graph(delegated(10), back(10, { memoryMb: 300 }), merged(10, 'textual'), delegated(11), back(11, { memoryMb: 200 }), merged(11)).events)
    assert.equal(fact?.memoryMb, 300)
    const [unseen] = toTaskFacts(graph(delegated(10), back(10), merged(10)).events)
    assert.ok(unseen && !('memoryMb' in unseen))
  })

  test('a person\'s time does not count, and a child that went on says its whole sum again', () => {
    const resumed: NewEvent = { type: 'run.resumed', data: { by: 'ada', writ: '0', lastSeq: 1 } }
    const story = graph(delegated(10), back(10, { outcome: 'waiting' }), { type: 'fault.met', data: { code: 'x', message: '', during: '' } }, resumed, back(10), merged(10))
    const [fact] = toTaskFacts(story.events)
    assert.equal(fact?.minutes, seconds(3))
    assert.deepEqual([fact.turns, fact.tokens, fact.planned?.held], [3, 1050, true])
  })

  test('how sure the tokens of a child were is known of its claim; a fault that stopped it refutes nothing', () => {
    const story = graph(delegated(10), back(10, { outcome: 'fault', fault: 'model-timeout' }), back(10, { certainty: 0.7 }), merged(10))
    const [fact] = toTaskFacts(story.events)
    assert.deepEqual(fact?.claimed, { stated: 0.8, tokens: 0.7, held: true })
    assert.equal(fact.planned?.held, true)
  })

  test('work that a review or the checks of the whole sent back was claimed too early', () => {
    for (const events of [[back(10, { outcome: 'not-achieved' })], [back(10), merged(10, 'task')]]) {
      const [fact] = toTaskFacts(graph(delegated(10), ...events, delegated(11), back(11, { confidence: 0.3 }), merged(11)).events)
      assert.deepEqual(fact?.claimed, { stated: 0.8, held: false })
    }
  })

  test('a task that the run did itself: what the proof says of it is what its word was worth', () => {
    for (const [verdict, held, done] of [['proven', true, true], ['unproven', false, false], ['no-evidence', undefined, true]] as const) {
      const story = workingStory().tell(reply(1), reply(2), committed(), finished(0.9), proofOf(verdict))
      const [fact] = toTaskFacts(story.events)
      assert.deepEqual([fact?.role, fact?.turns, fact?.tokens, fact?.claimed?.held, fact?.done], ['coder', 2, 220, held, done])
      assert.equal(fact?.minutes, seconds(4))
    }
  })

  test('what a person rejects was not so; what is taken back is not there; what was not proven at the end was not done', () => {
    const story = workingStory().tell(reply(1), committed(), finished(0.9), proofOf('proven'))
    const before = toTaskFacts(story.events)
    story.tell({ type: 'run.rejected', data: { by: 'ada', reason: '' } })
    assert.equal(before[0]?.claimed?.held, true)
    assert.equal(toTaskFacts(story.events)[0]?.claimed?.held, false)
    story.tell({ type: 'run.rewound', data: { to: 8, tree: tree('a'), why: '', by: 'ada' } })
    assert.deepEqual(toTaskFacts(story.events), [])
    const [left] = toTaskFacts(workingStory().tell(reply(1), { type: 'run.ended', data: { outcome: 'limit', reason: '' } }).events)
    assert.deepEqual([left?.done, left?.claimed], [false, undefined])
  })

  test('a child says nothing, its parent does; and what is kept is bounded', () => {
    const opened = openedEvent()
    assert.ok(opened.type === 'run.opened')
    const child = beginStory().tell({ ...opened, data: { ...opened.data, parent: { run: toSampleRunId(3), task: 'a', token: 1, depth: 1 } } })
    assert.equal(child.events.reduce(addWork, noWork).isChild, true)
    const tasks = Array.from({ length: 1000 }, (_, n) => ({ ...planned, id: `t${n}` }))
    const work = preparedStory({ planning: { workers: 1 } }).tell({ type: 'plan.proposed', data: { plan: { version: 1, revision: 0, tasks }, why: '' } }).events.reduce(addWork, noWork)
    assert.ok(work.open.length <= 300)
  })
})
