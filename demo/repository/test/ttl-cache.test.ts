import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TtlCache } from '../service/ttl-cache.ts'

function setUp(capacity: number) {
  const clock = { ms: 0 }
  return { clock, cache: new TtlCache<number>({ capacity, ttlMs: 1000, now: () => clock.ms }) }
}

test('what was set can be got', () => {
  const { cache } = setUp(2)
  cache.set('a', 1)
  assert.equal(cache.get('a'), 1)
  assert.equal(cache.get('b'), undefined)
})

test('an entry lives for its time and not a millisecond more', () => {
  const { cache, clock } = setUp(2)
  cache.set('a', 1)
  clock.ms = 999
  assert.equal(cache.get('a'), 1)
  clock.ms = 1000
  assert.equal(cache.get('a'), undefined)
  assert.equal(cache.size, 0)
})

test('setting again renews value and time', () => {
  const { cache, clock } = setUp(2)
  cache.set('a', 1)
  clock.ms = 600
  cache.set('a', 2)
  clock.ms = 1200
  assert.equal(cache.get('a'), 2)
})

test('when full, the least recently used entry goes', () => {
  const { cache } = setUp(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)
  assert.deepEqual(cache.keys(), ['a', 'c'])
})

test('when full, expired entries go before live ones', () => {
  const { cache, clock } = setUp(3)
  cache.set('old', 1)
  clock.ms = 500
  cache.set('b', 2)
  cache.set('c', 3)
  clock.ms = 1100
  cache.set('d', 4)
  assert.deepEqual(cache.keys(), ['b', 'c', 'd'])
})

test('setting a key that is there drops no other', () => {
  const { cache } = setUp(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.set('b', 3)
  assert.deepEqual(cache.keys(), ['a', 'b'])
})

test('purge removes what has expired and nothing else', () => {
  const { cache, clock } = setUp(5)
  cache.set('a', 1)
  cache.set('b', 2)
  clock.ms = 400
  cache.set('c', 3)
  clock.ms = 1000
  assert.equal(cache.purge(), 2)
  assert.deepEqual(cache.keys(), ['c'])
})

test('purge finds what has expired behind what was used since', () => {
  const { cache, clock } = setUp(5)
  cache.set('a', 1)
  clock.ms = 400
  cache.set('b', 2)
  cache.get('a')
  clock.ms = 1000
  assert.equal(cache.purge(), 1)
  assert.deepEqual(cache.keys(), ['b'])
})

test('purge of a fresh cache removes nothing', () => {
  const { cache } = setUp(2)
  cache.set('a', 1)
  assert.equal(cache.purge(), 0)
  assert.equal(cache.size, 1)
})

test('a cache needs room for one entry', () => {
  assert.throws(() => setUp(0), RangeError)
})
