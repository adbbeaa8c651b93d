import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createBlobStore } from '../adapters/log-jsonl/blob-store.ts'
import { createMasker } from '../domain/secrets/masker.ts'
import { createRunBlobs } from './run-blobs.ts'

const directories: string[] = []
after(() => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })))

function makeStore() {
  const stateDir = mkdtempSync(join(tmpdir(), 'writ-blobs-'))
  directories.push(stateDir)
  return { stateDir, store: createBlobStore({ stateDir }) }
}

function sizeOf(stateDir: string): number {
  return readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

describe('the blobs of a run', () => {
  it('stay within the bound whatever comes, whole as long as there is room, then cut with a line that says so', async () => {
    const { stateDir, store } = makeStore()
    const blobs = createRunBlobs({ blobs: store, masker: undefined, maxBytes: 1_000_000, earlier: () => [] })
    const kept = []
    for (let n = 0; n < 300; n += 1) kept.push(await blobs.keep?.(randomBytes(50_000), { flush: false }))
    assert.ok(sizeOf(stateDir) <= 1_000_000, String(sizeOf(stateDir)))
    assert.ok(sizeOf(stateDir) > 950_000, String(sizeOf(stateDir)))
    assert.deepEqual(kept.slice(0, 10).map((each) => each?.droppedBytes), Array(10).fill(0))
    const cut = kept[20]
    assert.ok(cut && cut.droppedBytes > 40_000)
    assert.match(Buffer.from(await blobs.get(cut.ref)).toString('latin1'), /bytes were not kept: the record of the run is near its size limit/)
    const last = kept.at(-1)
    assert.ok(last)
    assert.match(Buffer.from(await blobs.get(last.ref)).toString(), /^\[nothing of this output was kept/)
    assert.equal(last.droppedBytes, 50_000)
  })

  it('count what the run stored before', async () => {
    const { store } = makeStore()
    const earlier = await store.put(randomBytes(90_000))
    const blobs = createRunBlobs({ blobs: store, masker: undefined, maxBytes: 100_000, earlier: () => [earlier] })
    assert.ok(((await blobs.keep?.(randomBytes(20_000)))?.droppedBytes ?? 0) > 10_000)
  })

  it('hold no secret, and what is ours as it is', async () => {
    const { store } = makeStore()
    const masker = createMasker({ key: '0'.repeat(64) })
    masker.learn(['a-value-that-is-known'], 'variable')
    const blobs = createRunBlobs({ blobs: store, masker, maxBytes: 1e6, earlier: () => [] })
    const bytes = Buffer.concat([Buffer.from([255, 0, 254]), Buffer.from('a-value-that-is-known'), Buffer.from([128])])
    assert.match(Buffer.from(await blobs.get(await blobs.put(bytes))).toString('latin1'), /^\xff\0\xfe\[secret:variable:\w{8}\]\x80$/)
    assert.equal(Buffer.from(await blobs.get(await blobs.put('a-value-that-is-known', { asIs: true }))).toString(), 'a-value-that-is-known')
  })
})
