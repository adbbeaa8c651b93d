import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { exportCommand } from '../../src/cli/commands/export.ts'
import { takeIn } from '../../src/cli/commands/import.ts'
import { openRecord } from '../../src/cli/compose.ts'
import { openTrust } from '../../src/cli/verification/open-trust.ts'
import { verifyRun } from '../../src/cli/verification/verify-run.ts'
import { walkChildren } from '../../src/cli/verification/walk-children.ts'
import { findReturned, findUnreturned } from '../../src/domain/attest/find-returned.ts'
import type { NewEvent, StoredEvent } from '../../src/protocol/events/event.ts'
import { Digest, type RunId } from '../../src/protocol/ids.ts'
import { calledEvent, openedEvent, startedEvent, toSampleRunId } from '../../src/testing/sample-run.ts'
import { unpack } from './archive-bench.ts'
import { makeAttestedRun, type AttestedRun } from './attested-run.ts'

const [child, grandchild, lost] = [toSampleRunId(21), toSampleRunId(22), toSampleRunId(23)]
const spent = { turns: 1, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: false, modelMs: 0 }
const returned = (run: RunId, { length, head }: { readonly length: number; readonly head: string }): NewEvent => ({
  type: 'task.returned', data: { task: 't1', child: run, outcome: 'not-achieved', reason: '', summary: '', spent, events: length, head: Digest.parse(head), questions: 0 },
})

let machine: AttestedRun

/** A record of these events, which is not attested: it never came to an end. */
async function make(run: RunId, ...events: readonly NewEvent[]): Promise<{ readonly length: number; readonly head: string }> {
  const rollout = await machine.record.log.create(run)
  await rollout.append(events)
  await rollout.close()
  return { length: events.length, head: rollout.events.at(-1)?.hash ?? '' }
}

describe('child runs of child runs', () => {
  before(async () => {
    machine = await makeAttestedRun()
    const deepest = await make(grandchild, openedEvent(), startedEvent(), calledEvent(1))
    const middle = await make(child, openedEvent(), calledEvent(2), returned(grandchild, deepest), returned(lost, { length: 4, head: 'e'.repeat(64) }), { type: 'run.rejected', data: { by: 'ada', reason: '' } })
    // It came back once before it went on, and nobody was told of its last event.
    const events = await readEvents(machine, child)
    await machine.append(returned(child, { length: 2, head: events[1]?.hash ?? '' }), returned(child, { length: middle.length - 1, head: events[middle.length - 2]?.hash ?? '' }))
  })
  after(() => machine.remove())

  test('are found after their parents, as far as these know them, with what is not here and what is another', async () => {
    const events = await readEvents(machine, machine.run)
    const walk = (root: readonly StoredEvent[], limits?: { runs: number; depth: number }): unknown[] => [...walkChildren(machine.state, { run: machine.run, events: root }, limits)].map(({ run, parent, found }) => [run, parent, found.is, 'events' in found ? found.events.length : '', 'goesOn' in found ? found.goesOn : ''])
    assert.deepEqual(walk(events), [[child, machine.run, 'whole', 4, true], [grandchild, child, 'whole', 3, false], [lost, child, 'absent', '', '']])
    assert.deepEqual(walk(events, { runs: 9, depth: 1 }).at(-1), [grandchild, child, 'beyond', '', ''])
    assert.deepEqual(walk(events, { runs: 2, depth: 9 }).at(-1), [lost, child, 'beyond', '', ''])
    const back = events.findLast((event) => event.type === 'task.returned')
    assert.ok(back?.type === 'task.returned')
    const told = (change: Partial<typeof back.data>): StoredEvent => ({ ...back, data: { ...back.data, ...change } })
    assert.deepEqual(walk([told({ child: machine.run }), told({ events: 9 })]), [[machine.run, machine.run, 'wrong', '', ''], [child, machine.run, 'wrong', '', '']])
    assert.deepEqual(findReturned([told({ events: 0 })]), [])
    assert.deepEqual(findReturned([told({ events: 4 }), told({ events: 2 })]).map((each) => [each.events, each.marks.length]), [[4, 2]])
  })

  test('are counted, archived and taken in with the whole; nothing stays where one of them cannot', async () => {
    const { findings, whole } = await verifyRun(machine.record, machine.run, await openTrust(machine.record, undefined, machine.run))
    assert.deepEqual([whole?.runs, whole?.of, whole?.calls], [3, 4, 3])
    assert.deepEqual(findings.filter(({ about }) => about === 'children').map(({ status, text }) => [status, text]), [
      ['unchecked', '1 of 3 records of child runs are not here'], ['ok', '2 records of child runs are those that the results came from, with 0 blobs'],
    ])
    const archive = join(machine.home, 'run.tar.gz')
    const home = process.env['HOME']
    process.env['HOME'] = machine.home
    try {
      assert.equal(await exportCommand(machine.run, { output: archive, json: true }), 0)
    } finally {
      process.env['HOME'] = home
    }
    const parts = unpack(readFileSync(archive)).filter(({ name }) => name.startsWith('children/'))
    assert.deepEqual(parts.map(({ name, content }) => [name, content.toString().split('\n').length - 1]), [[`children/${child}.jsonl`, 4], [`children/${grandchild}.jsonl`, 3]])

    const elsewhere = mkdtempSync(join(tmpdir(), 'writ-nested-'))
    try {
      const record = await openRecord({ HOME: elsewhere })
      const runs = join(record.places.state, 'runs')
      // The place of the whole cannot be had, which shows only when its child runs are in theirs.
      mkdirSync(runs, { recursive: true })
      symlinkSync('nowhere', join(runs, machine.run))
      await assert.rejects(takeIn(record, archive), /could not be made: .*Nothing was taken in/)
      assert.deepEqual(readdirSync(runs), [machine.run])
      rmSync(join(runs, machine.run))
      const { adopted } = await takeIn(record, archive)
      assert.deepEqual(adopted, { isNew: true, children: [grandchild, child], files: [] })
      assert.deepEqual([child, grandchild].map((run) => existsSync(join(runs, run, 'attestation.json'))), [false, false])
      const there = await verifyRun(record, machine.run, await openTrust(record, undefined, machine.run))
      assert.deepEqual([there.findings.filter(({ status }) => status === 'failed'), there.whole?.runs], [[], 3])
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
  })

  test('one that was begun and never came back is told apart', () => {
    const begun = { type: 'task.delegated', data: { child } } as StoredEvent
    assert.deepEqual(findUnreturned([begun]), [child])
    assert.deepEqual(findUnreturned([begun, { type: 'task.returned', data: { child, events: 0 } } as StoredEvent]), [])
  })
})

async function readEvents({ record }: AttestedRun, run: RunId): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const event of record.log.read(run, { follow: false, signal: new AbortController().signal })) events.push(event)
  return events
}
