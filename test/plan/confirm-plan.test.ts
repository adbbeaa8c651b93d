import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { modelEnv, withMachine, type Machine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, toAsked, twoModules, type Asked } from './plan-bench.ts'

const sum = { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], milestone: true }
const shout = { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: [{ command: 'node --test test/shout.test.js' }], serves: ['c1'], depends_on: ['sum'] }
const first = { tasks: [{ ...sum, serves: ['c1'] }] }
const second = { tasks: [{ ...sum, serves: ['c1'] }, shout] }

/** The first plan forgets half of the goal; the second does not. */
function answer({ role, goal, opening, turn, request }: Asked): Reply {
  if (role === 'planner') return { calls: [{ name: 'propose_plan', input: JSON.stringify(request.items).includes('All tasks are done') ? second : first }] }
  if (goal.startsWith('The sum')) return turn === 0 ? { calls: [mendSum] } : { calls: [finish('Begin the sum at 0')] }
  assert.match(opening, /Shouting/)
  return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
}

function eventsOf(machine: Machine): readonly StoredEvent[] {
  const runs = join(machine.state, 'runs')
  return readFileSync(join(runs, readdirSync(runs).toSorted()[0] ?? '', 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
}

describe('a person agrees to plans', () => {
  test('nothing begins before a yes; of the next plan only what is new is shown; at a milestone the contract’s paths are', () => withMachine(twoModules, async (machine) => {
    writeFileSync(join(machine.repo, 'contract.yaml'), 'goal: make all tests pass\nchecks: [npm test]\ncheckpoints: ["src/sum/**"]\n')
    mkdirSync(join(machine.home, '.config', 'writ'), { recursive: true })
    writeFileSync(join(machine.home, '.config', 'writ', 'config.yaml'), 'plan: { confirm: true }\n')
    const server = await startModelServer({ lenient: true, script: (request) => answer(toAsked(request)) })
    try {
      const env = modelEnv(server)
      const started = await machine.writ(['run', '--contract', 'contract.yaml', '--workers', '2'], { env })
      assert.equal(started.code, 3, started.stderr)
      assert.match(started.stderr, /May this plan of 1 task be carried out\?/)
      assert.ok(!eventsOf(machine).some((event) => event.type === 'task.delegated'))
      const id = /ap_[0-9a-f]+/.exec(started.stderr)?.[0] ?? ''
      const asked = await machine.writ(['approvals', 'show', id], { env })
      assert.match(asked.stdout, /sum {2}The sum of numbers begins at nothing/)

      // Every question of this run, also the checkpoints of its children, is answered with yes.
      let last = started
      for (let round = 0; round < 8 && last.code === 3; round += 1) {
        const { stdout } = await machine.writ(['approvals'], { env })
        const ids = [...stdout.matchAll(/^ap_[0-9a-f]+/gm)].map((found) => found[0])
        assert.ok(ids.length > 0, `something is asked: ${last.stderr}`)
        last = await machine.writ(['approve', ...ids, '--yes'], { env })
      }
      assert.equal(last.code, 0, last.stdout + last.stderr)
      const events = eventsOf(machine)
      const asks = events.flatMap((event) => (event.type === 'approval.requested' ? [event.data] : []))
      assert.deepEqual(asks.map(({ ask }) => ask?.kind), ['plan', 'milestone', 'plan'])
      assert.match(asks[1]?.ask?.shows ?? '', /\+ {2}let total = 0/)
      assert.match(asks[2]?.ask?.shows ?? '', /^\+ shout {2}Shouting makes letters large\./)
      assert.doesNotMatch(asks[2]?.ask?.shows ?? '', /The sum of numbers/)
      const run = events[0]?.run ?? ''
      const replayed = await machine.writ(['replay', run])
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
      const delta = await machine.writ(['plan', 'diff', `${run}@0`, run])
      assert.match(delta.stdout, /^\+ shout[^]*1 task added\n$/)
      assert.match((await machine.writ(['plan', 'show', `${run}@7`])).stderr, /has no revision 7: there are 0, 1/)
      assert.match((await machine.writ(['show', run])).stdout, /Volatility: 1 revision of the plan .* 1 task added and 0 removed/)
    } finally {
      await server.close()
    }
  }))
})
