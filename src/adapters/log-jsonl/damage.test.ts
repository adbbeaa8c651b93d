import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { sealLine } from '../../domain/chain.ts'
import type { EventLog } from '../../engine/ports/event-log.ts'
import type { RunIndex } from '../../engine/ports/run-index.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import { genesis } from '../../protocol/events/envelope.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { endedEvent, openedEvent, returnedEvent, sampleRun, startedEvent, toSampleRunId } from '../../testing/sample-run.ts'
import { createSqliteIndex } from '../index-sqlite/sqlite-index.ts'
import { createBlobStore } from './blob-store.ts'
import { sha256 } from './disk.ts'
import { createJsonlLog } from './jsonl-log.ts'

/** Rollouts, blobs and indexes as crashes, bad disks and curious people leave them. */

const run = toSampleRunId(1)
let stateDir: string
let index: RunIndex
let log: EventLog
let path: string

function open(): EventLog {
  return createJsonlLog({ stateDir, clock: { now: () => 1_772_366_400_000 }, index })
}

beforeEach(() => {
  stateDir = fs.mkdtempSync(join(os.tmpdir(), 'writ-damage-'))
  index = createSqliteIndex({ path: join(stateDir, 'index.db') })
  log = open()
  path = join(stateDir, 'runs', run, 'rollout.jsonl')
})

afterEach(() => {
  index.close()
  fs.rmSync(stateDir, { recursive: true })
})

async function store(events: readonly NewEvent[], of: RunId = run): Promise<void> {
  const rollout = await log.create(of)
  await rollout.append(events)
  await rollout.close()
}

async function getFault(work: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await work.then(() => undefined, (reason: unknown) => reason)
  assert.ok(thrown instanceof Fault, `expected a Fault, got ${String(thrown)}`)
  return thrown
}

async function countRead(): Promise<number> {
  let count = 0
  for await (const event of log.read(run, { follow: false, signal: new AbortController().signal })) count = event.seq + 1
  return count
}

/** Changes lines as text; a line number that is not there fails the test. */
function rewrite(change: (lines: string[]) => string[]): void {
  const lines = fs.readFileSync(path, 'utf8').split('\n').slice(0, -1)
  fs.writeFileSync(path, change(lines).map((line) => line + '\n').join(''))
}

describe('a torn end', () => {
  for (const [what, cut] of [['half a line', 40], ['a line without its end', 1]] as const) {
    it(`is set aside and said: ${what}`, async () => {
      await store([openedEvent(), startedEvent(), returnedEvent(1)])
      const whole = fs.readFileSync(path)
      const kept = whole.lastIndexOf(10, whole.length - 2) + 1
      fs.writeFileSync(path, whole.subarray(0, whole.length - cut))
      assert.equal(await countRead(), 2)
      const { rollout, repaired } = await log.open(run)
      assert.match(repaired ?? '', /after event 1.*rollout\.torn-2/)
      assert.deepEqual(fs.readFileSync(join(stateDir, 'runs', run, 'rollout.torn-2')), whole.subarray(kept, whole.length - cut))
      await rollout.append([endedEvent()])
      await rollout.close()
      assert.equal(await countRead(), 3)
      assert.equal((await log.open(run)).repaired, undefined)
    })
  }

  it('does not confuse who follows the run while it is taken over', { timeout: 20_000 }, async () => {
    await store([openedEvent()])
    fs.appendFileSync(path, '{"at":"2026-03-01T12:00:00.000Z","data":{"task":"t9')
    const seen: string[] = []
    for await (const event of log.read(run, { follow: true, signal: new AbortController().signal })) {
      seen.push(event.type)
      if (event.type !== 'run.opened') continue
      // Only once the reader waits has it seen the torn line.
      setImmediate(async () => {
        const { rollout } = await log.open(run)
        await rollout.append([startedEvent(), endedEvent()])
        await rollout.close()
      })
    }
    assert.deepEqual(seen, ['run.opened', 'task.started', 'run.ended'])
  })

  it('of zeros, as a loss of power leaves it, is set aside too', async () => {
    await store([openedEvent(), startedEvent()])
    fs.appendFileSync(path, Buffer.alloc(4096))
    const { rollout, repaired } = await log.open(run)
    assert.match(repaired ?? '', /4096 bytes/)
    assert.equal(rollout.events.length, 2)
    await rollout.close()
  })
})

