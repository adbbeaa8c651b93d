import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Emitter } from '../src/emitter.ts'

test('three for once', () => {
  const seen: string[] = []
  const emitter = new Emitter<{ go: undefined }>()
  for (const name of ['a', 'b', 'c']) emitter.once('go', () => seen.push(name))
  assert.equal(emitter.emit('go', undefined), 3)
  assert.equal(emitter.emit('go', undefined), 0)
  assert.deepEqual(seen, ['a', 'b', 'c'])
})

test('a listener that is added meanwhile waits for the next emit', () => {
  const emitter = new Emitter<{ go: undefined }>()
  let calls = 0
  emitter.on('go', () => {
    if (emitter.count('go') < 10) emitter.on('go', () => { calls += 1 })
  })
  emitter.emit('go', undefined)
  assert.equal(calls, 0)
  emitter.emit('go', undefined)
  assert.equal(calls, 1)
})
