import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brokenLibrary, finish, mend, modelEnv, withMachine, type Ended, type Machine } from '../e2e/harness.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { toAsked } from './plan-bench.ts'

interface BatchReport {
  readonly goals: readonly { readonly id: string; readonly outcome: string; readonly run?: string; readonly reason: string; readonly turns: number }[]
  readonly proven: number
  readonly total: number
  readonly turns: number
}

async function withModel(use: (writ: (...args: string[]) => Promise<Ended>, machine: Machine, asked: string[]) => Promise<void>): Promise<void> {
  await withMachine(brokenLibrary, async (machine) => {
    const asked: string[] = []
    const server = await startModelServer({
      lenient: true,
      script: (request) => {
        const { goal, turn } = toAsked(request)
        asked.push(goal)
        if (goal.startsWith('never')) return { calls: [{ name: 'finish', input: { summary: 'no', confidence: 0.1, cannot: 'it is not to be' } }] }
        const declare = { name: 'edit', input: { path: 'package.json', edits: [{ find: '"type": "module",', replace: '"type": "module",\n  "dependencies": { "left-pad": "1.3.0" },' }] } }
        if (goal.startsWith('declare') && turn === 0) return { calls: [mend, declare] }
        return turn === 0 ? { calls: [mend] } : { calls: [finish()] }
      },
    })
    try {
      await use((...args) => machine.writ(args, { env: modelEnv(server) }), machine, asked)
    } finally {
      await server.close()
    }
  })
}

function secondRepository(machine: Machine): string {
  const other = join(machine.home, 'other')
  mkdirSync(other)
  execFileSync('cp', ['-r', `${machine.repo}/.`, other])
  return other
}

async function recorded(machine: Machine): Promise<string> {
  const runs = join(machine.state, 'runs')
  return existsSync(runs) ? (await Promise.all(readdirSync(runs).map((run) => readFile(join(runs, run, 'rollout.jsonl'), 'utf8').catch(() => '')))).join('') : ''
}

