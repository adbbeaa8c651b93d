import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Blobs } from '../../engine/ports/event-log.ts'
import { Fault } from '../../protocol/fault.ts'
import type { BlobRef } from '../../protocol/ids.ts'
import { createBlobStore } from './blob-store.ts'

let stateDir: string
let blobs: Blobs
before(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'writ-frames-'))
  blobs = createBlobStore({ stateDir })
})
after(() => rmSync(stateDir, { recursive: true, force: true }))

const toPath = (ref: BlobRef): string => join(stateDir, 'blobs', ref.digest.slice(0, 2), ref.digest.slice(2))
const text = Buffer.from(Array.from({ length: 60_000 }, (_, n) => `line ${n} of an output, ${n * 7919} things\n`).join(''))
/** Half of it packs, half does not. */
const mixed = Buffer.concat([text.subarray(0, 700_000), randomBytes(300_001)])

describe('compressed blobs', () => {
  it('are made again where a loss of power left other bytes of the same length', async () => {
    const plain = Buffer.from('what was not flushed')
    const ref = await blobs.put(plain, { flush: false })
    writeFileSync(toPath(ref), Buffer.alloc(statSync(toPath(ref)).size))
    const later = createBlobStore({ stateDir })
    await assert.rejects(later.get(ref), /its bytes do not match its name/)
    await later.put(plain)
    assert.deepEqual(Buffer.from(await later.get(ref)), plain)
  })

  it('are smaller, have the digest of the plain bytes, and every range of them is right', async () => {
    for (const plain of [text, mixed]) {
      const ref = await blobs.put(plain)
      assert.deepEqual(ref, { digest: createHash('sha256').update(plain).digest('hex'), bytes: plain.length })
      assert.ok(statSync(toPath(ref)).size < plain.length * 0.7)
      assert.deepEqual(Buffer.from(await blobs.get(ref)), plain)
      for (const [from, to] of [[0, 1], [262_143, 262_145], [262_144, 524_288], [500_000, 900_000], [plain.length - 5, plain.length + 5], [7, 7]] as const) {
        assert.deepEqual(Buffer.from(await blobs.slice(ref, from, to)), plain.subarray(from, to), `${from}-${to}`)
      }
    }
  })

  it('are not made of what does not shrink, and old ones without compression are read', async () => {
    for (const plain of [randomBytes(600_000), Buffer.from('short'), Buffer.alloc(0)]) {
      const ref = await blobs.put(plain)
      assert.equal(statSync(toPath(ref)).size, plain.length)
      assert.deepEqual(Buffer.from(await blobs.get(ref)), plain)
    }
    const old = Buffer.from(`WRZ1${'an old blob that looks like ours '.repeat(99)}`)
    const ref = { digest: createHash('sha256').update(old).digest('hex'), bytes: old.length } as BlobRef
    mkdirSync(dirname(toPath(ref)), { recursive: true })
    writeFileSync(toPath(ref), old)
    assert.deepEqual(Buffer.from(await blobs.get(ref)), old)
    assert.equal(Buffer.from(await blobs.slice(ref, 0, 4)).toString(), 'WRZ1')
    await blobs.put(old)
    assert.deepEqual(readFileSync(toPath(ref)), old)
  })

  it('that were changed anywhere, or cut off, are refused and made again', async () => {
    const ref = await blobs.put(text)
    const file = readFileSync(toPath(ref))
    const isRefused = async (what: string): Promise<void> => {
      await assert.rejects(blobs.get(ref), (thrown) => thrown instanceof Fault && thrown.code === 'run-corrupt', what)
    }
    for (const at of [0, 5, 9, 15, 40, 5_000, file.length - 1]) {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] ?? 0) ^ 0x20
      writeFileSync(toPath(ref), changed)
      await isRefused(`byte ${at}`)
    }
    for (const length of [0, 3, 20, file.length - 1]) {
      writeFileSync(toPath(ref), file.subarray(0, length))
      await isRefused(`${length} bytes`)
      await createBlobStore({ stateDir }).put(text)
      assert.deepEqual(readFileSync(toPath(ref)), file)
    }
  })
})
