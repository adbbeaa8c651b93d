import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { digestOf } from '../../domain/digest.ts'
import { createValidationCache, type DiskCache } from './validation-cache.ts'

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-cache-'))
after(() => fs.rmSync(home, { recursive: true, force: true }))
let made = 0
const day = 24 * 3_600_000

function open(options: { now?: () => number; maxBytes?: number; directory?: string } = {}): DiskCache & { readonly directory: string } {
  made += 1
  const directory = options.directory ?? path.join(home, `cache-${made}`)
  return { ...createValidationCache({ now: Date.now, ...options, directory }), directory }
}

const key = (n: number): string => digestOf(String(n))
const files = (directory: string): readonly string[] => fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.json')).map((name) => path.join(directory, name))

describe('the cache of validation on the disk', () => {
  test('gives back what was put, also to another process later', async () => {
    const cache = open()
    assert.equal(await cache.get(key(1)), undefined)
    await cache.put(key(1), { findings: [{ path: 'ü', line: 1 }] })
    await cache.put(key(1), { findings: [] })
    await cache.put(key(2), null)
    const other = open({ directory: cache.directory })
    assert.deepEqual([await other.get(key(1)), await other.get(key(2))], [{ findings: [] }, null])
    assert.deepEqual(files(cache.directory).map((file) => fs.statSync(file).mode & 0o777), [0o600, 0o600])
  })

  test('a damaged entry, or one that belongs to another key, is a missing one', async () => {
    for (const damage of ['', '{"key":', 'null', '{"key":"other","value":1}', '\0\0\0\0']) {
      const cache = open()
      await cache.put(key(1), 1)
      for (const file of files(cache.directory)) fs.writeFileSync(file, damage)
      assert.equal(await cache.get(key(1)), undefined)
      await cache.put(key(1), 2)
      assert.equal(await cache.get(key(1)), 2)
    }
  })

  test('keys that would lead elsewhere lead nowhere, and answers that are too large are not kept', async () => {
    const cache = open()
    await cache.put('../../escape', 1)
    await cache.put(key(1), 'x'.repeat(5 * 2 ** 20))
    assert.equal(fs.existsSync(cache.directory), false)
    assert.deepEqual([await cache.get('../../escape'), await cache.get(key(1))], [undefined, undefined])
  })

  test('a disk that takes nothing keeps nothing and hurts nobody', async () => {
    const blocked = path.join(home, 'a-file')
    fs.writeFileSync(blocked, '')
    const cache = open({ directory: blocked })
    await cache.put(key(1), 1)
    assert.equal(await cache.get(key(1)), undefined)
    cache.prune()
  })

  test('what nobody asked for in a month is gone, and a use is noted', async () => {
    const cache = open()
    const age = (n: number, days: number): void => {
      const file = files(cache.directory).find((each) => each.endsWith(`${key(n).slice(2)}.json`)) ?? assert.fail()
      fs.utimesSync(file, (Date.now() - days * day) / 1000, (Date.now() - days * day) / 1000)
    }
    for (const n of [1, 2, 3]) await cache.put(key(n), n)
    age(1, 31)
    age(2, 29)
    assert.deepEqual([await cache.get(key(1)), await cache.get(key(2)), await cache.get(key(3))], [undefined, 2, 3])
    cache.prune()
    assert.equal(files(cache.directory).length, 2)
    const later = open({ directory: cache.directory, now: () => Date.now() + 20 * day })
    assert.deepEqual([await later.get(key(2)), await later.get(key(3))], [2, 3])
  })

  test('over its bound the oldest go first, an hour at least between two looks', async () => {
    let now = Date.now()
    const cache = open({ now: () => now, maxBytes: 100_000 })
    for (let n = 0; n < 30; n += 1) {
      await cache.put(key(n), 'x'.repeat(4_000))
      for (const file of files(cache.directory)) if (file.includes(key(n).slice(2))) fs.utimesSync(file, (now - day) / 1000 + n, (now - day) / 1000 + n)
    }
    cache.prune()
    const left = await Promise.all(Array.from({ length: 30 }, (_, n) => cache.get(key(n))))
    assert.ok(left.filter(Boolean).length < 20 && left.filter(Boolean).length > 5)
    assert.equal(left[0], undefined)
    assert.notEqual(left[29], undefined)
    for (let n = 100; n < 130; n += 1) await cache.put(key(n), 'x'.repeat(4_000))
    const before = files(cache.directory).length
    cache.prune()
    assert.equal(files(cache.directory).length, before)
    now += 2 * 3_600_000
    cache.prune()
    assert.ok(files(cache.directory).length < before)
  })
})
