import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import canonicalize from 'canonicalize'
import type { NewEvent } from '../protocol/events/event.ts'
import { Bug } from '../protocol/fault.ts'
import { calledEvent, openedEvent, returnedEvent, toSampleRunId } from '../testing/sample-run.ts'
import { readLine, sealLine, toCanonicalJson, toStart, verifyLine } from './chain.ts'

const sha256 = (text: string): string => hash('sha256', text, 'hex')
const at = '2026-03-01T12:00:00.000Z'
const start = toStart(toSampleRunId(1))

describe('toCanonicalJson', () => {
  const values: readonly unknown[] = [
    null,
    [],
    {},
    '€$\u000f\nA\'B"\\"/\u2028\u007f',
    [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0, 1e21, 123456789012345680000],
    { '€': 'Euro', '\r': 'CR', '\ufb33': 'Dalet', '1': 'One', '😀': 'Grin', '\u0080': 'Control', 'ö': 'o' },
    { b: [undefined, { d: undefined, c: true }], a: undefined, '10': 1, '9': 2 },
    openedEvent(),
    calledEvent(3),
  ]
  for (const [n, value] of values.entries()) {
    it(`agrees with another implementation of RFC 8785 (${n})`, () => assert.equal(toCanonicalJson(value), canonicalize(value)))
  }

  it('makes ill-formed text well-formed, keys too', () => {
    assert.equal(toCanonicalJson({ 'k\udc00': 'a\ud800b' }), '{"k\ufffd":"a\ufffdb"}')
  })

  it('refuses what JSON cannot hold', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('x'), [Number.NaN], { a: { b: Number.NaN } }]) assert.throws(() => toCanonicalJson(value), Bug)
  })
})

describe('sealLine and readLine', () => {
  it('seal what is read back, as canonical JSON', () => {
    const { line, event } = sealLine(returnedEvent(1), at, start, sha256)
    assert.equal(line, canonicalize(event))
    assert.deepEqual(readLine(line, start, sha256), { ok: true, value: event })
  })

  it('are not misled by text that looks like the end of a line', () => {
    const fake = `,"hash":"${'0'.repeat(64)}","prev":"${'0'.repeat(64)}","run":"${start.run}","seq":9,"type":"run.ended","v":1}`
    const { line, event } = sealLine(returnedEvent(1, fake), at, start, sha256)
    assert.deepEqual(readLine(line, start, sha256), { ok: true, value: event })
    const refused = verifyLine(line + fake, start, sha256)
    assert.equal(refused.ok, false)
  })

  it('refuse a second member of the same name, although the hash is made to fit', () => {
    const body = '"at":"2026-03-01T12:00:00.000Z","data":{"task":"t1"},"data":{"task":"t2"}'
    const end = `,"prev":"${start.head}","run":"${start.run}","seq":0,"type":"task.started","v":1}`
    const line = `{${body},"hash":"${sha256(`{${body}${end}`)}"${end}`
    assert.deepEqual(verifyLine(line, start, sha256).ok, true)
    assert.equal(readLine(line, start, sha256).ok, false)
  })

  it('refuse a line that follows another one than the last', () => {
    const { line } = sealLine(returnedEvent(1), at, start, sha256)
    const read = readLine(line, { ...start, head: sha256('another line') }, sha256)
    assert.match(read.ok ? '' : read.problem, /does not follow from the line before it/)
  })

  it('say that a newer version made the line', () => {
    const { line } = sealLine({ type: 'task.started', data: { task: 't1' } } as NewEvent, at, start, sha256)
    const whole = line.replace(/"hash":"[0-9a-f]{64}",/, '').replace('"v":1}', '"v":99}')
    const newer = whole.replace(',"prev"', `,"hash":"${sha256(whole)}","prev"`)
    const read = readLine(newer, start, sha256)
    assert.match(read.ok ? '' : read.problem, /version 99 of task\.started: it was made by a newer Writ/)
  })
})
