import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { modelEnv, withMachine } from '../e2e/harness.ts'
import { finish, mendSum, toAsked, twoModules, type Asked } from './plan-bench.ts'

const plan = { tasks: [{ id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], serves: ['c1'] }] }
const cannot = (why: string): Reply => ({ calls: [{ name: 'finish', input: { summary: 'It is not wanted', cannot: why, confidence: 1 } }] })

function answer({ role, turn, request }: Asked): Reply {
  if (role === 'planner') return JSON.stringify(request.items).includes('A person said no to what came of sum') ? cannot('nothing else would do') : { calls: [{ name: 'propose_plan', input: plan }] }
  return turn === 0 ? { calls: [mendSum] } : turn === 1 ? { calls: [finish('Begin the sum at 0')] } : cannot('a person said no')
}

test('a person’s no to what a task made ends that task: nobody tries it again, the planner reads what they said', () => withMachine(twoModules, async (machine) => {
  writeFileSync(join(machine.repo, 'contract.yaml'), 'goal: make all tests pass\nchecks: [npm test]\ncheckpoints: ["src/sum/**"]\n')
  const asked: Asked[] = []
  const server = await startModelServer({ lenient: true, script: (request) => {
    const each = toAsked(request)
    asked.push(each)
    return answer(each)
  } })
  try {
    const env = modelEnv(server)
    const started = await machine.writ(['run', '--contract', 'contract.yaml', '--workers', '2'], { env })
    assert.equal(started.code, 3, started.stderr)
    const id = /ap_[0-9a-f]+/.exec((await machine.writ(['approvals'], { env })).stdout)?.[0] ?? ''
    const ended = await machine.writ(['reject', id, '--reason', 'sums stay as they are'], { env })
    assert.equal(ended.code, 1, ended.stdout + ended.stderr)
    const runs = join(machine.state, 'runs')
    const events = readFileSync(join(runs, readdirSync(runs).toSorted()[0] ?? '', 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
    assert.equal(events.filter(({ type }) => type === 'task.delegated').length, 1)
    assert.deepEqual(events.flatMap((event) => (event.type === 'task.returned' && event.data.denied ? [event.data.denied] : [])), [{ note: 'sums stay as they are' }])
    assert.deepEqual([...new Set(asked.map(({ role }) => role))], ['planner', 'coder'])
    assert.match(JSON.stringify(asked.at(-1)?.request.items), /A person said no to what came of sum \(.*\): sums stay as they are\./)
    // What comes in by itself is not offered as somebody to give tasks to.
    assert.match(asked[0]?.opening ?? '', /- coder: .*\n- documenter: (?!.*- (tester|debugger|merger):)/s)
    const replayed = await machine.writ(['replay', events[0]?.run ?? ''])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
  } finally {
    await server.close()
  }
}))
