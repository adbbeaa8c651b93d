import assert from 'node:assert/strict'
import { test } from 'node:test'
import { payloads, type EventType, type StoredEvent } from '../../protocol/events/event.ts'
import { findBlobRefs, findGitIds } from './references.ts'

const types = Object.keys(payloads) as EventType[]
const digest = 'a'.repeat(64)
const tree = 'b'.repeat(40)
const make = (type: EventType, data: unknown): StoredEvent => ({ type, data } as StoredEvent)

test('the schema of every event is one whose references can be read off', () => {
  for (const type of types) assert.deepEqual([findBlobRefs(make(type, {})), findGitIds(make(type, {}))], [[], []], type)
})

test('references are found where the schema has them, and nowhere in what a model wrote', () => {
  const ref = { digest, bytes: 3 }
  assert.deepEqual(findBlobRefs(make('tool.returned', { text: 'x', full: ref, detail: { full: ref } })), [ref])
  assert.deepEqual(findGitIds(make('tool.returned', { text: tree, after: tree })), [tree])
  assert.deepEqual(findBlobRefs(make('tool.called', { input: { full: ref } })), [])
  assert.deepEqual(findGitIds(make('snapshot.taken', { tree })), [tree])
})
