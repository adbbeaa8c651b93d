import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewEvent } from '../../protocol/events/event.ts'
import { commit, committed, tree, workingStory } from '../../testing/story.ts'
import { addFact, noFacts } from './run-index.ts'

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
