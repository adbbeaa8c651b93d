import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent } from '../protocol/events/event.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { beginStory, commit, committed, workingStory, type Story } from '../testing/story.ts'
import { openedEvent } from '../testing/sample-run.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import { rewindRun } from './rewind.ts'

const ended: NewEvent = { type: 'run.ended', data: { outcome: 'proven', reason: 'it is', result: { commit: commit('e'), branch: 'writ/x' } } }
const accepting = { by: 'ada', strategy: 'merge', onto: 'main', before: commit('b'), after: commit('e'), undo: '' } as const

/** No workspace is ever asked for: what is refused is refused before anything is touched. */
async function refuses(story: Story, to: string, message: RegExp, code = 'accept-refused'): Promise<void> {
  const log = createMemoryLog({ clock: { now: () => 1_760_000_100_000 } })
  const run = story.events[0]?.run
  assert.ok(run)
  const rollout = await log.create(run)
  await rollout.append(story.events.map((event) => ({ type: event.type, data: event.data }) as never))
  await rollout.close()
  const ports = { log, workspaces: {} as EnginePorts['workspaces'] }
  await assert.rejects(rewindRun(ports, { run, to, why: '', by: 'ada', dryRun: false, signal: new AbortController().signal, onRecorded: async () => undefined }), { code, message })
}

describe('a run is not taken back', () => {
  const whole = (): Story => workingStory().tell(committed(), ended)
  test('where a person has decided about its result, or is about to', async () => {
    await refuses(whole().tell({ type: 'run.accepted', data: accepting }), 't1', /was accepted onto main; take that back first: writ undo/)
    await refuses(whole().tell({ type: 'accept.requested', data: accepting }), 't1', /accepting .* onto main was cut off; finish that with writ accept/)
    await refuses(whole().tell({ type: 'run.rejected', data: { by: 'bob', reason: '' } }), 't1', /was rejected by bob/)
  })
  test('where its snapshots are gone', () => refuses(whole().tell({ type: 'run.pruned', data: { by: 'bob', parts: ['workspace', 'blobs'], bytes: 1 } }), 't1', /were removed by bob to save space/))
  test('to a place that is none', async () => {
    await refuses(whole(), '9999', /no snapshot at event 9999; its events are 3 to \d+/, 'request-invalid')
    await refuses(whole(), '2', /no snapshot at event 2/, 'request-invalid')
    await refuses(whole(), 't4', /no task t4; it has begun t1/, 'request-invalid')
    await refuses(whole(), String(whole().events.length - 1), /had ended at event \d+ already/, 'request-invalid')
    await refuses(beginStory().tell(openedEvent()), '0', /has no workspace yet/, 'request-invalid')
  })
})
