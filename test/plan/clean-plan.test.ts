import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ageBlobs, clean, runsOf, used } from '../e2e/clean-bench.ts'
import { makeMachine, modelEnv, type Machine } from '../e2e/harness.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { finish, mendSum, runPlanned, toAsked, twoModules, twoTasks, type Asked } from './plan-bench.ts'

const sumBesideShout = { tasks: twoTasks.tasks.slice(0, 2).map((each) => ({ ...each, serves: ['c1'] })) }
const inVain = { name: 'edit', input: { path: 'src/text/shout.js', edits: [{ find: 'text.toLowerCase()', replace: 'text.trim()' }] } }
/** Output that is too long to be shown whole, so that it becomes a blob. */
const long = (from: number) => ({ name: 'shell', input: { command: `seq ${from} 60000` } })

/** One task is done; two attempts at the other commit what does not pass its check, and the planner gives up. */
function halfDone({ role, goal, turn }: Asked): Reply {
  if (role === 'planner') return { calls: [turn === 0 ? { name: 'propose_plan', input: sumBesideShout } : { name: 'finish', input: { summary: 'Only the sum', confidence: 0.5, cannot: 'nobody can shout' } }] }
  if (goal.startsWith('The sum')) return { calls: turn === 0 ? [long(1), mendSum] : [finish('Begin the sum at 0')] }
  return { calls: turn === 0 ? [long(2), inVain] : [finish('Shout without spaces')] }
}

async function withOwnMachine(use: (machine: Machine) => Promise<void>): Promise<void> {
  const machine = makeMachine(twoModules, { ownTemporary: true })
  try {
    await use(machine)
  } finally {
    machine.remove()
  }
}

