import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assign, byLength, inOrder, report } from '../src/scheduler.ts'

const jobs = () => [{ name: 'wash', minutes: 10 }, { name: 'cook', minutes: 40, after: ['wash'] }, { name: 'eat', minutes: 20, after: ['cook'] }]

test('longest first', () => assert.deepEqual(byLength(jobs()).map((job) => job.name), ['cook', 'eat', 'wash']))
test('spreads', () => assert.deepEqual(assign(jobs(), 2), [['cook'], ['eat', 'wash']]))
test('order', () => assert.deepEqual(inOrder(jobs().reverse()), ['wash', 'cook', 'eat']))
test('a report names jobs as they came', () => assert.equal(report(jobs()), 'wash, cook, eat (longest: cook)'))
