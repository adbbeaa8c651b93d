import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Machine } from '../e2e/harness.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { withMachine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, twoTasks, type Asked } from './plan-bench.ts'

function workers({ role, goal, turn }: Asked): Reply {
  if (role === 'planner') return { calls: [{ name: 'propose_plan', input: twoTasks }] }
  if (turn > 0) return { calls: [finish('Mended')] }
  if (goal.startsWith('Everything')) return { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Both are mended.\n' } }] }
  return { calls: [goal.startsWith('The sum') ? mendSum : mendShout] }
}

function configure(machine: Machine, text: string): void {
  mkdirSync(join(machine.home, '.config/writ'), { recursive: true })
  writeFileSync(join(machine.home, '.config/writ/config.yaml'), text)
}

describe('what happens to paths that two tasks changed is configured', () => {
  test('a run has it on its record', () => withMachine(twoModules, async (machine) => {
    configure(machine, 'merge:\n  - { paths: [CHANGELOG.md], use: union }\n  - { paths: ["**/*.gen.ts"], use: regenerate, command: npm run gen }\n')
    const ended = await runPlanned(machine, workers, ['run', 'make all tests pass', '--workers', '2'])
    assert.equal(ended.code, 0, ended.stderr)
    const [run = ''] = readdirSync(join(machine.state, 'runs')).toSorted()
    const opened = JSON.parse(readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8').split('\n')[0] ?? '') as { data: { planning: { merge: unknown } } }
    assert.deepEqual(opened.data.planning.merge, [{ paths: ['CHANGELOG.md'], use: 'union' }, { paths: ['**/*.gen.ts'], use: 'regenerate', command: 'npm run gen' }])
    assert.equal(readdirSync(join(machine.state, 'runs', run)).includes('pool'), false, 'workspaces that were kept ready are gone with the run')
  }))

  test('a strategy that says too little is refused with what is missing', () => withMachine(twoModules, async (machine) => {
    configure(machine, 'merge:\n  - { paths: [a.lock], use: regenerate }\n')
    const ended = await machine.writ(['run', 'make all tests pass', '--workers', '2'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /merge.*'command' belongs to 'regenerate', and that needs one/s)
  }))
})