describe('writ clean and the child runs of a plan', () => {
  test('they go with the run that was accepted, but not those whose work is in no result and no branch, until a person says no to them', () => withOwnMachine(async (machine) => {
    const ended = await runPlanned(machine, halfDone, ['run', 'make all tests pass', '--workers', '2'])
    assert.equal(ended.code, 1, ended.stderr)
    const directory = (run: string): string => join(machine.state, 'runs', run)
    const read = (run: string): readonly StoredEvent[] => readFileSync(join(directory(run), 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
    const [top = '', ...children] = runsOf(machine)
    const taskOf = new Map(read(top).flatMap((event) => (event.type === 'task.delegated' ? [[event.data.child as string, event.data.task] as const] : [])))
    const [done = '', ...others] = children.filter((run) => taskOf.get(run) === 'sum')
    const lost = children.filter((run) => taskOf.get(run) === 'shout')
    assert.deepEqual([children.length, others.length, lost.length], [3, 0, 2])
    const commits = new Map(lost.map((run) => [run, read(run).flatMap((event) => (event.type === 'commit.created' ? [event.data.commit] : []))[0] ?? '']))
    const hasCommit = (run: string): boolean => execFileSync('git', ['--git-dir', join(directory(run), 'git'), 'cat-file', '-t', commits.get(run) ?? ''], { encoding: 'utf8' }).trim() === 'commit'
    const say = async (...args: string[]): Promise<string> => (await machine.writ(['clean', '--dry-run', ...args])).stdout

    assert.deepEqual((await clean(machine, '--older-than', '0d', '--yes')).pruned, [], 'nobody has decided')
    assert.match(await say(), new RegExp(`1 run that ended and that you have neither accepted nor rejected \\(${top.slice(-6)}, with 3 child runs\\): writ accept or writ reject`))
    assert.equal((await machine.writ(['reject', done])).code, 2, 'a part is not decided about by itself')
    assert.equal((await machine.writ(['accept', top, '--unproven'])).code, 0)
    ageBlobs(machine)

    assert.match(await say('--older-than', '0d'), new RegExp(`${top.slice(-6)}  [^\\n]+  make all tests pass \\(with 1 child run\\)\\n[^]*2 child runs with work that is neither in the result that you accepted nor in a branch \\((${lost.map((run) => run.slice(-6)).toReversed().join(', ')})\\): look with writ show, let go with writ reject`))
    const taken = used(machine)
    const first = await clean(machine, '--older-than', '0d', '--yes')
    assert.deepEqual([first.pruned.map(({ run, children: its }) => [run, its]), first.problems], [[[top, [done]]], []])
    assert.deepEqual(first.held.toSorted((a, b) => (a.run < b.run ? -1 : 1)), lost.map((run) => ({ run, by: 'undelivered' })))
    assert.ok(first.freed > 20_000 && Math.abs(first.freed - first.expected) <= 8192, `${first.freed} of ${first.expected}`)
    assert.ok(Math.abs(taken - used(machine) - first.freed) < 131_072, `${taken - used(machine)} and ${first.freed}`)
    assert.deepEqual([top, done, ...lost].map((run) => existsSync(join(directory(run), 'git'))), [false, false, true, true])
    for (const run of lost) assert.ok(hasCommit(run))
    assert.match((await machine.writ(['show', done])).stdout, /workspace and blobs were removed by \S+ to save space/)
    for (const run of [top, done, ...lost.slice(1)]) {
      const verified = await machine.writ(['verify', run])
      assert.equal(verified.code, 0, verified.stdout + verified.stderr)
    }
    // What went is told of the child run that went, and the rest still travels.
    assert.match((await machine.writ(['verify', top])).stdout, /– children +\d+ of \d+ blobs of child runs were removed by retention/)
    const archive = join(machine.home, 'cleaned.tar.gz')
    const exported = await machine.writ(['export', top, '-o', archive])
    assert.equal(exported.code, 0, exported.stderr)
    await withOwnMachine(async (elsewhere) => {
      const taken = await elsewhere.writ(['import', archive])
      assert.equal(taken.code, 0, taken.stderr)
      assert.match(taken.stdout, /taken in, with 3 child runs/)
      assert.deepEqual(runsOf(elsewhere), runsOf(machine))
    })
    assert.deepEqual((await clean(machine, '--older-than', '0d', '--yes')).pruned, [], 'once is enough')

    // Where nobody can know what was decided, nothing is.
    const rollout = join(directory(top), 'rollout.jsonl')
    const record = readFileSync(rollout)
    appendFileSync(rollout, 'not a line of it\n')
    const damaged = await clean(machine, '--older-than', '0d', '--dry-run')
    assert.deepEqual([damaged.pruned, damaged.held.map(({ by }) => by)], [[], ['unreadable', 'unreadable', 'unreadable']])
    assert.match(await say(), /3 child runs whose record, or that of the parent run, cannot be read \(/)
    writeFileSync(rollout, record)
    renameSync(directory(top), join(machine.home, 'aside'))
    const alone = await clean(machine, '--older-than', '0d', '--dry-run')
    assert.deepEqual([alone.pruned, alone.held.map(({ by }) => by)], [[], ['no-parent', 'no-parent', 'no-parent']])
    assert.match(await say(), /3 child runs whose parent run is not here \(.*\): writ reject/)
    renameSync(join(machine.home, 'aside'), directory(top))

    assert.deepEqual((await clean(machine, '--older-than', '0d', '--records', '--yes')).records, [])
    assert.match(await say('--older-than', '0d', '--records'), new RegExp(`1 run that you accepted or rejected, whose record stays for child runs that stay \\(${top.slice(-6)}`))
    assert.match((await machine.writ(['reject', done])).stderr, /is a part of run_/, 'its work is in what was accepted')
    for (const run of lost) assert.match((await machine.writ(['reject', run])).stdout, /is rejected: writ clean may remove what it made/)
    const second = await clean(machine, '--older-than', '0d', '--yes')
    assert.deepEqual([second.pruned.map(({ run, children: its }) => [run, its.toSorted()]), second.held, second.problems], [[[top, lost]], [], []])
    assert.deepEqual(lost.map((run) => existsSync(join(directory(run), 'git'))), [false, false])
    const last = await clean(machine, '--older-than', '0d', '--records', '--yes')
    assert.deepEqual([last.records.map(({ run, children: its }) => [run, its.toSorted()]), last.problems, runsOf(machine)], [[[top, children]], [], []])
  }))

  test('while a process works on it nothing is touched; once it is rejected, unfinished children go with it', () => withOwnMachine(async (machine) => {
    const server = await startModelServer({
      lenient: true,
      script: (request) => {
        const asked = toAsked(request)
        return asked.goal.startsWith('The sum') && asked.turn === 1 ? { fault: 'hang' } : halfDone({ ...asked, turn: asked.role === 'planner' ? 0 : asked.turn })
      },
    })
    try {
      const started = machine.start(['run', 'make all tests pass', '--workers', '1'], { env: modelEnv(server) })
      await server.waitForRequests(3)
      const [top = '', child = ''] = runsOf(machine)
      assert.deepEqual((await clean(machine, '--older-than', '0d', '--yes')).pruned, [])
      assert.match((await machine.writ(['clean', '--dry-run'])).stdout, new RegExp(`1 run that a process works on \\(${top.slice(-6)}, with 1 child run\\)`))
      started.kill('SIGKILL')
      await started.ended
      assert.deepEqual((await clean(machine, '--older-than', '0d', '--yes')).pruned, [])
      assert.ok(existsSync(join(machine.state, 'runs', child, 'work')), 'unfinished work stays')
      assert.equal((await machine.writ(['reject', top])).code, 0)
      const cleaned = await clean(machine, '--older-than', '0d', '--yes')
      assert.deepEqual([cleaned.pruned.map(({ run, children }) => [run, children]), cleaned.problems], [[[top, [child]]], []])
      for (const run of [top, child]) for (const part of ['work', 'git']) assert.equal(existsSync(join(machine.state, 'runs', run, part)), false)
    } finally {
      await server.close()
    }
  }))
})
