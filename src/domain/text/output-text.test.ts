import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutMiddle } from './cut-middle.ts'
import { FOLD_AT, toDisplayLines } from './display-lines.ts'
import { numberLines } from './number-lines.ts'
import { toTokenEstimate } from './token-estimate.ts'

const note = (from: number, to: number): string => `<${from}-${to}>`

test('what fits is not cut', () => {
  assert.deepEqual(cutMiddle(['a', 'b'], { maxChars: 100, maxTokens: 100 }, note), { text: 'a\nb', left: undefined })
})

test('a long output keeps both ends, says exactly which lines are left out, and holds its limits', () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index + 1}`)
  const { text, left } = cutMiddle(lines, { maxChars: 2000, maxTokens: 1000 }, note)
  assert.ok(left !== undefined && text.length <= 2100)
  const rows = text.split('\n')
  assert.equal(rows[0], 'line 1')
  assert.equal(rows.at(-1), 'line 5000')
  assert.equal(rows[left.from - 2], `line ${left.from - 1}`)
  assert.equal(rows[left.from - 1], `<${left.from}-${left.to}>`)
  assert.equal(rows[left.from], `line ${left.to + 1}`)
})

test('dense text is cut sooner than prose: digits, base64, other scripts', () => {
  for (const dense of ['0123456789', 'aB3dE5gH7J', '漢字仮名交じり文', '{}[]();:,.']) {
    const lines = toDisplayLines(dense.repeat(10_000))
    const { text } = cutMiddle(lines, { maxChars: 6000, maxTokens: 1650 }, note)
    assert.ok(toTokenEstimate(text) <= 1800, `${dense}: ${toTokenEstimate(text)}`)
  }
})

test('escapes are dropped, overwritten lines show their last state, long lines fold without loss', () => {
  assert.deepEqual(toDisplayLines('\x1b[31mred\x1b[0m\n10%\r50%\rdone\r\n\x1b]0;title\x07end\n'), ['red', 'done', 'end'])
  const long = 'y'.repeat(FOLD_AT * 2 + 5)
  assert.equal(toDisplayLines(long).join(''), long)
  assert.equal(toDisplayLines(long).length, 3)
  assert.deepEqual(toDisplayLines(''), [])
})

test('numbered ranges stop at their limits and mark cut lines', () => {
  const limits = { from: 2, lines: 10, maxChars: 1000, maxTokens: 1000, maxLine: 5 }
  const range = numberLines(['a', 'b', 'longer than five'], 1, limits)
  assert.equal(range.text, '    2\tb\n    3\tlonge… [+11 characters]')
  assert.deepEqual(range.cutLines, [3])
  assert.equal(numberLines(['a'.repeat(5), 'b'.repeat(5)], 1, { ...limits, from: 1, maxChars: 14 }).last, 1)
})
