import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Report } from '../../src/protocol/report.ts'
import { makeMachine } from '../e2e/harness.ts'

/** The tests are content with any bound from 10 to 19. */
const weak: Readonly<Record<string, string>> = {
  'package.json': '{\n  "name": "votes",\n  "version": "1.0.0",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  'src/vote.js': 'export function mayVote(age) {\n  return age > 30\n}\n',
  'test/vote.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { mayVote } from '../src/vote.js'\n\ntest('the young may vote, children may not', () => {\n  assert.equal(mayVote(20), true)\n  assert.equal(mayVote(10), false)\n})\n",
}

describe('where tests are content with several ways to mend a fault', () => {
  it('a run that nobody attends waits, shows them, and goes on with the one that a person chooses', async () => {
    const machine = makeMachine(weak)
    try {
      const waiting = await machine.writ(['run', 'make the failing tests pass'])
      assert.equal(waiting.code, 3, waiting.stdout + waiting.stderr)
      const report = JSON.parse((await machine.writ(['show', 'latest', '--json'])).stdout) as Report
      const [repair] = report.repairs ?? []
      assert.ok(repair !== undefined && repair.options.length > 1)
      assert.equal(repair.sure, 'one of several')
      const { difference } = repair
      assert.ok(difference !== undefined && new Set(difference.shows.map(({ outcome }) => outcome)).size > 1)
      const shown = (await machine.writ(['show', 'latest'])).stdout
      assert.match(shown, /## The repair\n- The fault is in src\/vote\.js:2, in mayVote/)
      assert.match(shown, /- They differ on mayVote\(/)
      assert.match(shown, /- The tests around it are /)
      const question = await machine.writ(['approvals', 'show', report.questions?.waiting[0] ?? ''])
      assert.match(question.stdout, /--choose N takes another/)
      const beyond = await machine.writ(['approve', 'latest', '--choose', '99'])
      assert.equal(beyond.code, 2, beyond.stderr)
      assert.match(beyond.stderr, /offers 1 to \d+:\n {2}1\. /)

      const chosen = repair.options[1]
      const done = await machine.writ(['approve', 'latest', '--choose', '2'])
      assert.equal(done.code, 0, done.stdout + done.stderr)
      const after = JSON.parse((await machine.writ(['show', 'latest', '--json'])).stdout) as Report
      assert.equal(after.repairs?.[0]?.chosen, 2)
      assert.equal(machine.git('show', `${after.result?.branch}:src/vote.js`).includes((chosen?.after ?? '').trim()), true)
      assert.equal((await machine.writ(['verify', 'latest'])).code, 0)
      assert.equal((await machine.writ(['replay', 'latest'])).code, 0)
    } finally {
      machine.remove()
    }
  })

  it('asks as often as there is doubt, however many such mends were proven before', async () => {
    const machine = makeMachine(weak)
    try {
      for (let before = 0; before < 6; before += 1) assert.equal((await machine.writ(['run', 'make the failing tests pass', '--yes'])).code, 0)
      const waiting = await machine.writ(['run', 'make the failing tests pass'])
      assert.equal(waiting.code, 3, waiting.stdout + waiting.stderr)
    } finally {
      machine.remove()
    }
  })
})
