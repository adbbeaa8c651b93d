import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Report } from '../../src/protocol/report.ts'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'

const auto = { WRIT_SOLVER: 'auto' }

/** No change of one place makes a list with a number of its kind out of nothing. */
const twoPlaces: Readonly<Record<string, string>> = {
  'package.json': '{\n  "name": "names",\n  "version": "1.0.0",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  'src/initials.js': 'export function initials(name) {\n  const words = name.split(" ")\n  return words.length\n}\n',
  'test/initials.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { initials } from '../src/initials.js'\n\ntest('initials of a name', () => {\n  assert.equal(initials('Ada King Lovelace'), 'A.K.L.')\n  assert.equal(initials('Grace Hopper'), 'G.H.')\n})\n",
}

async function show(machine: Machine): Promise<Report> {
  return JSON.parse((await machine.writ(['show', 'latest', '--json'])).stdout) as Report
}

describe('a run with a model', () => {
  it('lets the built-in solver try first: what it mends takes no turn of the model', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const ended = await runScripted(machine, [], ['make the failing tests pass'], auto)
      assert.equal(ended.code, 0, ended.stdout + ended.stderr)
      assert.equal(ended.server.requests.length, 1)
      const report = await show(machine)
      assert.deepEqual(report.routing?.map(({ to }) => to), ['repair'])
      assert.equal(report.repairs?.[0]?.fault.path, 'src/sum.js')
      assert.match((await machine.writ(['show', 'latest'])).stdout, /The built-in solver, which asks no model, tried first: 2 tests fail by name/)
      assert.equal((await machine.writ(['replay', 'latest'])).code, 0)
      assert.equal((await machine.writ(['verify', 'latest'])).code, 0)
    } finally {
      machine.remove()
    }
  })

  it('takes over with what the built-in solver learned, in a conversation of its own', async () => {
    const machine = makeMachine(twoPlaces)
    try {
      const edit = { name: 'edit', input: { path: 'src/initials.js', edits: [{ find: '  return words.length', replace: '  return words.map((word) => `${word[0]}.`).join("")' }] } }
      const ended = await runScripted(machine, [{ calls: [edit, finish('Make initials out of the words')] }], ['make the failing tests pass'], auto)
      assert.equal(ended.code, 0, ended.stdout + ended.stderr)
      const report = await show(machine)
      assert.deepEqual(report.routing?.map(({ to }) => to), ['repair', 'model'])
      assert.equal(report.commits.length, 1)
      assert.equal(ended.server.requests.length, 2)
      const asked = JSON.stringify(ended.server.requests[1])
      assert.match(asked, /The built-in repair engine, which is no model, looked for a change of one place first and hands over/)
      assert.match(asked, /Suspicious lines, the most suspect first:\\+n- src\/initials\.js:\d/)
      assert.match(asked, /tests in test\/initials\.test\.js: [^"]*initials of a name/)
      assert.equal((await machine.writ(['replay', 'latest'])).code, 0)
    } finally {
      machine.remove()
    }
  })

  it('decides between changes that all pass, instead of a person', async () => {
    const machine = makeMachine({
      'package.json': twoPlaces['package.json'] ?? '',
      'src/vote.js': 'export function mayVote(age) {\n  return age > 30\n}\n',
      'test/vote.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { mayVote } from '../src/vote.js'\n\ntest('the young may vote, children may not', () => {\n  assert.equal(mayVote(20), true)\n  assert.equal(mayVote(10), false)\n})\n",
    })
    try {
      const edit = { name: 'edit', input: { path: 'src/vote.js', edits: [{ find: 'age > 30', replace: 'age >= 18' }] } }
      const ended = await runScripted(machine, [{ calls: [edit, finish('One may vote from 18 on')] }], ['make the failing tests pass'], auto)
      assert.equal(ended.code, 0, ended.stdout + ended.stderr)
      const report = await show(machine)
      assert.deepEqual([report.routing?.map(({ to }) => to), report.repairs], [['repair', 'model'], undefined])
      const asked = JSON.stringify(ended.server.requests[1])
      assert.match(asked, /Changes that pass every test, and of which none was sure enough \([^)]+\):\\+n- 1\. src\/vote\.js:2 /)
      assert.match(asked, /They differ on mayVote\(/)
    } finally {
      machine.remove()
    }
  })

  it('is not kept waiting where the goal is another, and where the person says so', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const replies = [{ calls: [mend, finish()] }]
      const other = await runScripted(machine, replies, ['sums begin at nothing'], auto)
      assert.equal(other.code, 0, other.stdout + other.stderr)
      assert.deepEqual((await show(machine)).routing, [{ to: 'model', why: 'the goal does not speak of mending what fails' }])
      const chosen = await runScripted(machine, replies, ['make the failing tests pass', '--solver', 'model'], auto)
      assert.equal(chosen.code, 0, chosen.stdout + chosen.stderr)
      assert.equal((await show(machine)).routing, undefined)
      const wrong = await machine.writ(['run', 'make the failing tests pass'], { env: { WRIT_SOLVER: 'both' } })
      assert.equal(wrong.code, 2)
      assert.match(wrong.stderr, /WRIT_SOLVER is 'both'; it is one of auto, model, repair/)
    } finally {
      machine.remove()
    }
  })
})
