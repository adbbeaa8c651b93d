import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { BlobRef, RunId } from '../../protocol/ids.ts'
import { openedEvent, toSampleRunId } from '../../testing/sample-run.ts'
import { createSqliteIndex } from '../index-sqlite/sqlite-index.ts'
import { createBlobStore } from './blob-store.ts'
import { findUnreferenced, sweepBlobs, takeBlobCensus } from './blob-sweep.ts'
import { createJsonlLog } from './jsonl-log.ts'
import { createLogLeftoverFinder } from './leftovers.ts'

describe('outputs that nothing refers to', () => {
  let stateDir: string
  const hour = 60 * 60_000
  beforeEach(() => {
    stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-sweep-'))
  })
  afterEach(() => fs.rmSync(stateDir, { recursive: true, force: true }))

  const blobPath = (ref: BlobRef): string => path.join(stateDir, 'blobs', ref.digest.slice(0, 2), fs.readdirSync(path.join(stateDir, 'blobs', ref.digest.slice(0, 2))).find((name) => name.startsWith(ref.digest.slice(2))) ?? 'none')
  const age = (at: string, ms: number): void => fs.utimesSync(at, (Date.now() - ms) / 1000, (Date.now() - ms) / 1000)
  const put = async (text: string, ageMs = 2 * hour): Promise<BlobRef> => {
    const ref = await createBlobStore({ stateDir }).put(text)
    age(blobPath(ref), ageMs)
    return ref
  }
  /** A run whose log refers to these. */
  const tell = async (run: RunId, refs: readonly BlobRef[]): Promise<void> => {
    const log = createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: path.join(stateDir, 'index.db') }) })
    const rollout = await log.create(run)
    await rollout.append([openedEvent(), ...refs.map((detail) => ({ type: 'fault.met', data: { code: 'bug', message: 'x', during: 'x', detail } }) as const)])
    await rollout.close()
  }
  const find = async (keeps: (run: RunId) => boolean = () => true): Promise<string[]> => findUnreferenced(await takeBlobCensus(stateDir, Date.now()), keeps).map((blob) => blob.path).sort()
  const rollout = (run: RunId): string => path.join(stateDir, 'runs', run, 'rollout.jsonl')

  test('go; what any run refers to stays, also if only one of two still counts, and so does what is young', async () => {
    const [mine, shared, alone, young] = [await put('mine'), await put('shared'), await put('alone'), await put('young', 0)]
    const [one, two] = [toSampleRunId(1), toSampleRunId(2)]
    await tell(one, [mine, shared])
    await tell(two, [shared])
    assert.deepEqual(await find(), [blobPath(alone)])
    assert.deepEqual(await find((run) => run === two), [blobPath(mine), blobPath(alone)].sort())
    const before = fs.statSync(blobPath(alone)).blocks * 512
    const swept = sweepBlobs(findUnreferenced(await takeBlobCensus(stateDir, Date.now()), () => true), () => Date.now())
    assert.deepEqual(swept, { count: 1, bytes: before })
    for (const ref of [mine, shared, young]) assert.ok(fs.existsSync(blobPath(ref)))
    assert.throws(() => blobPath(alone) === '' || fs.statSync(blobPath(alone)))
  })

  test('stay, all of them, while one record is damaged or cannot be read', async () => {
    const [mine] = [await put('mine'), await put('alone')]
    const run = toSampleRunId(1)
    await tell(run, [mine])
    const whole = fs.readFileSync(rollout(run))
    const at = whole.indexOf(mine.digest)
    const damaged = Buffer.from(whole)
    damaged[at] = damaged[at] === 0x61 ? 0x62 : 0x61
    fs.writeFileSync(rollout(run), damaged)
    const census = await takeBlobCensus(stateDir, Date.now())
    assert.deepEqual(findUnreferenced(census, () => true), [])
    assert.deepEqual([census.unreadable[0]?.run, /line 2 /.test(census.unreadable[0]?.problem ?? '')], [run, true])
    fs.writeFileSync(rollout(run), whole)
    assert.equal((await find()).length, 1)
    fs.rmSync(rollout(run))
    fs.mkdirSync(rollout(run))
    fs.writeFileSync(path.join(stateDir, 'runs', run, 'rollout.damaged'), whole.subarray(0, at + 64))
    assert.equal((await find()).length, 1, 'a record that was put aside counts')
  })

  test('stay when they are stored again between the count and the sweep', async () => {
    const again = await put('again')
    const counted = findUnreferenced(await takeBlobCensus(stateDir, Date.now()), () => true)
    assert.equal(counted.length, 1)
    await createBlobStore({ stateDir }).put('again')
    assert.deepEqual(sweepBlobs(counted, () => Date.now()), { count: 0, bytes: 0 })
    assert.equal(Buffer.from(await createBlobStore({ stateDir }).get(again)).toString(), 'again')
  })

  test('halves of writes and folders of runs that never began are left behind; what may just be starting is not', async () => {
    const blob = await put('x')
    const half = `${blobPath(blob)}.0123456789ab.tmp`
    const [dead, starting, real] = [toSampleRunId(1), toSampleRunId(2), toSampleRunId(3)]
    for (const run of [dead, starting]) fs.mkdirSync(path.join(stateDir, 'runs', run, 'git'), { recursive: true })
    await tell(real, [])
    fs.writeFileSync(half, 'half')
    fs.writeFileSync(path.join(stateDir, 'runs', real, 'owner.json'), '{}')
    const finder = createLogLeftoverFinder({ stateDir, now: () => Date.now() })
    assert.deepEqual((await finder.find()).map((each) => each.name), [path.join(stateDir, 'runs', real, 'owner.json')])
    age(half, 2 * hour)
    for (const at of ['git', '.']) age(path.join(stateDir, 'runs', dead, at), hour)
    const found = await finder.find()
    assert.deepEqual(found.map((each) => each.name).sort(), [half, path.join(stateDir, 'runs', dead), path.join(stateDir, 'runs', real, 'owner.json')].sort())
    for (const each of found) assert.equal(await each.remove(), each.bytes)
    assert.deepEqual(await finder.find(), [])
    assert.ok(fs.existsSync(rollout(real)) && fs.existsSync(path.join(stateDir, 'runs', starting)))
  })
})
