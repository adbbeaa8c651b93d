import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { brokenLibrary, finish, makeMachine, mend, runScripted } from '../e2e/harness.ts'

test('a hook keeps the solver from stopping three times with its reason, and no more', async () => {
  const machine = makeMachine(brokenLibrary)
  try {
    mkdirSync(join(machine.home, '.config', 'writ'), { recursive: true })
    writeFileSync(join(machine.home, '.config', 'writ', 'config.yaml'), "hooks:\n  Stop:\n    - hooks:\n        - type: command\n          command: 'echo one thing is left >&2; exit 2'\n")
    const ended = await runScripted(machine, [{ calls: [mend, finish()] }, { calls: [finish()] }, { calls: [finish()] }, { calls: [finish()] }], ['make the failing tests pass'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(ended.report.outcome, 'proven')
    const runs = join(machine.state, 'runs')
    const events = readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
    assert.deepEqual(events.flatMap((event) => (event.type === 'hook.ran' ? [event.data.status] : [])), ['blocked', 'blocked', 'blocked'])
    assert.equal(events.filter((event) => event.type === 'observation.made' && event.data.text.includes('one thing is left')).length, 3)
  } finally {
    machine.remove()
  }
})
