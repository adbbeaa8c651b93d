import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finish, order, overdue, progress } from '../src/tasks.ts'

const tasks = [
  { title: 'sweep', done: false },
  { title: 'pay', priority: 2, due: '2024-05-01', done: false },
  { title: 'call', priority: 0, due: '2024-04-01', done: false },
  { title: 'write', priority: 1, done: true },
]

test('order', () => assert.deepEqual(order(tasks).map((task) => task.title), ['pay', 'write', 'call', 'sweep']))
test('overdue', () => assert.deepEqual(overdue(tasks, '2024-04-15'), ['call']))
test('progress', () => assert.equal(progress(finish(tasks, 'pay')), '2/4 (50 %)'))
test('nothing', () => assert.equal(progress([]), '0/0 (0 %)'))
