import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../protocol/fault.ts'
import { toPosition } from './position.ts'
import { parseReplies, scriptOf } from './reply.ts'
import type { Reply } from './reply.ts'
import type { Item, NormalisedRequest } from './request.ts'
import { toSeal } from './seal.ts'
import { toPieces } from './wire.ts'

function ask(replies: readonly Reply[], n: number, attempt = 0): Reply | Promise<Reply> {
  const request: NormalisedRequest = { api: 'chat', model: 'm', stream: true, system: '', tools: [], items: [], n, attempt }
  return scriptOf(replies)(request, n)
}

test('a list is played by position, again and again, and ends in text', () => {
  const list = [{ text: 'a' }, { text: 'b' }]
  assert.deepEqual(ask(list, 0), { text: 'a', position: 0 })
  assert.deepEqual(ask(list, 1), { text: 'b', position: 1 })
  assert.deepEqual(ask(list, 1, 3), { text: 'b', position: 1 })
  assert.deepEqual(ask(list, 2), { text: 'The script is at its end.' })
})

test('faults that leave no message come before the reply that they delay, each once', () => {
  const list: Reply[] = [{ fault: { status: 429 } }, { fault: 'reset' }, { text: 'a' }, { text: 'b' }]
  assert.deepEqual([0, 1, 2, 3].map((attempt) => (ask(list, 0, attempt) as Reply).text), [undefined, undefined, 'a', 'a'])
  assert.deepEqual(ask(list, 1), { text: 'b', position: 1 })
})

test('a dropped malformed answer is not played for ever, and the next one keeps its place', () => {
  const list: Reply[] = [{ fault: 'malformed-json-arguments' }, { text: 'b' }, { text: 'c' }]
  assert.deepEqual(ask(list, 0, 1), { text: 'b', position: 1 })
  assert.deepEqual(ask(list, 1), { text: 'b', position: 1 })
})

test('a list that ends in a fault gives it once', () => {
  assert.deepEqual(ask([{ fault: 'hang' }], 0), { fault: 'hang', position: 0 })
  assert.deepEqual(ask([{ fault: 'hang' }], 0, 1), { text: 'The script is at its end.' })
})

test('replies from a file are checked', () => {
  assert.equal(parseReplies([{ text: 'a', fault: { status: 500 } }, { calls: [{ name: 'x', input: {} }] }], 'f').length, 2)
  for (const wrong of [{}, ['a'], [{ txt: 'a' }], [{ fault: 'nope' }], [{ fault: {} }], [{ calls: [{ name: 'x' }] }]]) {
    assert.throws(() => parseReplies(wrong, 'f'), (thrown) => thrown instanceof Fault && thrown.code === 'request-invalid')
  }
})

test('the position is the number of assistant messages, or what our own ids and seals say', () => {
  const user: Item = { kind: 'text', role: 'user', text: 'u', message: 0 }
  const call = (id: string, message: number): Item => ({ kind: 'call', id, name: 'x', input: {}, message })
  const result = (id: string, message: number): Item => ({ kind: 'result', id, output: '', message })
  const said = (message: number, seal?: string): Item => ({ kind: 'text', role: 'assistant', text: 's', ...(seal === undefined ? {} : { seal }), message })
  assert.equal(toPosition([user]), 0)
  assert.equal(toPosition([user, said(1), call('foreign', 1), result('foreign', 2), said(3)]), 2)
  // Compacted: the first seven answers are gone.
  assert.equal(toPosition([user, call('call_t7_ab1_0', 1), result('call_t7_ab1_0', 2)]), 8)
  assert.equal(toPosition([user, call('call_t7_ab1_0', 1), result('call_t7_ab1_0', 2), said(3)]), 9)
  // One answer split into two messages.
  assert.equal(toPosition([user, call('call_t0_ab1_0', 1), result('call_t0_ab1_0', 2), call('call_t0_ab1_1', 3)]), 1)
  assert.equal(toPosition([user, said(1, toSeal(4, 's'))]), 5)
})

test('pieces join to the text and keep surrogate pairs whole', () => {
  for (const text of ['', 'a', '🙂'.repeat(7), 'x'.repeat(1000), `a${'🙂'.repeat(40)}`]) {
    const pieces = toPieces(text)
    assert.equal(pieces.join(''), text)
    assert.ok(pieces.length <= 8 && pieces.every((piece) => piece.isWellFormed()))
  }
})
