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
import { record, type RunContext } from '../record.ts'
import { act } from './act.ts'

/** A run in the middle of a turn, with tools and a policy of the test's own; log and blobs are kept in memory. */
async function inTurn(tools: readonly AnyTool[], parts: readonly ReplyPart[], decide: EnginePorts['policy']['decide'] = () => ({ effect: 'allow', rules: ['test'], policy: digest('f'), reason: '' }), ask: EnginePorts['approver']['ask'] = async () => new Map()) {
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

/** The same, cut off in the middle of its calls: `act` recovers first. */
async function cutOff(tools: readonly AnyTool[], parts: readonly ReplyPart[], reached: readonly string[], answers: readonly ('approve' | 'deny' | undefined)[]) {
  const asked: string[] = []
  const left = [...answers]
  const decide: EnginePorts['policy']['decide'] = ({ effect }) => ({ effect: effect === 'irreversible' ? 'ask' : 'allow', rules: ['test'], policy: digest('f'), reason: 'it publishes' })
  const made = await inTurn(tools, parts, decide, async (questions) => {
    for (const { text, inDoubt } of questions) asked.push(`${inDoubt ? 'in doubt' : 'may'}: ${text}`)
    return new Map(questions.flatMap(({ gate }) => {
      const answer = left.shift()
      return answer ? [[gate, { answer, by: 'ada' }] as const] : []
    }))
  })
  const { run } = made
  for (const { call: { callId, name, input } } of [...run.state.calls]) {
    const effect = tools.find((tool) => tool.name === name)?.effect(input) ?? 'read'
    if (effect === 'irreversible') await record(run, { type: 'approval.requested', data: { gate: callId, question: 'may it?' } }, { type: 'approval.given', data: { gate: callId, by: 'ada', answer: 'approve' } })
    await record(run, { type: 'tool.called', data: { turn: 1, callId, name, input, effect, key: digest('e'), decision: { effect: 'allow', rules: [], policy: digest('f'), reason: '' } } })
  }
  for (const callId of reached) await record(run, { type: 'tool.reached', data: { callId, host: 'api.example:443' } })
  return { ...made, asked, recover: () => act(run, { phase: 'act', do: 'recover' }) }
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
    assert.equal(alone.run.state.asked.length, 1)
    assert.equal(alone.run.state.calls.length, 1)

    const denied = await inTurn([tool], [call('c1', 'publish')], askFirst, async () => new Map([['c1', { answer: 'deny' as const, by: 'ada' }]]))
    await denied.step()
    assert.equal(ran, false)

    const approved = await inTurn([tool], [call('c1', 'publish')], askFirst, async () => new Map([['c1', { answer: 'approve' as const, by: 'ada' }]]))
    await approved.step()
    assert.equal(ran, true)
    assert.deepEqual(approved.types().slice(0, 3), ['approval.requested', 'approval.given', 'tool.called'])
  })

  test('cut off: reads and reversible calls are rolled back and done again, unasked', async () => {
    let ran = 0
    const made = await cutOff([toolOf('write', 'reversible', async () => { ran += 1 })], [call('c1', 'write')], [], [])
    await made.recover()
    await made.step()
    assert.equal(ran, 1)
    assert.deepEqual(made.asked, [])
  })

  test('cut off: what may have happened outside is put to a person, each call by itself, and not twice', async () => {
    let ran = 0
    const publish = toolOf('publish', 'irreversible', async () => { ran += 1 })
    const alone = await cutOff([publish], [call('c1', 'publish')], [], [undefined])
    await alone.recover()
    assert.equal(alone.run.state.asked[0]?.inDoubt, true)
    assert.equal(alone.run.state.calls[0]?.status, 'called')

    const two = await cutOff([publish], [call('c1', 'publish'), call('c2', 'publish')], [], ['deny', 'approve'])
    await two.recover()
    assert.equal(two.asked.length, 2)
    assert.match(two.asked[0] ?? '', /^in doubt: .*may or may not have happened: publish/)
    await two.step()
    assert.equal(ran, 1)
    assert.equal(two.asked.length, 2)
    const told = two.run.state.messages.at(-1)
    assert.ok(told?.role === 'tool' && /may or may not have happened/.test(told.answers[0]?.text ?? '') && told.answers[1]?.isError === false)

    const answered = await cutOff([publish], [call('c1', 'publish')], [], [])
    await record(answered.run, { type: 'approval.requested', data: { gate: 'c1', question: 'again?', inDoubt: true } }, { type: 'approval.given', data: { gate: 'c1', by: 'ada', answer: 'approve' } })
    await answered.recover()
    assert.deepEqual(answered.asked, [], 'the answer was recorded before the next crash')
  })

  test('cut off: a tool that records every connection is in doubt only once it had made one', async () => {
    let ran = 0
    const run = async (): Promise<void> => { ran += 1 }
    const shell = (effect: EffectClass): AnyTool => ({ ...toolOf('deploy', effect, run), recordsReach: true })
    const quiet = await cutOff([shell('irreversible')], [call('c1', 'deploy')], [], [])
    await quiet.recover()
    await quiet.step()
    assert.equal(ran, 1)
    assert.deepEqual(quiet.asked, [], 'nothing left the machine, and a person had approved it')

    const reached = await cutOff([shell('reversible')], [call('c1', 'deploy')], ['c1'], ['deny'])
    await reached.recover()
    await reached.step()
    assert.equal(ran, 1)
    assert.match(reached.asked[0] ?? '', /^in doubt: .*begun to talk to api\.example:443/)
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
