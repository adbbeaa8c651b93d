import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, twoTasks, withMachine, type Asked } from './plan-bench.ts'

function workers({ role, goal, turn }: Asked): Reply {
  if (role === 'planner') return { calls: [{ name: 'propose_plan', input: twoTasks }] }
  if (goal.startsWith('The sum')) return turn === 0 ? { calls: [mendSum] } : { calls: [finish('Begin the sum at 0')] }
  if (goal.startsWith('Shouting')) return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
  return turn === 0 ? { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Both are mended.\n' } }] } : { calls: [finish('Say so')] }
}

describe('a goal is divided and worked on side by side', () => {
  test('a planner divides it, children do the tasks, and the whole is proven', () => withMachine(twoModules, async (machine) => {
    const ended = await runPlanned(machine, workers, ['run', 'make all tests pass', '--workers', '2', '--output-format', 'json'])
    assert.equal(ended.code, 0, ended.stderr)
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.deepEqual(machine.git('log', '--format=%s', `main..${branch}`).trim().split('\n').sort(), ['Begin the sum at 0', 'Say so', 'Shout in capitals'])
    assert.match(machine.git('log', '--format=%B', `main..${branch}`), /Writ-Task: sum\nWrit-Child: run_/)
    const replayed = await machine.writ(['replay', 'latest'])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    const verified = await machine.writ(['verify', 'latest'])
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  }))
})