describe('writ batch', () => {
  test('goals in several repositories end in one report; the exit code is the worst', () => withModel(async (writ, machine) => {
    secondRepository(machine)
    writeFileSync(join(machine.home, 'goals.yaml'), 'parallel: 2\nbudget: { max_turns: 60 }\ngoals:\n  - goal: make the tests pass\n    repo: project\n  - id: other\n    goal: make the tests pass there\n    repo: other\n  - id: lost\n    goal: never mind\n    repo: project\n')
    const ended = await writ('batch', join(machine.home, 'goals.yaml'), '--json')
    assert.equal(ended.code, 1, ended.stderr)
    const report = JSON.parse(ended.stdout) as BatchReport
    assert.deepEqual(report.goals.map((each) => [each.id, each.outcome]), [['g1', 'proven'], ['other', 'proven'], ['lost', 'not-achieved']])
    assert.match(report.goals[2]?.reason ?? '', /it is not to be/)
    assert.equal(report.proven, 2)
    // What has ended is not done again.
    const again = JSON.parse((await writ('batch', join(machine.home, 'goals.yaml'), '--json', '--continue')).stdout) as BatchReport
    assert.deepEqual(again.goals.map((each) => each.run), report.goals.map((each) => each.run))
  }))

  test('of few turns the first goals have one each; what is given back reaches those that wait; the rest is not begun, and said to be', () => withModel(async (writ, machine) => {
    writeFileSync(join(machine.home, 'goals.jsonl'), '{"goal": "nobody can", "repo": "nowhere"}\n\n{"goal": "make the tests pass", "repo": "project"}\n{"id": "waits", "goal": "make the tests pass again", "repo": "project"}\nnever mind\n')
    const ended = await writ('batch', join(machine.home, 'goals.jsonl'), '--json', '--max-turns', '2', '--parallel', '3')
    assert.equal(ended.code, 2, ended.stderr)
    const report = JSON.parse(ended.stdout) as BatchReport
    const [first, second, ...others] = report.goals
    assert.deepEqual([first, second].map((each) => [each?.id, each?.outcome, each?.turns]), [['g1', 'request-wrong', 0], ['g2', 'proven', 1]], ended.stderr)
    // Which of the two that wait has what the first gives back depends on whether the second is at work in its repository still.
    const [got, none] = others.toSorted((a, b) => b.turns - a.turns)
    assert.deepEqual([got?.turns, none?.turns, none?.outcome], [1, 0, 'not-started'], ended.stderr)
    assert.match(none?.reason ?? '', /nothing of the batch’s budget/)
  }))

  test('Ctrl-C stops each run once, in order; what was spent before counts when it goes on', () => withMachine(brokenLibrary, async (machine) => {
    const file = join(machine.home, 'goals.yaml')
    writeFileSync(file, 'parallel: 1\nbudget: { max_turns: 9 }\ngoals:\n  - goal: make the tests pass\n    repo: project\n  - goal: never mind\n    repo: project\n')
    let isStuck = true
    const server = await startModelServer({ lenient: true, script: (request) => (toAsked(request).turn === 0 ? { calls: [mend] } : { calls: [finish()], ...(isStuck ? { fault: 'hang' as const } : {}) }) })
    const batch = async (...more: string[]): Promise<BatchReport['goals']> => (JSON.parse((await machine.writ(['batch', file, '--json', '--continue', ...more], { env: modelEnv(server) })).stdout) as BatchReport).goals
    try {
      const started = machine.start(['batch', file, '--json'], { env: modelEnv(server), ownGroup: true })
      while (!(await recorded(machine)).includes('"turn":2')) await new Promise((resolve) => setTimeout(resolve, 50))
      // As a terminal does it: everything in its process group is told.
      process.kill(-started.pid, 'SIGINT')
      const stopped = await started.ended
      assert.equal(stopped.code, 130, stopped.stderr)
      const { goals: [first, second], total } = JSON.parse(stopped.stdout) as BatchReport
      assert.deepEqual([first?.outcome, first?.turns], ['interrupted', 1])
      assert.deepEqual([total, second?.outcome, second?.reason], [2, 'not-started', 'stopped before its turn'])
      assert.match(first?.reason ?? '', /^interrupted; go on with: writ resume run_/)
      isStuck = false
      const [spent] = await batch('--max-turns', '1')
      assert.deepEqual([spent?.outcome, spent?.run, spent?.turns], ['not-started', first?.run, 1])
      const [ended, later] = await batch()
      assert.deepEqual([ended?.outcome, ended?.run, ended?.turns], ['proven', first?.run, 2])
      assert.equal(later?.outcome, 'proven')
    } finally {
      await server.close()
    }
  }))

  test('a goal that waits for a person says what for', () => withModel(async (writ, machine) => {
    writeFileSync(join(machine.home, 'goals.yaml'), 'goals:\n  - goal: declare what it needs, and make the tests pass\n    repo: project\n    checks: [npm test]\n')
    const ended = await writ('batch', join(machine.home, 'goals.yaml'), '--json')
    assert.equal(ended.code, 3, ended.stderr)
    assert.match((JSON.parse(ended.stdout) as BatchReport).goals[0]?.reason ?? '', /^waiting for a person: ap_\w+ \S/)
  }))

  test('what keeps a goal from being begun keeps none of the others, and is in the report', () => withModel(async (_writ, machine) => {
    writeFileSync(join(machine.home, 'goals.jsonl'), 'make the tests pass\n42\n')
    const ended = await machine.writ(['batch', join(machine.home, 'goals.jsonl'), '--json', '--parallel', '1'], { env: { TMPDIR: join(machine.home, 'goals.jsonl') } })
    assert.equal(ended.code, 5, ended.stderr)
    const { goals } = JSON.parse(ended.stdout) as BatchReport
    assert.deepEqual(goals.map((each) => [each.outcome, /ENOTDIR/.test(each.reason)]), [['fault', true], ['fault', true]], ended.stdout)
  }))

  test('a file that does not fit is named with the place', () => withModel(async (writ, machine, asked) => {
    const cases: [string, string, RegExp][] = [
      ['a.yaml', 'goals: []\n', /does not fit its format, schemas\/batch\.schema\.json: line 1: goals: it is empty/],
      ['b.yaml', 'goals:\n  - goal: x\n    repos: y\nparalel: 3\nbudget: {max_usd: lots}\n', /\n {2}- line 3: goals\.0: there is no field repos; repo is meant, perhaps\n {2}- line 4: there is no field paralel; parallel is meant, perhaps\n {2}- line 5: budget\.max_usd: it is text, and has to be a number\n/],
      ['c.yaml', 'goals: [\n', /not valid YAML/],
      ['d.jsonl', '{"goal": "x"}\n{"goal": \n{"gaol": "x"}\n', /line 2 is not JSON[^]*line 3: [^\n]*there is no field gaol; goal is meant, perhaps/],
      ['e.jsonl', '{"id": "a", "goal": "x"}\n{"id": "a", "goal": "y"}\n', /two goals are called a/],
      ['f.jsonl', '\n', /has no goal/],
    ]
    for (const [name, text, expected] of cases) {
      writeFileSync(join(machine.home, name), text)
      const ended = await writ('batch', join(machine.home, name))
      assert.equal(ended.code, 2, ended.stderr)
      assert.match(ended.stderr, expected)
    }
    assert.equal((await writ('batch', join(machine.home, 'nowhere.yaml'))).code, 2)
    assert.deepEqual(asked, [])
  }))
})
