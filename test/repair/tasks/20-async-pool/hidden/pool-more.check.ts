import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mapPool, runPool } from '../src/pool.ts'

test('never more than the width', async () => {
  let [running, most] = [0, 0]
  const results = await mapPool(Array.from({ length: 12 }, (_, n) => n), 3, async (n) => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, n % 3))
    running -= 1
    return n * n
  })
  assert.equal(most, 3)
  assert.deepEqual(results, Array.from({ length: 12 }, (_, n) => n * n))
})

test('a failing job fails the pool', async () => {
  await assert.rejects(runPool([async () => 1, async () => { throw new Error('no') }], 1), /no/)
})
