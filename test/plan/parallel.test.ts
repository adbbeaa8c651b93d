import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { modelEnv, withMachine, type Machine } from '../e2e/harness.ts'
import type { RunRecord } from '../../src/protocol/attestation.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { finish, mendShout, mendSum, runPlanned, toAsked, twoModules, twoTasks, type Asked } from './plan-bench.ts'

function workers({ role, goal, turn }: Asked): Reply {
  if (role === 'planner') return { calls: [{ name: 'propose_plan', input: twoTasks }] }
  if (goal.startsWith('The sum')) return turn === 0 ? { calls: [mendSum] } : { calls: [finish('Begin the sum at 0')] }
  if (goal.startsWith('Shouting')) return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
  return turn === 0 ? { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Both are mended.\n' } }] } : { calls: [finish('Say so')] }
}

const toTest = (what: string): string => `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n${what}`
const priced = {
  'package.json': twoModules['package.json'] ?? '',
  'src/total.js': 'export function total(lines) {\n  return lines.length\n}\n',
  'test/total.test.js': toTest("import { total } from '../src/total.js'\n\ntest('a total needs a currency', () => assert.throws(() => total([])))\n"),
  'test/report.test.js': toTest("\ntest('a report has the total', async () => {\n  const { report } = await import('../src/report.js')\n  assert.equal(report([1, 2]), 'Total 2')\n})\n"),
}
const reportBesideTotal = {
  tasks: [
    { id: 'total', subgoal: 'A total needs a currency.', scope: ['src/total.js'], checks: [{ command: 'node --test test/total.test.js' }], serves: ['c1'] },
    { id: 'report', subgoal: 'A report with the total of its lines.', scope: ['src/report.js'], checks: [{ command: 'node --test test/report.test.js' }], serves: ['c1'] },
    { id: 'notes', subgoal: 'The notes say what a total needs.', scope: ['docs/**'], checks: [{ command: 'node --test test/total.test.js' }], serves: ['c1'], depends_on: ['total'] },
  ],
}

describe('a goal is divided and worked on side by side', () => {
  test('a planner divides it, children do the tasks, and the whole is proven', () => withMachine(twoModules, async (machine) => {
    const ended = await runPlanned(machine, workers, ['run', 'make all tests pass', '--workers', '2', '--output-format', 'json'], { WRIT_STRENGTH: '' })
    assert.equal(ended.code, 0, ended.stderr)
    const { strength } = JSON.parse(ended.stdout) as { strength?: { tried: number; noticed: number } }
    assert.ok(strength && strength.tried > 0 && strength.noticed > 0, ended.stdout)
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.deepEqual(machine.git('log', '--format=%s', `main..${branch}`).trim().split('\n').sort(), ['Begin the sum at 0', 'Say so', 'Shout in capitals'])
    assert.match(machine.git('log', '--format=%B', `main..${branch}`), /Writ-Task: sum\nWrit-Child: run_/)
    assert.match((await machine.writ(['show', 'latest'])).stdout, /### Checks of the plan’s own tasks\n2 checks passed in clean checkouts of what the tasks had made, before that was integrated\.\n- sum: `node --test test\/sum\.test\.js` \(run \w+.*\n- shout: /)
    const run = toRun(machine)
    const replayed = await machine.writ(['replay', run])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    const verified = await machine.writ(['verify', run])
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)
    assert.match(verified.stdout, /3 records of child runs are those that the results came from/)
    // What is signed names who did what.
    const bundle = JSON.parse(readFileSync(join(machine.state, 'runs', run, 'attestation.json'), 'utf8')) as { dsseEnvelope: { payload: string } }
    const { predicate } = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()) as { predicate: RunRecord }
    assert.deepEqual(predicate.children?.map(({ task, outcome }) => [task, outcome]).toSorted(), [['all', 'proven'], ['shout', 'proven'], ['sum', 'proven']])
    assert.deepEqual(predicate.children.map(({ integrated }) => integrated).toSorted(), predicate.commits.map(({ commit }) => commit).toSorted())
    for (const { run: child } of predicate.children) assert.match(machine.git('log', '--format=%B', branch), new RegExp(`Writ-Child: ${child}`))
    const child = join(machine.state, 'runs', readdirSync(join(machine.state, 'runs')).toSorted()[1] ?? '', 'rollout.jsonl')
    writeFileSync(child, readFileSync(child, 'utf8').trimEnd().split('\n').slice(0, -3).join('\n') + '\n')
    const cut = await machine.writ(['verify', run])
    assert.equal(cut.code, 1)
    assert.match(cut.stdout, /the record of run_\w+ \(\w+\) is not the one that its result came from/)
  }))

  test('a merge that loses what a task had made pass is a conflict, although its check had never passed before; it is tried again from there', () => withMachine(priced, async (machine) => {
    let isIntegrated: () => void = () => undefined
    const integrated = new Promise<void>((resolve) => { isIntegrated = resolve })
    let tries = 0
    const answer = async ({ role, goal, turn }: Asked): Promise<Reply> => {
      if (role === 'planner') return { calls: [{ name: 'propose_plan', input: reportBesideTotal }] }
      if (goal.startsWith('A total')) return turn === 0 ? { calls: [{ name: 'edit', input: { path: 'src/total.js', edits: [{ find: '(lines) {', replace: "(lines, currency) {\n  if (!currency) throw new Error('a total needs a currency')" }] } }] } : { calls: [finish('Ask for a currency')] }
      if (goal.startsWith('The notes')) {
        isIntegrated() // it comes after the total
        return turn === 0 ? { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Totals have a currency.\n' } }] } : { calls: [finish('Say so')] }
      }
      if (turn > 0) return { calls: [finish('Report the total')] }
      tries += 1
      if (tries === 1) await integrated
      return { calls: [{ name: 'write', input: { path: 'src/report.js', content: `import { total } from './total.js'\nexport const report = (lines) => \`Total \${total(lines${tries === 1 ? '' : ", 'EUR'"})}\`\n` } }] }
    }
    const server = await startModelServer({ lenient: true, script: (request) => answer(toAsked(request)) })
    try {
      const ended = await machine.writ(['run', 'make all tests pass', '--workers', '2'], { env: modelEnv(server) })
      assert.equal(ended.code, 0, ended.stderr)
      assert.match(ended.stderr, /report is not integrated \(semantic\): .*a report has the total passed in the task's own commit and does not pass on what it merges to/)
      assert.equal(tries, 2)
      const replayed = await machine.writ(['replay', toRun(machine)])
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    } finally {
      await server.close()
    }
  }))

  test('killed at any time it goes on: children are found again, nothing is done twice', () => withMachine(twoModules, async (machine) => {
    const server = await startModelServer({ lenient: true, script: (request) => workers(toAsked(request)) })
    try {
      const env = modelEnv(server)
      // As soon as its record says so, the process is gone; what it was about to do is not in the record.
      for (const [args, moment] of [[['run', 'make all tests pass', '--workers', '2'], '"task.delegated"'], [undefined, '"task.returned"'], [undefined, '"verdict":"merged"']] as const) {
        const started = machine.start(args ?? ['resume', toRun(machine)], { env })
        await untilRecorded(machine, moment)
        started.kill('SIGKILL')
        await started.ended
      }
      const last = await machine.writ(['resume', toRun(machine)], { env })
      assert.equal(last.code, 0, last.stderr)
      const branch = `writ/${toRun(machine).slice(4)}`
      assert.deepEqual(machine.git('log', '--format=%s', `main..${branch}`).trim().split('\n').sort(), ['Begin the sum at 0', 'Say so', 'Shout in capitals'])
      const replayed = await machine.writ(['replay', toRun(machine)])
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    } finally {
      await server.close()
    }
  }))

  test('a fault that stops a child is not its task’s failure: the same child goes on once its cause is mended', () => withMachine(twoModules, async (machine) => {
    let refused = true
    const server = await startModelServer({
      lenient: true,
      script: (request) => {
        const asked = toAsked(request)
        return refused && asked.role !== 'planner' && asked.turn === 1 && asked.goal.startsWith('The sum') ? { fault: { status: 401 } } : workers(asked)
      },
    })
    try {
      const env = modelEnv(server)
      const stopped = await machine.writ(['run', 'make all tests pass', '--workers', '1'], { env })
      assert.notEqual(stopped.code, 0)
      assert.match(stopped.stderr, /sum cannot be worked on: its child run run_\w+ was stopped 3 times by a fault that is not the task's/)
      refused = false
      const last = await machine.writ(['resume', toRun(machine)], { env })
      assert.equal(last.code, 0, last.stderr)
      const events = readFileSync(join(machine.state, 'runs', toRun(machine), 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
      assert.equal(events.filter((event) => event.type === 'task.delegated' && event.data.task === 'sum').length, 1)
      assert.deepEqual(events.flatMap((event) => (event.type === 'task.returned' && event.data.task === 'sum' ? [event.data.fault ?? event.data.outcome] : [])), [...Array.from({ length: 3 }, () => 'model-unauthorized'), 'proven'])
      assert.match((await machine.writ(['show', toRun(machine)])).stdout, /a fault stopped the child run of sum \(model-unauthorized\), which is not held against the task/)
      const replayed = await machine.writ(['replay', toRun(machine)])
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    } finally {
      await server.close()
    }
  }))
})

async function untilRecorded(machine: Machine, text: string): Promise<void> {
  for (;;) {
    const run = existsSync(join(machine.state, 'runs')) ? toRun(machine) : ''
    const path = join(machine.state, 'runs', run, 'rollout.jsonl')
    if (run !== '' && existsSync(path) && readFileSync(path, 'utf8').includes(text)) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The run that nobody delegated. */
function toRun(machine: Machine): string {
  const runs = join(machine.state, 'runs')
  return readdirSync(runs).toSorted()[0] ?? ''
}
