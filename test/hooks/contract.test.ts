import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fold } from '../../src/domain/evolve.ts'
import { callHooks } from '../../src/engine/hooks.ts'
import type { EnginePorts } from '../../src/engine/ports/engine-ports.ts'
import { record, type RunContext } from '../../src/engine/record.ts'
import { createMemoryLog } from '../../src/testing/memory-log.ts'
import { digest, workingStory } from '../../src/testing/story.ts'
import { openHookBench } from './hook-bench.ts'

test('a hook is judged by the contract as it is then: the draft, what was pinned, what was amended', async () => {
  const bench = openHookBench()
  try {
    const hooks = bench.open({ PreToolUse: [{ hooks: [{ type: 'command', command: 'true' }] }] })
    const story = workingStory({ contract: { scope: ['src/**'] } })
    const rollout = await createMemoryLog({ clock: { now: () => 1_760_000_100_000 } }).create(story.events[0]?.run as never)
    const [opened, ...more] = story.events.map((event) => ({ type: event.type, data: event.data }) as never)
    const run: RunContext = {
      ports: { hooks } as unknown as EnginePorts, rollout, state: fold(await rollout.append([opened as never])), signal: new AbortController().signal, emit: () => undefined, onEvent: () => undefined,
      workspace: undefined, secrets: undefined, seen: new Map(),
    }
    const scopes = async (): Promise<readonly string[] | undefined> => {
      await callHooks(run, 'PreToolUse')
      assert.equal(rollout.events.at(-1)?.type, 'hook.ran')
      const asked = bench.questions.at(-1)
      assert.equal(asked?.circumstances?.contract, asked?.contract)
      return asked?.contract.scope
    }
    assert.deepEqual(await scopes(), ['src/**'])
    await record(run, ...more)
    const pinned = run.state.contract
    assert.ok(pinned)
    assert.deepEqual(await scopes(), ['src/**'])
    await record(run, { type: 'contract.amended', data: { gate: 'g', contract: { ...pinned, scope: ['src/**', 'docs/**'] }, hash: digest('d'), previous: digest('c'), changes: ['scope + docs/**'], why: '', by: 'ada' } })
    assert.deepEqual(await scopes(), ['src/**', 'docs/**'])
  } finally {
    bench.dispose()
  }
})
