import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readRepairTasks } from '../../src/cli/repair-bench/repair-task.ts'
import { findFlaws } from './check-tasks.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const folder = fileURLToPath(new URL('tasks', import.meta.url))
const hasPython = spawnSync('python3', ['-c', 'import unittest'], { stdio: 'ignore' }).status === 0

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'bench', 'repair', ...args], { maxBuffer: 10_000_000 }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
  })
}

/** A few quick ones; the whole folder is for `writ bench repair` and `check-tasks.ts`. */
describe('writ bench repair', () => {
  it('mends a task in a run of its own and has the hidden tests judge', async () => {
    const { code, stdout, stderr } = await bench(folder, '--only', '19-inventory', '--seconds', '120', '--json')
    assert.equal(code, 0, stderr)
    const [attempt, rates] = stdout.trim().split('\n').map((line) => JSON.parse(line))
    assert.equal(attempt.task, '19-inventory')
    assert.equal(attempt.plausible, true, `${attempt.reason} ${attempt.text}`)
    assert.equal(attempt.correct, true, attempt.diff)
    assert.ok(attempt.candidates > 0 && attempt.rank > 0 && attempt.confidence > 0)
    assert.match(attempt.diff, /\+.*\?\? 5/)
    assert.deepEqual(rates.rates[0], { group: 'all', tasks: 1, plausible: 1, correct: 1 })
  })
  it('says what is wrong with the request', async () => {
    const none = await bench(folder, '--only', 'no such task', '--set', 'held')
    assert.equal(none.code, 2)
    assert.match(none.stderr, /none of the \d+ tasks in .* is in the set held and named like, or of the kind, ‘no such task’/)
    const gone = await bench('/nowhere/at/all')
    assert.equal(gone.code, 2)
    assert.match(gone.stderr, /the folder \/nowhere\/at\/all cannot be read/)
  })
})

describe('the tasks', () => {
  it('are many, of both languages, and a third is held', () => {
    const tasks = readRepairTasks(folder)
    assert.ok(tasks.length >= 60)
    const share = (fits: (task: (typeof tasks)[number]) => boolean): number => tasks.filter(fits).length / tasks.length
    assert.ok(Math.abs(share((task) => task.set === 'held') - 1 / 3) < 0.05)
    assert.ok(Math.abs(share((task) => task.language === 'python') - 1 / 2) < 0.05)
    for (const task of tasks) assert.ok(task.fixed.size > 0, task.name)
  })
  for (const name of ['08-bank-account', '19-inventory', '43-bowling']) {
    it(`are what they say: ${name}`, { skip: !hasPython && 'there is no python3' }, () => {
      const task = readRepairTasks(folder).find((one) => one.name === name)
      assert.deepEqual(task && findFlaws(task), [])
    })
  }
})
