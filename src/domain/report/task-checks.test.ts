import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commit, tree, type Story } from '../../testing/story.ts'
import { comesBack, delegateNext, plannedStory, sampleTask as task } from '../../testing/planned-story.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import { digestOf } from '../digest.ts'
import { buildReport } from './build-report.ts'
import { toMarkdown } from './to-markdown.ts'

const [ofA, ofB] = ['node --test test/a.test.js', 'node --test test/b.test.js']

function integrates(story: Story, { task: id, child, lease }: ReturnType<typeof delegateNext>, onto: string, to: string): void {
  story.tell({ type: 'integration.finished', data: { task: id, child, token: lease.token, onto: commit(onto), theirs: commit('1'), verdict: 'merged', conflicts: [], reasons: [], result: { commit: commit(to), tree: tree(to), files: [], message: `${id}\n` } } })
}

test('what tasks had to pass is told with the evidence, for what it is: of those that are part of the result, without the goal’s own', () => {
  const story = plannedStory([task('a', { checks: ['c1', { command: ofA }] }), task('b', { checks: [{ command: ofB }], serves: ['c1'] }), task('c', { checks: [{ command: 'node c.js' }], serves: ['c1'] })])
  const [a, b] = [delegateNext(story), delegateNext(story)]
  comesBack(story, a)
  integrates(story, a, 'b', '2')
  comesBack(story, b)
  const again: NewEvent = { type: 'check.finished', data: { purpose: 'merge', outcome: { checkId: 'x', command: ofA, status: 'passed', exitCode: 0, durationMs: 1, tree: tree('3'), output: { digest: digestOf(''), bytes: 0 }, tail: '', notes: [] } } }
  story.tell(again)
  integrates(story, b, '2', '3')
  comesBack(story, delegateNext(story))
  const events = [{ ...again, at: '2026-01-15T09:30:00.000Z' }] as unknown as Parameters<typeof buildReport>[1]
  const report = buildReport(story.state, events)
  assert.deepEqual(report.plan?.taskChecks, [{ task: 'a', command: ofA, run: a.child, onResult: true }, { task: 'b', command: ofB, run: b.child, onResult: false }])
  const told = toMarkdown(report)
  assert.match(told, /## Evidence[^#]*(###[^#]*)*### Checks of the plan’s own tasks\n2 checks passed in clean checkouts .* not that the goal is met\.\n- a: `node --test test\/a\.test\.js` \(run \w+; passed again on the result\)\n- b: `node --test test\/b\.test\.js` \(run \w+\)\n/)
  assert.doesNotMatch(told, /node c\.js` \(run/)
})
