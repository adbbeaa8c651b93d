import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Report } from '../../src/protocol/report.ts'
import { withMachine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, twoTasks } from './plan-bench.ts'

const mean = { name: 'write', input: { path: 'src/sum/mean.js', content: 'export function mean(numbers) {\n  let total = 0\n  for (const number of numbers) total += number\n  return numbers.length === 0 ? 0 : total / numbers.length\n}\n' } }

test('an edit that no test runs is told as drift, with the task that made it', () => withMachine(twoModules, async (machine) => {
  const ended = await runPlanned(machine, ({ role, goal, turn }) => {
    if (role === 'planner') return { calls: [{ name: 'propose_plan', input: twoTasks }] }
    if (goal.startsWith('The sum')) return turn === 0 ? { calls: [mendSum, mean] } : { calls: [finish('Begin the sum at 0, and add the mean')] }
    if (goal.startsWith('Shouting')) return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
    return turn === 0 ? { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Both are mended.\n' } }] } : { calls: [finish('Say so')] }
  }, ['run', 'make all tests pass', '--workers', '2', '--check', 'npm test', '--output-format', 'json'], { WRIT_STRENGTH: '' })
  assert.equal(ended.code, 0, ended.stderr)
  const report = Report.parse(JSON.parse(ended.stdout))
  assert.deepEqual(report.plan?.drift.map(({ rule, task, path }) => [rule, task, path]), [['edit-for-nothing', 'sum', 'src/sum/mean.js']], JSON.stringify(report.strength))
  const told = /sum changed src\/sum\/mean\.js, and no test that proved the goal runs what was changed there/
  for (const words of [['show', 'latest'], ['plan', 'show', 'latest']]) assert.match((await machine.writ(words)).stdout.replaceAll(/\s+/g, ' '), told)
  const replayed = await machine.writ(['replay', 'latest'])
  assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
}))
