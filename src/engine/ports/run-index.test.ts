import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewEvent } from '../../protocol/events/event.ts'
import { RunId } from '../../protocol/ids.ts'
import { commit, committed, digest, tree, workingStory } from '../../testing/story.ts'
import { addFact, countTasks, noFacts, sumSpent } from './run-index.ts'

test('what the index says of a run follows when its result, or the run itself, is taken back', () => {
  const ended: NewEvent = { type: 'run.ended', data: { outcome: 'proven', reason: 'it is', result: { commit: commit('e'), branch: 'writ/x' } } }
  const accepted: NewEvent = { type: 'run.accepted', data: { by: 'ada', strategy: 'merge', onto: 'main', before: commit('b'), after: commit('e'), undo: '' } }
  const story = workingStory().tell(committed(), ended, accepted)
  const facts = () => story.events.reduce(addFact, noFacts)
  assert.deepEqual([facts().accepted, facts().outcome, facts().commit], ['accepted', 'proven', commit('e')])
  story.tell({ type: 'run.undone', data: { by: 'ada', how: 'ref', onto: 'main', before: commit('e'), after: commit('b') } })
  assert.deepEqual([facts().accepted, facts().outcome], [undefined, 'proven'])
  story.tell({ type: 'run.rewound', data: { to: 5, tree: tree('a'), why: '', by: 'ada' } })
  assert.deepEqual([facts().outcome, facts().endedAt, facts().commit, facts().branch], [undefined, undefined, undefined, undefined])
  assert.equal(facts().events, story.events.length)
})

test('what its children spent is counted once, however often one came back', () => {
  const returned = (child: string, turns: number, usd: number): NewEvent => ({
    type: 'task.returned',
    data: { task: 'sum', child: RunId.parse(`run_${child.repeat(16)}`), outcome: 'waiting', reason: '', summary: '', spent: { turns, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd, unpriced: false, modelMs: 0 }, events: 1, head: digest('a'), questions: 0 },
  })
  const story = workingStory()
  const own = sumSpent(story.events.reduce(addFact, noFacts))
  story.tell(returned('a', 3, 0.5), returned('b', 2, 0.25), returned('a', 5, 0.75))
  assert.deepEqual(sumSpent(story.events.reduce(addFact, noFacts)), { turns: own.turns + 7, costUsd: own.costUsd + 1 })
})

test('tasks that a rollback took out of the result are not done, and are again where it is taken forward', () => {
  const at = (...back: [seq: number, to: number][]) => countTasks({ tasks: { planned: ['a', 'b'], done: [{ task: 'a', seq: 10 }, { task: 'b', seq: 20 }], back: back.map(([seq, to]) => ({ seq, to })) } })?.done
  assert.deepEqual([at(), at([30, 15]), at([30, 5]), at([30, 5], [40, 25]), at([30, 15], [40, 35])], [2, 1, 0, 2, 1])
})
