import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { ReplyPart } from '../../protocol/conversation.ts'
import type { EffectClass } from '../../protocol/policy.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { fold } from '../../domain/evolve.ts'
import { createMemoryBlobs, createMemoryLog } from '../../testing/memory-log.ts'
import { call, digest, reply, tree, workingStory } from '../../testing/story.ts'
import type { EnginePorts } from '../ports/engine-ports.ts'
import type { AnyTool } from '../ports/tools.ts'
import type { Workspace } from '../ports/workspace.ts'
import type { RunContext } from '../record.ts'
import { act } from './act.ts'

/** A run in the middle of a turn, with tools and a policy of the test's own; log and blobs are kept in memory. */
async function inTurn(tools: readonly AnyTool[], parts: readonly ReplyPart[], decide: EnginePorts['policy']['decide'] = () => ({ effect: 'allow', rules: ['test'], policy: digest('f'), reason: '' }), ask: EnginePorts['approver']['ask'] = async () => undefined) {
  const story = workingStory().tell(reply(1, ...parts))
  const log = createMemoryLog({ clock: { now: () => 1_760_000_100_000 } })
  const id = story.events[0]?.run
  assert.ok(id)
  const rollout = await log.create(id)
  const events = await rollout.append(story.events.map((event) => ({ type: event.type, data: event.data }) as never))
  const taken: TreeId[] = []
  const workspace = { home: '/home/person/project', root: '/work', base: { tree: tree('a') }, snapshot: async () => { taken.push(tree('f')); return tree('f') }, rollback: async () => undefined }
  const ports = { tools, policy: { hash: digest('f'), decide }, approver: { ask }, blobs: createMemoryBlobs(), clock: { now: () => 0, elapsed: () => 0 }, sandbox: {}, findSecrets: async () => [] }
  const run: RunContext = {
    ports: ports as unknown as EnginePorts, rollout, state: fold(events), signal: new AbortController().signal, emit: () => undefined, onEvent: () => undefined,
    workspace: workspace as unknown as Workspace, secrets: undefined, seen: new Map(),
  }
  return { run, taken, step: () => act(run, { phase: 'act', do: 'call', calls: run.state.calls.filter((each) => each.status === 'waiting') }), types: () => rollout.events.slice(events.length).map((event) => event.type) }
}

function toolOf(name: string, effect: EffectClass, run: () => Promise<void>): AnyTool {
  return { name, description: '', input: z.looseObject({}), effect: () => effect, paths: () => [], timeoutMs: () => 5000, run: async () => { await run(); return { ok: true, text: name } } }
}

describe('calls of one turn', () => {
  test('reads run side by side: each waits here until all four are under way', async () => {
    let arrived = 0
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => { open = resolve })
    const read = toolOf('read', 'read', async () => {
      arrived += 1
      if (arrived === 4) open()
      await gate
    })
    const { run, step } = await inTurn([read], [1, 2, 3, 4].map((n) => call(`c${n}`, 'read')))
    await step()
    assert.equal(arrived, 4)
    assert.deepEqual(run.state.calls, [])
  })

  test('what writes runs alone, in order, with a snapshot after each', async () => {
    let under = 0
    let most = 0
    const order: string[] = []
    const write = (name: string) => toolOf(name, 'reversible', async () => {
      under += 1
      most = Math.max(most, under)
      order.push(name)
      await new Promise((resolve) => setImmediate(resolve))
      under -= 1
    })
    const { step, taken } = await inTurn([write('one'), write('two')], [call('c1', 'one'), call('c2', 'two'), call('c3', 'one')])
    await step()
    assert.equal(most, 1)
    assert.deepEqual(order, ['one', 'two', 'one'])
    assert.equal(taken.length, 3)
  })

  test('intent is stored before the tool runs, and the result after', async () => {
    let seen: readonly string[] = []
    const made = await inTurn([toolOf('write', 'reversible', async () => { seen = made.types() })], [call('c1', 'write')])
    await made.step()
    assert.deepEqual(seen, ['tool.called'])
    assert.deepEqual(made.types(), ['tool.called', 'tool.returned'])
  })

  test('what the policy denies never runs, and the model is told the rule', async () => {
    let ran = false
    const { run, step } = await inTurn([toolOf('write', 'reversible', async () => { ran = true })], [call('c1', 'write')], () => ({ effect: 'deny', rules: ['no-writing'], policy: digest('f'), reason: 'not here' }))
    await step()
    assert.equal(ran, false)
    const told = run.state.messages.at(-1)
    assert.ok(told?.role === 'tool' && /no-writing[\s\S]*not here/.test(told.answers[0]?.text ?? ''))
  })

  test('what cannot be undone waits for a person: nothing runs, nothing is answered', async () => {
    let ran = false
    const tool = toolOf('publish', 'irreversible', async () => { ran = true })
    const askFirst = () => ({ effect: 'ask' as const, rules: ['irreversible'], policy: digest('f'), reason: 'it publishes' })
    const alone = await inTurn([tool], [call('c1', 'publish')], askFirst)
    await alone.step()
    assert.equal(ran, false)
    assert.ok(alone.run.state.approval)
    assert.equal(alone.run.state.calls.length, 1)

    const denied = await inTurn([tool], [call('c1', 'publish')], askFirst, async () => ({ answer: 'deny', by: 'ada' }))
    await denied.step()
    assert.equal(ran, false)

    const approved = await inTurn([tool], [call('c1', 'publish')], askFirst, async () => ({ answer: 'approve', by: 'ada' }))
    await approved.step()
    assert.equal(ran, true)
    assert.deepEqual(approved.types().slice(0, 3), ['approval.requested', 'approval.given', 'tool.called'])
  })

  test('an unknown tool and arguments that do not fit are answered, not thrown', async () => {
    const strict: AnyTool = { ...toolOf('read', 'read', async () => undefined), input: z.strictObject({ path: z.string() }) }
    const { run, step } = await inTurn([strict], [call('c1', 'fly'), call('c2', 'read', { file: 'x' }), { type: 'call', callId: 'c3', name: 'read', input: {}, invalid: '{"pa' }])
    await step()
    const told = run.state.messages.at(-1)
    assert.ok(told?.role === 'tool')
    assert.match(told.answers[0]?.text ?? '', /no tool called fly[\s\S]*read/)
    assert.match(told.answers[1]?.text ?? '', /path/)
    assert.match(told.answers[2]?.text ?? '', /not valid JSON/)
    assert.ok(told.answers.every((answer) => answer.isError))
  })
})
