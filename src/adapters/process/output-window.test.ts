import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutputWindow } from './output-window.ts'

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const text = (kept: Uint8Array): string => Buffer.from(kept).toString()

test('what fits is kept whole and in order', () => {
  const window = createOutputWindow(100)
  window.push('stdout', bytes('one '))
  window.push('stderr', bytes('two '))
  window.push('stdout', bytes('three'))
  const kept = window.take()
  assert.deepEqual([text(kept.output), text(kept.stdout), text(kept.stderr), kept.droppedBytes], ['one two three', 'one three', 'two ', 0])
})

test('the middle is dropped to the byte, whatever the chunks', () => {
  const whole = Array.from({ length: 997 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('')
  for (const size of [1, 3, 64, 500, 997]) {
    const window = createOutputWindow(100)
    for (let at = 0; at < whole.length; at += size) window.push('stdout', bytes(whole.slice(at, at + size)))
    const kept = window.take()
    assert.equal(kept.droppedBytes, 897)
    assert.equal(text(kept.output), `${whole.slice(0, 50)}\n[… 897 bytes dropped …]\n${whole.slice(-50)}`)
    assert.equal(text(kept.stdout), text(kept.output))
    assert.equal(kept.stderr.length, 0)
  }
})

test('each stream says what it lost itself', () => {
  const window = createOutputWindow(10)
  window.push('stdout', bytes('aaaaa'))
  window.push('stderr', bytes('bbbbbbb'))
  window.push('stdout', bytes('ccccc'))
  const kept = window.take()
  assert.equal(text(kept.stdout), 'aaaaaccccc')
  assert.equal(text(kept.stderr), '\n[… 7 bytes dropped …]\n')
})

test('a flood does not pile up', () => {
  const window = createOutputWindow(1_000)
  const chunk = new Uint8Array(1_000).fill(120)
  for (let index = 0; index < 5_000; index += 1) window.push('stdout', chunk)
  assert.equal(window.take().droppedBytes, 5_000_000 - 1_000)
})
