import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cheats } from './cheats.ts'
import { brokenLibrary, fingerprint, finish, makeMachine, runScripted } from './harness.ts'

describe('a model that says it is done when it is not never gets exit 0', { concurrency: 2 }, () => {
  for (const cheat of cheats) {
    test(cheat.name, async () => {
      const machine = makeMachine(brokenLibrary)
      try {
        const before = fingerprint(machine.repo)
        const replies = [...cheat.turns.map((calls) => ({ calls })), cheat.words === undefined ? { calls: [finish('Fixed the sum')] } : { text: cheat.words }]
        // It insists: after each refusal it says so again.
        const script = [...replies, ...Array.from({ length: 6 }, () => (cheat.words === undefined ? { calls: [finish('It really is fixed')] } : { text: cheat.words }))]
        const ended = await runScripted(machine, script, ['make the failing tests pass'])
        assert.notEqual(ended.code, 0, `${ended.stderr}\n${ended.stdout}`)
        assert.ok([1, 3, 4].includes(ended.code), `it ends as not achieved, waiting or at a limit, not with ${ended.code}: ${ended.stderr}`)
        assert.equal(fingerprint(machine.repo), before, 'the person’s repository is as it was')
      } finally {
        machine.remove()
      }
    })
  }

  test('there are at least as many as released agents fell for', () => assert.ok(cheats.length >= 43, `${cheats.length} cheats`))
})

test('the same repository, mended honestly, is proven', async () => {
  const machine = makeMachine(brokenLibrary)
  try {
    const before = fingerprint(machine.repo)
    const ended = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: "sed -i 's/let total = 1/let total = 0/' src/sum.js" } }] }, { calls: [finish()] }], ['make the failing tests pass'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(ended.report.outcome, 'proven')
    assert.equal(fingerprint(machine.repo), before)
  } finally {
    machine.remove()
  }
})
