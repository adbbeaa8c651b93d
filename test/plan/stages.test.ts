import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import type { Machine } from '../e2e/harness.ts'
import { withMachine } from '../e2e/harness.ts'
import { finish, mendSum, runPlanned, twoModules, type Asked } from './plan-bench.ts'

const plan = { tasks: [{ id: 'sum', subgoal: 'The sum of numbers begins at nothing, and of negative ones too.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], risk: 'high' }, { id: 'all', subgoal: 'Everything passes together.', scope: ['src/text/**'], checks: ['c1'], depends_on: ['sum'] }] }
const mendShout = { name: 'edit', input: { path: 'src/text/shout.js', edits: [{ find: 'toLowerCase', replace: 'toUpperCase' }] } }
const negative = { name: 'write', input: { path: 'test/negative.test.js', content: "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { sum } from '../src/sum/sum.js'\n\ntest('sums negative numbers', () => assert.equal(sum([-1, -2]), -3))\n" } }

function eventsOf(machine: Machine): readonly StoredEvent[] {
  const runs = join(machine.state, 'runs')
  return readFileSync(join(runs, readdirSync(runs).toSorted()[0] ?? '', 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
}

describe('what is done for a task beside the work', () => {
  test('tests are written first, seen to fail, and hold; a review sends the work back once', () => withMachine(twoModules, async (machine) => {
    let reviews = 0
    const ended = await runPlanned(machine, (asked: Asked): Reply => {
      const { role, goal, turn } = asked
      if (role === 'planner') {
        assert.match(asked.opening, /At most 2 tasks are worked on at the same time\. Before a coder begins, somebody writes tests/)
        assert.match(asked.opening, /^- c1, `npm test`: on the base/m)
        assert.doesNotMatch(asked.request.system ?? '', /You change files/)
        return { calls: [{ name: 'propose_plan', input: plan }] }
      }
      if (role === 'tester') {
        assert.match(asked.opening, goal.startsWith('The sum') ? /Once it is done, these pass.*\n- `node --test test\/sum\.test\.js`/ : /\n- `npm test`/)
        if (!goal.startsWith('The sum')) return { calls: [finish('Nothing to test here')] }
        if (turn === 0) return { calls: [negative] }
        return turn === 1 ? { calls: [{ name: 'report_tests', input: { command: 'node --test test/negative.test.js' } }] } : { calls: [finish('Negative numbers')] }
      }
      if (role === 'reviewer') {
        assert.equal(turn, 0, 'a review is over with its report')
        assert.match(asked.opening, /These passed with the change:\n- `node --test test\/sum\.test\.js`\n- `node --test test\/negative\.test\.js`/)
        assert.match(asked.opening, /\+ {2}let total = 0/)
        reviews += 1
        const findings = reviews === 1 ? [{ path: 'src/sum/sum.js', line: 2, severity: 'error', rule: 'no-reason', message: 'nothing says why' }] : []
        return { calls: [{ name: 'report_findings', input: { findings } }, finish('Reviewed')] }
      }
      if (!goal.startsWith('The sum')) return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
      if (turn > 0) return { calls: [finish('Begin the sum at 0')] }
      assert.match(asked.opening, /node --test test\/negative.test.js/)
      return { calls: [mendSum] }
    }, ['run', 'make all tests pass', '--workers', '2', '--write-tests', '--output-format', 'json'])
    assert.equal(ended.code, 0, ended.stderr)
    const events = eventsOf(machine)
    assert.ok(events.some((event) => event.type === 'tests.seen' && event.data.task === 'sum' && event.data.verdict === 'failing'))
    assert.ok(events.some((event) => event.type === 'tests.seen' && event.data.task === 'all' && event.data.verdict === 'unusable'))
    assert.equal(reviews, 2)
    assert.deepEqual(events.flatMap((event) => (event.type === 'stage.returned' ? [[event.data.task, event.data.stage, event.data.outcome]] : [])).toSorted(), [
      ['all', 'tests', 'not-achieved'], ['sum', 'review', 'reported'], ['sum', 'review', 'reported'], ['sum', 'tests', 'reported'],
    ])
    const attempts = events.flatMap((event) => (event.type === 'task.delegated' && event.data.task === 'sum' ? [event.data] : []))
    assert.deepEqual(attempts.map((each) => each.role), ['coder', 'coder'], 'who made it mends what a reviewer finds')
    assert.match(attempts[1]?.brief ?? '', /sent it back[^]*The review found: src\/sum\/sum.js:2 nothing says why/)
    assert.match(attempts[1]?.brief ?? '', /What that attempt changed\. None of it is there now.*\n```diff\n[^]*\+ {2}let total = 0/)
    assert.doesNotMatch(attempts[1]?.brief ?? '', /negative numbers/, 'tests that are there are no part of what was changed')
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.match(machine.git('show', `${branch}:test/negative.test.js`), /negative numbers/)
    const replayed = await machine.writ(['replay', readdirSync(join(machine.state, 'runs')).toSorted()[0] ?? ''])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
  }))

  test('tests that are the task’s own check are one check; a review without a report is asked for it once', () => withMachine({ ...twoModules, 'src/text/shout.js': 'export function shout(text) {\n  return text.toUpperCase()\n}\n' }, async (machine) => {
    const command = 'node --test test/negative.test.js'
    const ended = await runPlanned(machine, ({ role, opening, turn }): Reply => {
      if (role === 'planner') return { calls: [{ name: 'propose_plan', input: { tasks: [{ ...plan.tasks[0], checks: [{ command }], serves: ['c1'], scope: ['src/**'] }] } }] }
      if (role === 'tester') return turn === 0 ? { calls: [negative] } : { calls: [{ name: 'report_tests', input: { command } }, finish('Negative numbers')] }
      if (role === 'reviewer') {
        if (turn === 0) return { calls: [finish('Looked')] }
        return { calls: [{ name: 'report_findings', input: { findings: [] } }, finish('Nothing')] }
      }
      assert.equal(opening.split(`- \`${command}\`: on the base`).length, 2, opening)
      assert.match(opening, /Somebody wrote tests for it, which are there, fail now/)
      return turn === 0 ? { calls: [mendSum] } : { calls: [finish('Begin the sum at 0')] }
    }, ['run', 'make all tests pass', '--workers', '2', '--write-tests', '--output-format', 'json'])
    assert.equal(ended.code, 0, ended.stderr)
    const told = ended.asked.filter((each) => each.role === 'reviewer').map((each) => JSON.stringify(each.request.items.at(-1)))
    assert.equal(told.length, 2)
    assert.match(told[1] ?? '', /Nothing counts as reviewed before you have called report_findings/)
  }))
})
