import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fold } from '../domain/evolve.ts'
import { toPlan } from '../domain/plan/from-file.ts'
import { digest, preparedStory } from '../testing/story.ts'
import { markRules } from './mark-rules.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { IntegrateQuestion } from './ports/policy.ts'
import type { RunContext } from './record.ts'

const policy = { hash: digest('e'), integrate: ({ paths }: IntegrateQuestion) => ({ effect: paths.includes('package.json') ? 'ask' : 'allow', rules: ['dependencies'], policy: digest('e'), reason: '' }) }

async function markAt(decisions: number): Promise<readonly (readonly string[])[]> {
  const contract = { checks: [{ id: 'c1', command: 'npm test', origin: 'person' as const, timeoutMs: 1000 }], budget: { maxTurns: 100, maxIdleTurns: 30 }, scope: [] }
  const plan = toPlan({ tasks: [{ id: 'a', subgoal: 'what a is for', checks: ['c1'], scope: ['src/**'], rules: ['made-up'] }, { id: 'b', subgoal: 'what b is for', checks: ['c1'], scope: ['package.json'], rules: ['made-up'] }] }, contract, 0)
  const story = preparedStory({ contract, planning: { given: plan, workers: 2 } })
  story.tell({ type: 'run.resumed', data: { by: 'ada', writ: '1', lastSeq: 1, decisions } })
  const run = { ports: { policy } as unknown as EnginePorts, state: fold(story.events) } as unknown as RunContext
  return (await markRules(run, plan)).tasks.map(({ rules }) => rules)
}

test('the rules of a task are those of the policy, whatever its plan names', async () => {
  assert.deepEqual(await markAt(5), [[], ['dependencies']])
})

test('runs of earlier versions keep what their plan named', async () => {
  assert.deepEqual(await markAt(4), [['made-up'], ['made-up', 'dependencies']])
})
