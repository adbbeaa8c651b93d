import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import canonicalize from 'canonicalize'
import type { Blobs, EventLog } from '../../src/engine/ports/event-log.ts'
import { genesis } from '../../src/protocol/events/envelope.ts'
import { parseEvent } from '../../src/protocol/events/event.ts'
import type { NewEvent, StoredEvent } from '../../src/protocol/events/event.ts'
import type { FaultCode } from '../../src/protocol/error-codes.ts'
import { Fault } from '../../src/protocol/fault.ts'
import { TreeId, type RunId } from '../../src/protocol/ids.ts'
import type { Payload } from '../../src/protocol/events/event.ts'
import { acceptedEvent, calledEvent, committedEvent, endedEvent, openedEvent, repliedEvent, returnedEvent, sampleCommit, sampleRun, startedEvent, toSampleRunId } from '../../src/testing/sample-run.ts'

export interface LogUnderTest {
  readonly log: EventLog
  readonly blobs: Blobs
  /** A second view of the same store, as another process would have. */
  readonly other: EventLog
  dispose(): Promise<void>
}

/** A store of its own for each test, with a clock that the test sets. */
export type MakeLog = (clock: { now(): number }) => Promise<LogUnderTest>

const run = toSampleRunId(1)
const noon = Date.parse('2026-03-01T12:00:00.000Z')

/** What every adapter of the `EventLog` and `Blobs` ports must do. Call it at the top of a test file. */
export function testEventLogContract(name: string, make: MakeLog): void {
  async function using(work: (made: LogUnderTest, clock: { time: number }) => Promise<void>): Promise<void> {
    const clock = { time: noon, now: () => clock.time }
    const made = await make(clock)
    try {
      await work(made, clock)
    } finally {
      await made.dispose()
    }
  }
  describe(`${name}: appending`, () => testAppending(using))
  describe(`${name}: ownership`, () => testOwnership(using))
  describe(`${name}: reading`, () => testReading(using))
  describe(`${name}: listing`, () => testListing(using))
  describe(`${name}: autonomy`, () => testAutonomy(using))
  describe(`${name}: blobs`, () => testBlobs(using))
}

/** The opening of a run that is more than a plain one. */
function openedWith(more: Partial<Payload<'run.opened'>>): NewEvent {
  const opened = openedEvent()
  return opened.type === 'run.opened' ? { ...opened, data: { ...opened.data, ...more } } : opened
}

type Using = (work: (made: LogUnderTest, clock: { time: number }) => Promise<void>) => Promise<void>

