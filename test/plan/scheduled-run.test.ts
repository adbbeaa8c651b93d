import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { withMachine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, type Asked } from './plan-bench.ts'

const file = `goal: make all tests pass
checks: [npm test]
capacity: { workers: 2, resources: { staging: 1 } }
tasks:
  - id: sum
    subgoal: The sum of numbers begins at nothing.
    scope: ["src/sum/**"]
    checks: [{ command: node --test test/sum.test.js }]
    serves: [c1]
    leases: [account]
    deadline: 0.0001
  - id: shout
    subgoal: Shouting makes letters large.
    scope: ["src/text/**"]
    checks: [{ command: node --test test/shout.test.js }]
    serves: [c1]
    leases: [account]
    estimate: { minutes: 10, resources: { staging: 1 } }
  - id: notes
    subgoal: Notes say that both are mended.
    scope: ["docs/**"]
    checks: [{ command: test -s docs/notes.md }]
    release: 0.05
`

function workers({ goal, turn }: Asked): Reply {
  if (goal.startsWith('The sum')) return turn === 0 ? { calls: [mendSum] } : { calls: [finish('Begin the sum at 0')] }
  if (goal.startsWith('Shouting')) return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
  return turn === 0 ? { calls: [{ name: 'write', input: { path: 'docs/notes.md', content: 'Both are mended.\n' } }] } : { calls: [finish('Say so')] }
}

test('a run keeps to what its plan says of time and of what is shared, says which deadline was missed, and replays', () => withMachine(twoModules, async (machine) => {
  writeFileSync(join(machine.repo, 'plan.yaml'), file.replace('staging: 1 } }\n  - id: notes', 'gpu: 1 } }\n  - id: notes'))
  const refused = await machine.writ(['plan', 'check', 'plan.yaml'])
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /line \d+: shout takes 1 of gpu, which the capacity does not name/)

  writeFileSync(join(machine.repo, 'plan.yaml'), file)
  const ended = await runPlanned(machine, workers, ['run', '--plan', 'plan.yaml'])
  assert.equal(ended.code, 0, ended.stderr)
  const runs = join(machine.state, 'runs')
  const events = readFileSync(join(runs, readdirSync(runs).toSorted()[0] ?? '', 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
  const at = (type: string, id: string): StoredEvent => events.find((event) => event.type === type && (event.data as { task?: string }).task === id) ?? assert.fail(`${type} of ${id}`)
  // Apart by their paths, but both need the account.
  assert.ok(at('task.delegated', 'shout').seq > at('integration.finished', 'sum').seq || at('task.delegated', 'sum').seq > at('integration.finished', 'shout').seq)
  const planned = events.find((event) => event.type === 'plan.proposed')
  assert.ok(Date.parse(at('task.delegated', 'notes').at) - Date.parse(planned?.at ?? '') >= 3000)
  const scheduled = events.flatMap((event) => (event.type === 'plan.scheduled' ? [event.data] : []))
  assert.equal(scheduled[0]?.why, 'there is a plan')
  assert.deepEqual(scheduled[0]?.late.map(({ task, isOver }) => [task, isOver]), [['sum', false]])
  assert.ok(scheduled.some(({ late }) => late.some(({ task, isOver }) => task === 'sum' && isOver)))
  const shown = await machine.writ(['show', 'latest'])
  assert.match(shown.stdout, /Deadline: sum ended .* min after its deadline, minute 0/)
  const written = await machine.writ(['plan', 'show', 'latest', '-o', '-'])
  assert.match(written.stdout, /leases: \[account\]/)
  assert.match(written.stdout, /staging: 1/)
  const replayed = await machine.writ(['replay', 'latest'])
  assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
}))
