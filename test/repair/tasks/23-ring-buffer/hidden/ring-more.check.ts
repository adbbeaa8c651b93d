import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ring } from '../src/ring.ts'

test('like a list', () => {
  for (const capacity of [1, 2, 3, 5]) {
    const ring = new Ring<number>(capacity)
    let list: number[] = []
    for (let n = 0; n < 40; n++) {
      if (n % 7 === 3 || n % 7 === 5) assert.equal(ring.shift(), list.shift())
      else {
        ring.push(n)
        list = [...list, n].slice(-capacity)
      }
      assert.deepEqual([...ring], list)
      assert.equal(ring.last(), list.at(-1))
    }
  }
})