function testAppending(using: Using): void {
  it('gives each event the next number, the time and its place in the hash chain', () =>
    using(async ({ log }, clock) => {
      const rollout = await log.create(run)
      assert.equal(rollout.head, genesis)
      const first = await rollout.append([openedEvent(), startedEvent()])
      clock.time += 1500
      const second = await rollout.append([returnedEvent(1)])
      assert.deepEqual([...first, ...second].map((event) => [event.seq, event.at, event.run]), [
        [0, '2026-03-01T12:00:00.000Z', run],
        [1, '2026-03-01T12:00:00.000Z', run],
        [2, '2026-03-01T12:00:01.500Z', run],
      ])
      assert.deepEqual(rollout.events, [...first, ...second])
      requireChain(rollout.events)
      assert.equal(rollout.head, second[0]?.hash)
      await rollout.close()
    }))

  it('never lets time go backwards', () =>
    using(async ({ log }, clock) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      clock.time -= 3_600_000
      await rollout.append([startedEvent()])
      await rollout.close()
      const again = (await log.open(run)).rollout
      await again.append([startedEvent()])
      assert.deepEqual(again.events.map((event) => event.at), Array(3).fill('2026-03-01T12:00:00.000Z'))
      await again.close()
    }))

  it('keeps the order of calls that were not awaited', () =>
    using(async ({ log }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      const batches = Array.from({ length: 50 }, (_, i) => [startedEvent(`t${2 * i}`), i % 3 === 0 ? calledEvent(i + 1) : startedEvent(`t${2 * i + 1}`)])
      const stored = await Promise.all(batches.map((batch) => rollout.append(batch)))
      assert.deepEqual(stored.flat().map((event) => event.data), batches.flat().map((event) => event.data))
      assert.deepEqual(rollout.events.map((event) => event.seq), Array.from({ length: 101 }, (_, i) => i))
      requireChain(rollout.events)
      await rollout.close()
      assert.deepEqual((await collect(log, run)).map((event) => event.seq), rollout.events.map((event) => event.seq))
    }))

  it('shows the writer exactly what a reader will see', () =>
    using(async ({ log }) => {
      const odd = 'a lone \ud800 half, a null \u0000, a line separator \u2028, \u{1F600}, and "quotes"\r\n'
      const input = { z: 1, a: [1e21, -0, 0.1, 5e-324], '10': 'ten', '9': 'nine', 'ä': odd, nested: { b: null, a: true } }
      const data = { ...calledEvent(1).data, input, before: undefined } as unknown
      const rollout = await log.create(run)
      const stored = await rollout.append([openedEvent(), { type: 'tool.called', data } as NewEvent])
      await rollout.close()
      const read = await collect(log, run)
      assert.deepEqual(read, stored)
      assert.deepEqual((await log.open(run)).rollout.events, stored)
      assert.equal(JSON.stringify(stored[1]).includes('before'), false)
      assert.equal(JSON.stringify(stored[1]).includes('\ufffd half'), true)
      requireChain(read)
    }))

  it('stores nothing of a batch that cannot be stored', () =>
    using(async ({ log }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      const bad = { type: 'tool.returned', data: { ...returnedEvent(1).data, durationMs: Number.NaN } } as NewEvent
      await assert.rejects(rollout.append([startedEvent(), bad]), /NaN cannot be stored/)
      const [next] = await rollout.append([startedEvent()])
      assert.equal(next?.seq, 1)
      requireChain(rollout.events)
      await rollout.close()
    }))

  it('goes on where it stopped, and refuses events once it is closed', () =>
    using(async ({ log }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      await rollout.close()
      await rollout.close()
      await assert.rejects(rollout.append([startedEvent()]), toFault('disk-failed', /closed/))
      const again = await log.open(run)
      assert.equal(again.repaired, undefined)
      await again.rollout.append([startedEvent()])
      requireChain(again.rollout.events)
      assert.equal(again.rollout.events.length, 2)
      await again.rollout.close()
    }))
}

function testOwnership(using: Using): void {
  it('gives a run to one owner at a time', () =>
    using(async ({ log, other }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      const pid = new RegExp(`${process.pid}`)
      await assert.rejects(log.open(run), toFault('run-locked', pid))
      await assert.rejects(other.open(run), toFault('run-locked', pid))
      await rollout.close()
      const second = await other.open(run)
      await assert.rejects(log.open(run), toFault('run-locked', pid))
      await second.rollout.close()
    }))

  it('does not start a run twice, nor open one that is not there', () =>
    using(async ({ log }) => {
      await (await log.create(run)).close()
      await assert.rejects(log.create(run), toFault('disk-failed', /exist/))
      await assert.rejects(log.open(toSampleRunId(2)), toFault('run-unknown', /run_/))
    }))
}

function testReading(using: Using): void {
  it('reads a live run up to its present end', () =>
    using(async ({ log, other }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent(), startedEvent()])
      assert.deepEqual(await collect(other, run), rollout.events)
      await rollout.close()
      await assert.rejects(collect(log, toSampleRunId(2)), toFault('run-unknown', /run_/))
    }))

  it('follows a run until it has ended and its owner is gone', { timeout: 20_000 }, () =>
    using(async ({ log, other }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      const seen: StoredEvent[] = []
      for await (const event of other.read(run, { follow: true, signal: new AbortController().signal })) {
        seen.push(event)
        // Each event is answered with the next one, so that the reader has to wait for every one of them.
        if (seen.length < 5) await rollout.append([calledEvent(seen.length)])
        else if (seen.length === 5) await rollout.append([endedEvent()])
        else if (event.type === 'run.ended') await rollout.append([acceptedEvent()])
        else await rollout.close()
      }
      assert.deepEqual(seen, rollout.events)
      assert.equal(seen.at(-1)?.type, 'run.accepted')
    }))

  it('stops following when it is told to', { timeout: 20_000 }, () =>
    using(async ({ log }) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      const stop = new AbortController()
      const seen: StoredEvent[] = []
      for await (const event of log.read(run, { follow: true, signal: stop.signal })) {
        seen.push(event)
        setImmediate(() => stop.abort())
      }
      assert.equal(seen.length, 1)
      await rollout.close()
    }))
}

