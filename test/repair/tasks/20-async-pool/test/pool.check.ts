import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mapPool, Mutex, runPool } from '../src/pool.ts'

const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)))

test('gives all results', async () => {
  assert.deepEqual(await runPool([() => later(1), () => later(2), () => later(3)], 2), [1, 2, 3])
})

test('one after the other', async () => {
  const mutex = new Mutex()
  const seen: string[] = []
  await Promise.all(['a', 'b'].map((name) => mutex.hold(async () => {
    seen.push(`${name} in`)
    await later(0)
    seen.push(`${name} out`)
  })))
  assert.deepEqual(seen, ['a in', 'a out', 'b in', 'b out'])
})

test('width', async () => {
  await assert.rejects(runPool([], 0), RangeError)
  assert.deepEqual(await mapPool([], 3, later), [])
})