describe('a damaged line is named with what is wrong', () => {
  const damages: readonly (readonly [string, (lines: string[]) => string[], RegExp])[] = [
    ['a letter of the payload', (lines) => lines.with(1, lines[1]?.replace('task":"t', 'task":"u') ?? ''), /^Line 2 .*does not match its hash/],
    ['its time', (lines) => lines.with(1, lines[1]?.replace('"at":"2026', '"at":"2027') ?? ''), /^Line 2 .*does not match its hash/],
    ['its type', (lines) => lines.with(2, lines[2]?.replace('tool.returned', 'tool.called') ?? ''), /^Line 3 .*does not match its hash/],
    ['its hash', (lines) => lines.with(2, lines[2]?.replace(/"hash":"./, '"hash":"x') ?? ''), /^Line 3 .*not a line that Writ wrote/],
    ['a line taken out', (lines) => lines.toSpliced(1, 1), /^Line 2 .*sequence number 2 where 1 was due/],
    ['lines swapped', (lines) => [lines[0] ?? '', lines[2] ?? '', lines[1] ?? '', lines[3] ?? ''], /^Line 2 .*sequence number 2/],
    ['a line twice', (lines) => lines.toSpliced(1, 0, lines[1] ?? ''), /^Line 3 .*sequence number 1 where 2 was due/],
    ['no JSON', (lines) => lines.with(3, '\0\0\0'), /^Line 4 .*is not JSON/],
    ['an empty line', (lines) => lines.toSpliced(2, 0, ''), /^Line 3 .*is not JSON/],
    ['another format', (lines) => lines.with(0, '{"v":7,"kind":"new"}'), /^Line 1 .*version 7.*newer Writ\. Use that version/],
  ]
  for (const [what, damage, message] of damages) {
    it(what, async () => {
      await store([openedEvent(), startedEvent(), returnedEvent(1), endedEvent()])
      rewrite(damage)
      const before = fs.readFileSync(path)
      for (const fault of [await getFault(log.open(run)), await getFault(countRead())]) {
        assert.equal(fault.code, 'run-corrupt')
        assert.match(fault.message, message)
      }
      assert.deepEqual(fs.readFileSync(path), before)
    })
  }

  it('any single flipped bit of any line', async () => {
    await store([openedEvent(), startedEvent(), returnedEvent(1, 'grün ✓ \ufffd'), endedEvent()])
    const whole = fs.readFileSync(path)
    for (let at = 0; at < whole.length - 1; at += 7) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      fs.writeFileSync(path, flipped)
      const fault = await getFault(countRead())
      assert.equal(fault.code, 'run-corrupt', `byte ${at}`)
    }
  })

  const seal = (event: unknown): string => sealLine(event as NewEvent, '2026-03-01T12:00:00.000Z', { run, seq: 0, head: genesis }, sha256).line
  const sealed: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown event', seal({ type: 'moon.landed', data: {} }), /^Line 1 .*moon\.landed.*newer Writ/],
    ['a payload that does not fit', seal({ type: 'task.started', data: { task: 5 } }), /^Line 1 .*task\.started.*does not fit its schema: task/],
  ]
  for (const [what, line, message] of sealed) {
    it(`${what}, although its hash is right`, async () => {
      await store([openedEvent()])
      fs.writeFileSync(path, line + '\n')
      assert.match((await getFault(log.open(run))).message, message)
      assert.equal((await log.list({ limit: 5 })).length, 1)
    })
  }

  it('of another run', async () => {
    await store([openedEvent()])
    await store([openedEvent()], toSampleRunId(2))
    fs.copyFileSync(path.replace(run, toSampleRunId(2)), path)
    assert.match((await getFault(log.open(run))).message, /belongs to another run/)
  })
})

describe('the list', () => {
  it('shows a damaged run and hides no other', async () => {
    for (const n of [1, 2, 3]) await store(sampleRun({ turns: 3, goal: `goal ${n}` }), toSampleRunId(n))
    rewrite((lines) => lines.with(4, lines[4]?.replace('call_', 'cull_') ?? ''))
    const first = path.replace(run, toSampleRunId(2))
    fs.writeFileSync(first, 'garbage\n' + fs.readFileSync(first, 'utf8'))
    for (let look = 0; look < 2; look += 1) {
      assert.deepEqual((await log.list({ limit: 9 })).map((line) => [line.goal, line.status]), [
        ['goal 3', 'ended'],
        ['(unreadable)', 'stopped'],
        ['goal 1', 'stopped'],
      ])
    }
  })

  it('does not see a run that is only half written yet, and sees it whole later', async () => {
    await store(sampleRun({ turns: 2 }))
    const whole = fs.readFileSync(path)
    fs.writeFileSync(path, whole.subarray(0, whole.length - 30))
    assert.equal((await log.list({ limit: 9 }))[0]?.status, 'stopped')
    fs.writeFileSync(path, whole)
    assert.equal((await log.list({ limit: 9 }))[0]?.status, 'ended')
  })

  it('resolves the latest that can be read, also where only a whole reading shows the damage', async () => {
    for (const n of [1, 2, 3, 4]) await store(sampleRun({ turns: 1 }), toSampleRunId(n))
    fs.writeFileSync(join(stateDir, 'runs', toSampleRunId(4), 'rollout.jsonl'), 'not a record\n')
    assert.equal(await log.resolve('latest'), toSampleRunId(3))
    // An event of a kind that the index only counts, with a payload that nobody knows; its seal is right.
    const third = join(stateDir, 'runs', toSampleRunId(3), 'rollout.jsonl')
    const lines = fs.readFileSync(third, 'utf8').trimEnd().split('\n')
    const last = JSON.parse(lines.at(-1) ?? '') as { hash: string }
    const odd = sealLine({ type: 'task.started', data: { unknown: true } } as never, '2026-03-01T12:00:09.000Z', { run: toSampleRunId(3), seq: lines.length, head: last.hash }, sha256)
    fs.appendFileSync(third, `${odd.line}\n`)
    assert.deepEqual((await log.list({ limit: 9 })).map((line) => line.run), [4, 3, 2, 1].map(toSampleRunId))
    assert.equal(await log.resolve('latest'), toSampleRunId(2))
  })

  it('resolves the latest of one repository, passing over what is another’s or holds nothing', async () => {
    for (const [n, root] of [[1, '/repo/a'], [2, '/repo/b'], [3, '/repo/a'], [4, '/repo/b']] as const) await store([openedEvent({ root })], toSampleRunId(n))
    await store([], toSampleRunId(5))
    assert.equal(await log.resolve('latest'), toSampleRunId(4))
    assert.equal(await log.resolve('latest', { repository: '/repo/a' }), toSampleRunId(3))
    assert.equal(await log.resolve(toSampleRunId(2), { repository: '/repo/a' }), toSampleRunId(2))
    assert.match((await getFault(log.resolve('latest', { repository: '/repo/c' }))).message, /no run of \/repo\/c .*writ list/)
  })

  it('forgets runs that were removed', async () => {
    for (const n of [1, 2]) await store(sampleRun({ turns: 1 }), toSampleRunId(n))
    assert.equal((await log.list({ limit: 9 })).length, 2)
    fs.rmSync(join(stateDir, 'runs', run), { recursive: true })
    assert.deepEqual((await log.list({ limit: 9 })).map((line) => line.run), [toSampleRunId(2)])
    assert.equal(await log.resolve('latest'), toSampleRunId(2))
  })

  const wreck: readonly (readonly [string, (file: string) => void])[] = [
    ['deleted', (file) => fs.rmSync(file)],
    ['emptied', (file) => fs.truncateSync(file)],
    ['no database', (file) => fs.writeFileSync(file, 'this is no database '.repeat(1000))],
    ['cut in half', (file) => fs.truncateSync(file, fs.statSync(file).size / 2)],
    ['overwritten in the middle', (file) => overwrite(file, 4096, 12_000)],
    ['overwritten at its end', (file) => overwrite(file, fs.statSync(file).size - 6000, 6000)],
    ['a directory', (file) => (fs.rmSync(file), fs.mkdirSync(file))],
  ]
  for (const [what, damage] of wreck) {
    it(`is the same when the index was ${what}`, async () => {
      for (let n = 1; n <= 30; n += 1) await store(sampleRun({ turns: 1, goal: `goal ${n}` }), toSampleRunId(n))
      const before = await log.list({ limit: 99 })
      const found = await log.list({ search: 'goal 17', limit: 9 })
      assert.equal(found.length, 1)
      index.close()
      for (const suffix of ['-wal', '-shm']) fs.rmSync(join(stateDir, `index.db${suffix}`), { force: true })
      damage(join(stateDir, 'index.db'))
      assert.deepEqual(await log.list({ limit: 99 }), before)
      assert.deepEqual(await log.list({ search: 'goal 17', limit: 9 }), found)
    })
  }

  it('is right when the index is damaged while it is open', async () => {
    for (let n = 1; n <= 30; n += 1) await store(sampleRun({ turns: 1 }), toSampleRunId(n))
    const before = await log.list({ limit: 99 })
    for (const suffix of ['-wal', '-shm', '']) fs.rmSync(join(stateDir, `index.db${suffix}`), { force: true })
    assert.deepEqual(await log.list({ limit: 99 }), before)
    assert.deepEqual(await open().list({ limit: 99 }), before)
  })
})

function overwrite(file: string, from: number, length: number): void {
  const fd = fs.openSync(file, 'r+')
  fs.writeSync(fd, Buffer.alloc(length, 0xa5), 0, length, Math.max(0, from))
  fs.closeSync(fd)
}

describe('what is kept', () => {
  it('is for its owner only', async () => {
    const rollout = await log.create(run)
    await rollout.append([openedEvent()])
    const ref = await createBlobStore({ stateDir }).put('secret')
    await log.list({ limit: 1 })
    const directory = join(stateDir, 'runs', run)
    const files = [...fs.readdirSync(directory).map((name) => join(directory, name)), join(stateDir, 'blobs', ref.digest.slice(0, 2), ref.digest.slice(2)), join(stateDir, 'index.db')]
    for (const file of files) assert.equal((fs.statSync(file).mode & 0o777).toString(8), '600', file)
    for (const name of ['runs', `runs/${run}`, 'blobs', `blobs/${ref.digest.slice(0, 2)}`]) assert.equal((fs.statSync(join(stateDir, name)).mode & 0o777).toString(8), '700', name)
    await rollout.close()
  })

  it('is refused when a blob was changed, and stored again when it was cut off', async () => {
    const blobs = createBlobStore({ stateDir })
    const ref = await blobs.put('original')
    const file = join(stateDir, 'blobs', ref.digest.slice(0, 2), ref.digest.slice(2))
    fs.writeFileSync(file, 'Original')
    assert.match((await getFault(blobs.get(ref))).message, /do not match its name/)
    fs.writeFileSync(file, 'orig')
    assert.equal((await getFault(blobs.get(ref))).code, 'run-corrupt')
    assert.equal((await getFault(blobs.slice(ref, 2, 6))).code, 'run-corrupt')
    await createBlobStore({ stateDir }).put('original')
    assert.equal(Buffer.from(await blobs.get(ref)).toString(), 'original')
    assert.deepEqual(fs.readdirSync(join(file, '..')), [ref.digest.slice(2)])
  })
})