function testListing(using: Using): void {
  it('sums up each run, newest first', () =>
    using(async ({ log, other }) => {
      assert.deepEqual(await log.list({ limit: 10 }), [])
      const live = await startRun(log, 3, [openedEvent({ goal: 'still at it' })])
      const stopped = await startRun(log, 2, [openedEvent({ goal: 'left behind' }), repliedEvent(1, { purpose: 'intake', costUsd: 0.5 }), repliedEvent(1)])
      await stopped.close()
      const ended = await startRun(log, 1, [...sampleRun({ turns: 4, goal: 'retries must stop' }), acceptedEvent()])
      await ended.close()
      const listed = await other.list({ limit: 10 })
      assert.deepEqual(listed.map((line) => [line.run, line.goal, line.status]), [
        [toSampleRunId(3), 'still at it', 'running'],
        [toSampleRunId(2), 'left behind', 'stopped'],
        [toSampleRunId(1), 'retries must stop', 'ended'],
      ])
      const { costUsd, ...whole } = listed[2] ?? assert.fail()
      assert.ok(Math.abs(costUsd - 0.04) < 1e-9)
      const at = new Date(noon).toISOString()
      assert.deepEqual(whole, {
        run: toSampleRunId(1),
        goal: 'retries must stop',
        repository: '/home/person/project',
        parent: undefined,
        tasks: undefined,
        startedAt: at,
        endedAt: at,
        status: 'ended',
        outcome: 'proven',
        accepted: 'accepted',
        branch: 'writ/sample',
        commit: sampleCommit,
        turns: 4,
        events: 17,
      })
      assert.deepEqual([listed[1]?.turns, listed[1]?.costUsd, listed[1]?.outcome, listed[1]?.endedAt], [1, 0.51, undefined, undefined])
      assert.equal((await log.list({ limit: 2 })).length, 2)
      assert.deepEqual((await log.list({ open: true, limit: 9 })).map((line) => line.run), listed.filter((line) => line.status !== 'ended').map((line) => line.run))
      await live.close()
    }))

  it('notices what runs have gained since the last list', () =>
    using(async ({ log }) => {
      const rollout = await startRun(log, 1, [openedEvent(), repliedEvent(1)])
      assert.equal((await log.list({ limit: 1 }))[0]?.turns, 1)
      await rollout.append([repliedEvent(2), repliedEvent(3), committedEvent(), endedEvent()])
      const [line] = await log.list({ limit: 1 })
      assert.deepEqual([line?.turns, line?.status, line?.events], [3, 'ended', 6])
      await rollout.close()
    }))

  it('finds runs by repository and by words of goal, reason, commit messages and paths', () =>
    using(async ({ log }) => {
      const goals = ['Retries of the webhook must stop', 'Parse dates in März correctly', 'Dates are shown in UTC']
      for (const [i, goal] of goals.entries()) await (await startRun(log, i + 1, [openedEvent({ goal, root: `/repo/${i % 2}` })])).close()
      await (await startRun(log, 4, [openedEvent({ goal: 'Calendars' }), committedEvent('Guard against leap seconds', 'lib/calendar/leap.py'), endedEvent('The zebra check passed.')])).close()
      const find = async (search: string): Promise<readonly RunId[]> => (await log.list({ search, limit: 10 })).map((line) => line.run)
      assert.deepEqual(await find('webhook'), [toSampleRunId(1)])
      assert.deepEqual(await find('dates'), [toSampleRunId(3), toSampleRunId(2)])
      assert.deepEqual(await find('dates märz'), [toSampleRunId(2)])
      assert.deepEqual(await find('retri'), [toSampleRunId(1)])
      assert.deepEqual(await find('leap seconds'), [toSampleRunId(4)])
      assert.deepEqual(await find('lib/calendar/leap.py'), [toSampleRunId(4)])
      assert.deepEqual(await find('zebra'), [toSampleRunId(4)])
      assert.deepEqual(await find('nothing of the kind'), [])
      for (const hostile of ['"', "'; DROP TABLE runs", 'NEAR(a b', '-x', 'goal:x*"']) assert.deepEqual(await find(hostile), [])
      assert.deepEqual((await log.list({ repository: '/repo/0', limit: 10 })).map((line) => line.run), [toSampleRunId(3), toSampleRunId(1)])
      assert.deepEqual((await log.list({ repository: '/repo/0', search: 'dates', limit: 10 })).map((line) => line.run), [toSampleRunId(3)])
    }))

  it('resolves the latest of one repository, passing over what is another’s or holds nothing', () =>
    using(async ({ log }) => {
      for (const [n, root] of [[1, '/repo/a'], [2, '/repo/b'], [3, undefined]] as const) {
        const rollout = await log.create(toSampleRunId(n))
        if (root !== undefined) await rollout.append([openedEvent({ root })])
        await rollout.close()
      }
      assert.equal(await log.resolve('latest'), toSampleRunId(2))
      assert.equal(await log.resolve('latest', { repository: '/repo/a' }), toSampleRunId(1))
      await assert.rejects(log.resolve('latest', { repository: '/repo/c' }), toFault('run-unknown', /no run of \/repo\/c/))
    }))

  it('child runs are listed where they are wanted, never the latest, and a planned run says how many of its tasks are done', () =>
    using(async ({ log }) => {
      const task = { id: 'a', title: 'A', subgoal: 'do a', scope: [], checks: ['test'], tests: [], role: 'coder', dependsOn: [], risk: 'low' as const, reversible: true, rules: [] }
      const plan = { version: 1 as const, revision: 0, tasks: [task, { ...task, id: 'b' }] }
      const merged: NewEvent = { type: 'integration.finished', data: { task: 'a', child: toSampleRunId(2), token: 1, onto: sampleCommit, theirs: sampleCommit, verdict: 'merged', conflicts: [], reasons: [], result: { commit: sampleCommit, tree: TreeId.parse('a'.repeat(40)), files: [], message: 'did a' } } }
      const parent = await startRun(log, 1, [openedWith({ planning: { workers: 2 } }), { type: 'plan.proposed', data: { plan, why: '' } }, merged])
      await parent.close()
      const child = await startRun(log, 2, [openedWith({ parent: { run: toSampleRunId(1), task: 'a', token: 1, depth: 1 } })])
      await child.close()
      assert.deepEqual((await log.list({ limit: 9 })).map((line) => [line.run, line.parent, line.tasks]), [[toSampleRunId(2), toSampleRunId(1), undefined], [toSampleRunId(1), undefined, { done: 1, total: 2 }]])
      assert.deepEqual((await log.list({ limit: 1, children: false })).map((line) => line.run), [toSampleRunId(1)])
      assert.equal(await log.resolve('latest'), toSampleRunId(1))
      assert.equal(await log.resolve('latest', { repository: '/home/person/project' }), toSampleRunId(1))
    }))

  it('resolves ids, their beginnings and ends, and the latest', () =>
    using(async ({ log }) => {
      await assert.rejects(log.resolve('latest'), toFault('run-unknown', /nothing has been run/))
      for (const n of [17, 28, 38]) await (await startRun(log, n, [openedEvent()])).close()
      const id = toSampleRunId(17)
      for (const word of [id, id.slice(4), '17', '7', id.slice(0, 19)]) assert.equal(await log.resolve(word), id, word)
      assert.equal(await log.resolve('latest'), toSampleRunId(38))
      await assert.rejects(log.resolve('8'), toFault('run-unknown', new RegExp(`${toSampleRunId(38)}, ${toSampleRunId(28)}`)))
      for (const word of ['', 'run_', 'zzz', '../17']) await assert.rejects(log.resolve(word), toFault('run-unknown', /run_/), word)
    }))

  it('makes the index again', () =>
    using(async ({ log }) => {
      for (const n of [1, 2]) await (await startRun(log, n, sampleRun({ turns: 2 }))).close()
      const before = await log.list({ limit: 10 })
      assert.equal(await log.reindex(), 2)
      assert.deepEqual(await log.list({ limit: 10 }), before)
    }))
}

