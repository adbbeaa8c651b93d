import assert from 'node:assert/strict'
import { test } from 'node:test'
import { order } from '../src/tasks.ts'

test('zero is no priority', () => {
  const names = order([{ title: 'a', done: false }, { title: 'b', priority: 0, due: '2024-01-01', done: false }, { title: 'c', priority: -1, due: '2020-01-01', done: false }, { title: 'd', priority: 1, done: false }, { title: 'e', due: '2023-01-01', done: false }]).map((task) => task.title)
  assert.deepEqual(names, ['d', 'e', 'b', 'a', 'c'])
})
