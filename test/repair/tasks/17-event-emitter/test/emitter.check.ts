import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Emitter } from '../src/emitter.ts'

test('calls listeners in order', () => {
  const seen: string[] = []
  const emitter = new Emitter<{ say: string }>()
  emitter.on('say', (text) => seen.push(`a ${text}`))
  emitter.on('say', (text) => seen.push(`b ${text}`))
  assert.equal(emitter.emit('say', 'hi'), 2)
  assert.deepEqual(seen, ['a hi', 'b hi'])
})

test('a listener for once does not hide the next one', () => {
  const seen: number[] = []
  const emitter = new Emitter<{ tick: number }>()
  emitter.once('tick', (n) => seen.push(n))
  emitter.on('tick', (n) => seen.push(n * 10))
  emitter.emit('tick', 1)
  emitter.emit('tick', 2)
  assert.deepEqual(seen, [1, 10, 20])
})

test('off', () => {
  const emitter = new Emitter<{ x: null }>()
  const off = emitter.on('x', () => assert.fail())
  off()
  assert.equal(emitter.emit('x', null), 0)
  assert.equal(emitter.count('x'), 0)
})