function testAutonomy(using: Using): void {
  it('says what the runs of a repository speak for and against trust, as soon as it is stored', () =>
    using(async ({ log, other }, clock) => {
      const rollout = await log.create(run)
      await rollout.append([openedEvent({ root: '/home/a' }), startedEvent(), committedEvent('m', 'src/webhook/retry.ts'), endedEvent()])
      const said = async (view: EventLog, repository: string, since = 0) => (await view.autonomy({ repository, since })).map(({ run: of, at, kind, area, what }) => [of, at, kind, area, what])
      assert.deepEqual(await said(other, '/home/a'), [[run, noon, 'feature', 'src/webhook', 'won']])
      clock.time += 1000
      await rollout.append([acceptedEvent()])
      assert.deepEqual(await said(other, '/home/a'), [[run, noon, 'feature', 'src/webhook', 'accepted']])
      await rollout.append([{ type: 'run.undone', data: { by: 'ada', how: 'ref', onto: 'main', before: sampleCommit, after: sampleCommit } }])
      assert.deepEqual(await said(log, '/home/a', noon + 1000), [[run, noon + 1000, 'feature', 'src/webhook', 'undone']])
      assert.deepEqual([await said(log, '/home/a', noon + 1001), await said(log, '/home/b')], [[], []])
      await rollout.close()
    }))
}

