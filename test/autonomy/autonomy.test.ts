import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'

interface Row { readonly area: string; readonly kind: string; readonly action: string; readonly level: number; readonly wins: number; readonly failures: number; readonly why: string; readonly next: string }

/** `area kind action` → level, as a person sees it. */
async function levels(machine: Machine, ...args: string[]): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await machine.writ(['autonomy', '--json', ...args])
  assert.equal(code, 0, stderr)
  return Object.fromEntries(stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row).map((row) => [`${row.area} ${row.kind} ${row.action}`, row.level]))
}

/** The first event of the newest run. */
function readOpened(machine: Machine): { readonly autonomy?: readonly Row[] } {
  const newest = readdirSync(join(machine.state, 'runs')).filter((name) => name.startsWith('run_')).sort().at(-1) ?? ''
  const [first = ''] = readFileSync(join(machine.state, 'runs', newest, 'rollout.jsonl'), 'utf8').split('\n')
  return (JSON.parse(first) as { data: { autonomy?: readonly Row[] } }).data
}

const goal = ['make the failing tests pass', '--check', 'npm test']
const work = [{ calls: [mend] }, { calls: [finish()] }]

test('autonomy is earned by proven and accepted runs, told to the next run, and gone when a result is undone', async () => {
  const machine = makeMachine(brokenLibrary)
  try {
    const none = await machine.writ(['autonomy'])
    assert.deepEqual([none.code, none.stdout], [0, ''])
    assert.match(none.stderr, /^Nothing is known of .*project yet: everything begins at level 1, asks often\./)
    // Proven twice from the same commit: one piece of evidence, until a person takes a result.
    for (const _ of [1, 2]) assert.equal((await runScripted(machine, work, goal)).code, 0)
    assert.deepEqual(await levels(machine), { 'src fix call': 1, 'src fix integrate': 1 })
    assert.equal((await machine.writ(['accept', 'latest', '--yes'])).code, 0)
    assert.deepEqual(await levels(machine), { 'src fix call': 2, 'src fix integrate': 2, 'src fix deliver': 1 })
    const told = await machine.writ(['autonomy', '--area', 'src', '--no-color'])
    assert.match(told.stdout, /^AREA +KIND +ACTION +LEVEL +WON +FAILED\nsrc +fix +call, integrate +2 usual +2 +0\n {2}why {3}2 wins in a row\n {2}next {2}3 more wins lead to level 3 \(trusted\)/)
    assert.deepEqual(await levels(machine, '--area', 'docs/**'), {})
    // The next run knows it from its first event on, and all of it can be had from the rollouts again.
    assert.notEqual((await runScripted(machine, [{ calls: [{ name: 'finish', input: { summary: 'It cannot be done', confidence: 0.9, cannot: 'the tests pass already' } }] }], goal)).code, 0)
    assert.deepEqual(readOpened(machine).autonomy?.map(({ area, kind, action, level }) => `${area} ${kind} ${action} ${level}`).sort(), ['src fix call 2', 'src fix deliver 1', 'src fix integrate 2'])
    const before = await levels(machine)
    assert.equal((await machine.writ(['list', '--reindex'])).code, 0)
    assert.deepEqual(await levels(machine), before)
    // Taken back: all that the domain had is gone at once.
    const accepted = (await machine.writ(['list', '--json'])).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { run: string; accepted?: string }).find((run) => run.accepted === 'accepted')?.run ?? ''
    const back = await machine.writ(['undo', accepted])
    assert.equal(back.code, 0, back.stderr)
    assert.deepEqual(await levels(machine), { 'src fix call': 0, 'src fix integrate': 0, 'src fix deliver': 0 })
    assert.match((await machine.writ(['autonomy'])).stdout, /why {3}no win since an accepted result was undone on \d{4}-\d\d-\d\d \(\w{6}\), which left it at 0\n {2}next {2}1 win leads to level 1/)
    const wrong = await machine.writ(['autonomy', '--repo', machine.home])
    assert.equal(wrong.code, 2)
  } finally {
    machine.remove()
  }
})
