import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import type { Machine } from '../e2e/harness.ts'
import { withMachine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, type Asked } from './plan-bench.ts'

const plan = {
  tasks: [
    { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], estimate: { minutes: 20, spread: 5, tokens: 30_000 }, unknowns: ['Is the sum of nothing 0?'] },
    { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: [{ command: 'node --test test/shout.test.js' }], estimate: { minutes: 10, tokens: 10_000 }, confidence: 0.8 },
    { id: 'all', subgoal: 'Everything passes together: look, and mend what is left.', scope: ['docs/**'], checks: ['c1'], depends_on: ['sum', 'shout'], milestone: true },
  ],
}

function workers({ role, goal, turn }: Asked): Reply {
  if (role === 'planner') return { calls: [{ name: 'propose_plan', input: plan }] }
  if (goal.startsWith('The sum')) return turn === 0 ? { calls: [mendSum] } : { calls: [finish('Begin the sum at 0')] }
  if (goal.startsWith('Shouting')) return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
  return turn === 0 ? { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Both are mended.\n' } }] } : { calls: [finish('Say so')] }
}

const runsOf = (machine: Machine): readonly string[] => readdirSync(join(machine.state, 'runs')).toSorted()

interface Json { readonly [key: string]: Json & (string | number | boolean | readonly Json[]) }
const json = (text: string): Json => JSON.parse(text) as Json

describe('writ plan', () => {
  test('stops once there is a plan, shows it, and its file, unedited, is carried out as the same plan', () => withMachine(twoModules, async (machine) => {
    const planned = await runPlanned(machine, workers, ['plan', 'make all tests pass', '--check', 'npm test', '-o', 'plan.yaml'])
    assert.equal(planned.code, 0, planned.stderr)
    assert.deepEqual(planned.asked.map(({ role }) => role).filter((role) => role !== '' && role !== 'planner'), [], 'nobody but the planner was asked')
    for (const expected of [/make all tests pass/, /sum {2}The sum of numbers begins at nothing\./, /after {4}sum, shout/, /Critical path\nsum → all \(30 min/, /140k ± \d+k tokens/, /- sum: Is the sum of nothing 0\?/, /██/, /Plan file: plan\.yaml/, /milestone/]) assert.match(planned.stdout, expected)
    assert.equal(machine.git('branch', '--list', 'writ/*').trim(), '')
    const written = readFileSync(join(machine.repo, 'plan.yaml'), 'utf8')
    assert.match(written, /^# yaml-language-server: \$schema=.*schemas\/plan\.schema\.json\n/)
    const [run = ''] = runsOf(machine)
    assert.match((await machine.writ(['list'])).stdout, /planned/)
    const same = await machine.writ(['plan', 'diff', run, 'plan.yaml', '--json'])
    assert.equal(json(same.stdout)['same'], true, same.stdout)
    const checked = await machine.writ(['plan', 'check', 'plan.yaml'])
    assert.match(checked.stdout, /plan\.yaml can be carried out: 3 tasks/)
    assert.deepEqual(runsOf(machine), [run], 'looking leaves nothing behind')
    assert.equal((await machine.writ(['replay', run])).code, 0)

    const carried = await runPlanned(machine, workers, ['run', '--plan', 'plan.yaml', '--output-format', 'json'])
    assert.equal(carried.code, 0, carried.stderr)
    assert.ok(carried.asked.every(({ role }) => role !== 'planner'), 'the plan is there already')
    const report = json(carried.stdout)
    assert.equal(report['asked']?.['goal'], 'make all tests pass')
    const second = runsOf(machine)[1] ?? ''
    assert.equal(json((await machine.writ(['plan', 'diff', run, second, '--json'])).stdout)['same'], true)
    const tasks = report['tasks'] as unknown as readonly { readonly id: string; readonly work: { readonly standing: string; readonly attempts: number; readonly children: readonly string[] }; readonly expected?: { readonly minutes: number }; readonly taken?: { readonly minutes: number } }[]
    assert.deepEqual(tasks.map(({ id, work, expected, taken }) => [id, work.standing, work.attempts, expected?.minutes, taken !== undefined]), [['sum', 'integrated', 1, 20, true], ['shout', 'integrated', 1, 10, true], ['all', 'integrated', 1, 10, true]])
    assert.deepEqual((report['plan'] as unknown as { readonly milestones: readonly { readonly task: string; readonly verdict: string }[] }).milestones.map(({ task, verdict }) => [task, verdict]), [['all', 'passed']])
    assert.equal((await machine.writ(['replay', second])).code, 0)

    const shown = await machine.writ(['show', second])
    for (const { work } of tasks) assert.match(shown.stdout, new RegExp(work.children[0]?.slice(-6) ?? 'none'))
    assert.match(shown.stdout, /## Tasks\n\| task/)
    assert.match(shown.stdout, /Volatility: 0 revisions of the plan/)
    assert.match((await machine.writ(['plan', 'show', second])).stdout, /How the tasks stand\n\| task/)
    const child = tasks[0]?.work.children[0] ?? ''
    assert.match((await machine.writ(['log', child])).stdout, new RegExp(`task sum of ${second}, as coder`))
    const listed = (await machine.writ(['list', '--json'])).stdout.trim().split('\n').map((line) => json(line))
    assert.deepEqual(listed.map((each) => [each['run'], each['tasks']]), [[second, { done: 3, total: 3 }], [run, { done: 0, total: 3 }]])
    assert.equal((await machine.writ(['list', '--all', '--json'])).stdout.trim().split('\n').length, 5)
    assert.equal(json((await machine.writ(['show', 'latest', '--json'])).stdout)['run'], second)
  }))

  test('what is wrong with a plan file is said line by line; too many workers are refused', () => withMachine(twoModules, async (machine) => {
    writeFileSync(join(machine.repo, 'bad.yaml'), "goal: make all tests pass\ntasks:\n  - { id: a, subgoal: change what lies elsewhere, scope: ['../x', '/etc/**'], checks: [{ command: 'true' }] }\n  - { id: b, subgoal: change what is here, scope: [src], checks: [nope] }\n")
    const ended = await machine.writ(['run', '--plan', 'bad.yaml', '--solver', 'repair'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /cannot be carried out:\n +- line 3: a wants to change \.\.\/x, \/etc\/\*\*, which is no path of the repository.*\n +- line 4: b names nope/)
    const many = await machine.writ(['run', 'a goal', '--workers', '500'])
    assert.equal(many.code, 2)
    assert.match(many.stderr, /at most 64/)
  }))

  test('what a person wrote is not written over', () => withMachine(twoModules, async (machine) => {
    writeFileSync(join(machine.repo, 'plan.yaml'), 'mine\n')
    const ended = await runPlanned(machine, workers, ['plan', 'make all tests pass', '-o', 'plan.yaml'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /plan\.yaml is there already: give -o another name, or --force/)
    assert.equal(readFileSync(join(machine.repo, 'plan.yaml'), 'utf8'), 'mine\n')
    assert.deepEqual(ended.asked, [])
  }))

  test('all faults of an edited plan are named at once, with their lines', () => withMachine(twoModules, async (machine) => {
    writeFileSync(join(machine.repo, 'bad.yaml'), ['goal: all is well', 'checks: [npm test]', 'tasks:', '  - id: a', '    subgoal: what a is for', '    checks: []', '    depends_on: [b]', '  - id: a', '    subgoal: what else a is for', '    checks: [c9, c1]', ''].join('\n'))
    const run = await machine.writ(['run', '--plan', 'bad.yaml', '--solver', 'repair'])
    assert.equal(run.code, 2)
    for (const expected of [/line 8: two tasks are called a/, /a depends on b, which is not in the plan/, /a has no check/, /line 10: a names c9/]) assert.match(run.stderr, expected)
    writeFileSync(join(machine.repo, 'worse.yaml'), ['goal: all is well', 'tasks:', '  - id: A', '    subgaol: what a is for', '    risk: none', '  - id: b', '    checks: [{ comand: npm test }]', ''].join('\n'))
    const checked = await machine.writ(['plan', 'check', 'worse.yaml'])
    assert.equal(checked.code, 2)
    for (const expected of [/line 3: tasks\.0\.id: an id is lower case/, /line 4: tasks\.0: there is no field subgaol; subgoal is meant, perhaps/, /line 5: tasks\.0\.risk/, /line 7: .*comand/]) assert.match(checked.stderr, expected)
    const told = await machine.writ(['plan', 'check', 'worse.yaml', '--json'])
    assert.equal(told.code, 2)
    assert.equal(json(told.stdout)['ok'], false)
    writeFileSync(join(machine.repo, 'broken.yaml'), 'goal: "open\ntasks: [\n')
    assert.match((await machine.writ(['plan', 'check', 'broken.yaml'])).stderr, /not valid YAML:(\n {2}-)? line \d/)
  }))

  test('plan check tells which rules the tasks will meet, what the file only says, and what cannot be kept', () => withMachine(twoModules, async (machine) => {
    writeFileSync(join(machine.repo, 'plan.yaml'), ['goal: all is well', 'checks: [npm test]', 'tasks:',
      '  - { id: a, subgoal: what a is for, scope: [src/**], checks: [c1], estimate: { minutes: 100 }, rules: [made-up] }',
      '  - { id: b, subgoal: what b is for, scope: [package.json], depends_on: [a], checks: [c1], estimate: { minutes: 50 }, deadline: 120, release: 30 }', ''].join('\n'))
    writeFileSync(join(machine.repo, 'soon.yaml'), 'goal: all is well\nchecks: [npm test]\ndeadline: 20m\n')
    const notes = async (...more: string[]): Promise<readonly string[]> => (json((await machine.writ(['plan', 'check', 'plan.yaml', '--json', ...more])).stdout)['notes'] as unknown as readonly string[])
    const told = (await notes()).join('\n')
    assert.match(told, /b will meet the policy's checkpoint-dependencies/)
    assert.match(told, /the file says that a will meet made-up, and by the policy here it does not/)
    assert.match(told, /by the estimates b ends 150 min from the beginning, 30 min after its deadline/)
    assert.doesNotMatch(told, /a will meet the policy's|deadline of the run/)
    assert.match((await notes('--contract', 'soon.yaml')).join('\n'), /b is released 30 min from the beginning, after the deadline of the run: it never begins/)
  }))

  test('plan check tells of a task that must pass a check of the goal before others that are a part of it', () => withMachine(twoModules, async (machine) => {
    const lines = (waits: string): string => ['goal: all is well', 'checks: [npm test]', 'tasks:',
      '  - { id: a, subgoal: what a is for, scope: [src/sum.js], checks: [{ command: node --test test/sum.test.js }], serves: [c1] }',
      '  - { id: b, subgoal: what b is for, scope: [src/shout.js], checks: [{ command: node --test test/shout.test.js }], serves: [c1] }',
      `  - { id: whole, subgoal: what comes of both, scope: [src/**], depends_on: [${waits}], checks: [c1] }`, ''].join('\n')
    const notes = async (waits: string): Promise<string> => {
      writeFileSync(join(machine.repo, 'plan.yaml'), lines(waits))
      return (await machine.writ(['plan', 'check', 'plan.yaml'])).stdout
    }
    assert.match(await notes('a'), /whole must pass the goal's check c1 and does not wait for b, which is a part of it: let it depend on it/)
    assert.match(await notes(''), /does not wait for a, b, which are parts of it: let it depend on them/)
    assert.doesNotMatch(await notes('a, b'), /does not wait/)
  }))

  test('without a model the plan comes from the failing checks, a task for each file of tests, and is carried out', () => withMachine(twoModules, async (machine) => {
    const ended = await machine.writ(['plan', 'make all tests pass', '--check', 'npm test', '--json', '-o', 'plan.yaml'])
    assert.equal(ended.code, 0, ended.stderr)
    const { plan: file } = json(ended.stdout) as unknown as { readonly plan: { readonly tasks: readonly { readonly depends_on: readonly string[]; readonly serves: readonly string[]; readonly checks: readonly { readonly command: string }[] }[] } }
    assert.deepEqual(file.tasks.map(({ depends_on, serves, checks }) => [depends_on, serves, checks[0]?.command]).toSorted(), [[[], ['c1'], 'node --test test/shout.test.js'], [[], ['c1'], 'node --test test/sum.test.js']])
    const carried = await machine.writ(['run', '--plan', 'plan.yaml', '--solver', 'repair', '--output-format', 'json'])
    assert.equal(carried.code, 0, carried.stdout + carried.stderr)
    assert.equal(json((await machine.writ(['plan', 'diff', runsOf(machine)[0] ?? '', 'latest', '--json'])).stdout)['same'], true)
  }))
})