function testBlobs(using: Using): void {
  it('gives back the bytes, whole and by range', () =>
    using(async ({ blobs }) => {
      const ref = await blobs.put('0123456789')
      assert.deepEqual(ref, { digest: hash('sha256', '0123456789', 'hex'), bytes: 10 })
      const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
      assert.equal(text(await blobs.get(ref)), '0123456789')
      for (const [from, to, expected] of [[2, 5, '234'], [8, 99, '89'], [-3, 2, '01'], [7, 3, ''], [10, 12, '']] as const) assert.equal(text(await blobs.slice(ref, from, to)), expected)
      const empty = await blobs.put(new Uint8Array())
      assert.equal((await blobs.get(empty)).length, 0)
      const large = Buffer.alloc(3_000_000, 'abc\0')
      assert.deepEqual(Buffer.from(await blobs.get(await blobs.put(large, { flush: false }))), large)
    }))

  it('stores the same bytes once and says what is missing', () =>
    using(async ({ blobs }) => {
      const refs = await Promise.all([blobs.put('same', { flush: false }), blobs.put(Buffer.from('same')), blobs.put('same')])
      assert.deepEqual(refs[0], refs[1])
      assert.deepEqual(refs[0], refs[2])
      const missing = { ...refs[0], digest: toDigest('never stored') }
      await assert.rejects(blobs.get(missing), toFault('run-corrupt', new RegExp(missing.digest.slice(2))))
      await assert.rejects(blobs.slice(missing, 0, 1), toFault('run-corrupt', /missing/))
    }))
}

function toDigest(text: string): StoredEvent['hash'] {
  return hash('sha256', text, 'hex') as StoredEvent['hash']
}

async function startRun(log: EventLog, n: number, events: readonly NewEvent[]): ReturnType<EventLog['create']> {
  const rollout = await log.create(toSampleRunId(n))
  await rollout.append(events)
  return rollout
}

export async function collect(log: EventLog, of: RunId): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const event of log.read(of, { follow: false, signal: new AbortController().signal })) events.push(event)
  return events
}

/** Verifies the chain as its definition says, by another implementation of RFC 8785. */
export function requireChain(events: readonly StoredEvent[]): void {
  let prev: string = genesis
  for (const [seq, event] of events.entries()) {
    parseEvent(event)
    const { hash: stored, ...rest } = event
    assert.equal(event.seq, seq)
    assert.equal(event.prev, prev)
    assert.equal(stored, hash('sha256', canonicalize(rest) ?? '', 'hex'))
    prev = stored
  }
}

/** A predicate for `assert.rejects`. */
export function toFault(code: FaultCode, message: RegExp): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof Fault, `expected a Fault, got ${String(thrown)}`)
    assert.equal(thrown.code, code)
    assert.match(thrown.message, message)
    return true
  }
}
