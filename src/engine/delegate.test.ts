import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decide } from '../domain/decide.ts'
import { fold } from '../domain/evolve.ts'
import { toPlan } from '../domain/plan/from-file.ts'
import type { Contract } from '../protocol/contract.ts'
import type { NewEvent, Payload } from '../protocol/events/event.ts'
import type { Planning } from '../protocol/events/run.ts'
import type { TaskFile } from '../protocol/plan-file.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { toSampleRunId } from '../testing/sample-run.ts'
import { digest, preparedStory } from '../testing/story.ts'
import { delegate } from './delegate.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { RunContext } from './record.ts'
import { delegateStage } from './stages.ts'

/** May a child of that role begin beside so many? */
type May = (role: string, fanOut: number) => boolean

const task = (id: string, more: Partial<TaskFile> = {}): TaskFile => ({ id, subgoal: `what ${id} is for`, checks: ['c1'], scope: [`src/${id}/**`], ...more })

/** A run whose plan is in force, on a log in memory; its children only have names. */
async function open(tasks: readonly TaskFile[], may: May, { contract, planning }: { contract?: Partial<Contract>; planning?: Partial<Planning> } = {}): Promise<RunContext> {
  const whole = { checks: [{ id: 'c1', command: 'npm test', origin: 'person' as const, timeoutMs: 1000 }], budget: { maxTurns: 100, maxIdleTurns: 30 }, ...contract }
  const given = toPlan({ tasks: [...tasks] }, { ...whole, scope: [] }, 0)
  const story = preparedStory({ contract: whole, planning: { given, workers: 3, ...planning } })
  story.tell({ type: 'run.resumed', data: { by: 'ada', writ: '1', lastSeq: 1, decisions: 4 } }, { type: 'plan.proposed', data: { plan: given, why: '', from: 'person' } })
  const rollout = await createMemoryLog({ clock: { now: () => 1_760_000_100_000 } }).create(toSampleRunId(1))
  const state = fold(await rollout.append(story.events.map(({ type, data }) => ({ type, data }) as NewEvent)))
  let minted = 500
  const policy = {
    hash: digest('e'),
    judge: ({ role, circumstances }: { role: string; circumstances: { fanOut: number } }) => ({ effect: may(role, circumstances.fanOut) ? 'allow' : 'deny', rules: [], policy: digest('e'), reason: `${role} beside ${circumstances.fanOut}` }),
  }
  const ports = { policy, children: { mint: () => toSampleRunId(minted += 1) } } as unknown as EnginePorts
  return { ports, rollout, state, signal: new AbortController().signal, emit: () => undefined, onEvent: () => undefined, workspace: undefined, secrets: undefined, seen: new Map() }
}

/** Carries out what is decided until somebody is waited for, and gives what was recorded of it. */
async function begin(run: RunContext): Promise<readonly NewEvent[]> {
  const from = run.rollout.events.length
  for (let step = decide(run.state); step?.do === 'delegate' || step?.do === 'delegate-stage'; step = decide(run.state)) {
    assert.ok(run.rollout.events.length < from + 20, 'it comes to an end')
    await (step.do === 'delegate' ? delegate(run, step) : delegateStage(run, step))
  }
  assert.equal(decide(run.state)?.do, 'await-child')
  return run.rollout.events.slice(from)
}

const heldOf = (events: readonly NewEvent[]): readonly Payload<'task.held'>[] => events.flatMap((event) => (event.type === 'task.held' ? [event.data] : []))

describe('what the policy does not let begin', () => {
  test('waits where others are too many, tests that are to be written too', async () => {
    const run = await open([task('a'), task('b')], (_role, fanOut) => fanOut < 1, { planning: { tests: true } })
    const events = await begin(run)
    assert.deepEqual(events.map((event) => event.type), ['stage.delegated', 'task.held'])
    assert.deepEqual(heldOf(events).map((each) => [each.task, each.role, each.running]), [['b', 'tester', 1]])
    assert.equal(run.state.fanOutCap, 1)
  })

  test('is told from a role that may not work even alone, which holds up nobody else', async () => {
    const run = await open([task('a'), task('b', { role: 'documenter' }), task('c')], (role) => role !== 'documenter')
    const events = await begin(run)
    assert.deepEqual(events.map((event) => event.type), ['task.delegated', 'task.held', 'task.delegated'])
    assert.deepEqual(heldOf(events).map((each) => [each.task, each.running, each.decision.reason]), [['b', 0, 'documenter beside 0']])
    assert.equal(run.state.fanOutCap, undefined)
  })
})

test('however much there is to tell whoever writes tests, it fits the record', async () => {
  const checks = Array.from({ length: 40 }, (_, n) => ({ id: `c${n}`, command: `npm test ${'x'.repeat(400)} ${n}`, origin: 'person' as const, timeoutMs: 1000 }))
  const run = await open([task('a', { checks: checks.map(({ id }) => id) })], () => true, { contract: { goal: 'g'.repeat(13_000), checks }, planning: { tests: true } })
  const [begun] = await begin(run)
  assert.ok(begun?.type === 'stage.delegated')
  assert.equal(begun.data.brief.length, 20_000)
})
