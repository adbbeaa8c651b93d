import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, it } from 'node:test'
import type { Rollout } from '../../engine/ports/event-log.ts'
import { Fault } from '../../protocol/fault.ts'
import { calledEvent, startedEvent, toSampleRunId } from '../../testing/sample-run.ts'
import { createOwnedRollout } from './owned-rollout.ts'

/** Devices that refuse what a disk may refuse: the real calls fail, at exactly one place. */
function open(device: string, named: Promise<unknown> = Promise.resolve()): { rollout: Rollout; released: () => number } {
  let released = 0
  const lock = { release: () => void (released += 1) }
  const fd = fs.openSync(device, 'r+')
  return { rollout: createOwnedRollout({ run: toSampleRunId(1), path: device, fd, lock, clock: Date, events: [], size: 0, named }), released: () => released }
}

async function getFault(work: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await work.then(() => undefined, (reason: unknown) => reason)
  assert.ok(thrown instanceof Fault, `expected a Fault, got ${String(thrown)}`)
  assert.equal(thrown.code, 'disk-failed')
  return thrown
}

describe('a disk that cannot be flushed', () => {
  it('stops the rollout: what asked for a flush does not count as stored, and nothing more is taken', async () => {
    const { rollout, released } = open('/dev/null')
    await rollout.append([startedEvent()])
    const head = rollout.head
    const [first] = await Promise.all([getFault(rollout.append([calledEvent(1)])), getFault(rollout.append([startedEvent(), calledEvent(2)]))])
    assert.match(first.message, /Could not flush \/dev\/null to the disk.*writ resume run_/)
    await getFault(rollout.append([startedEvent()]))
    assert.deepEqual([rollout.events.length, rollout.head], [1, head])
    await rollout.close()
    assert.equal(released(), 1)
  })

  it('is noticed at the latest when the rollout is closed', async () => {
    const { rollout, released } = open('/dev/null')
    await rollout.append([startedEvent()])
    await getFault(rollout.close())
    assert.equal(released(), 1)
  })

  it('includes the directory that holds the name of the file', async () => {
    const { rollout } = open('/dev/null', Promise.reject(new Error('the directory is gone')))
    await rollout.append([startedEvent()])
    await getFault(rollout.append([calledEvent(1)]))
    await rollout.close()
  })
})

describe('a full disk', { skip: !fs.existsSync('/dev/full') && 'this system has no /dev/full' }, () => {
  it('that cannot even be cut back takes nothing more', async () => {
    const { rollout } = open('/dev/full')
    assert.match((await getFault(rollout.append([startedEvent()]))).message, /Could not cut \/dev\/full back/)
    await getFault(rollout.append([startedEvent()]))
    assert.equal(rollout.events.length, 0)
    await rollout.close()
  })
})
