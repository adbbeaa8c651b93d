import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureDepth } from './measure-depth.ts'

test('depth is in levels, whatever a level is made of', () => {
  const nested = (unit: string): string => ['if (a) {', `${unit}if (b) {`, `${unit.repeat(2)}c()`, `${unit}}`, '}', '', ''].join('\n')
  assert.deepEqual(['  ', '    ', '\t'].map((unit) => measureDepth([nested(unit)])), [0.8, 0.8, 0.8])
  assert.equal(measureDepth(['a\nb\nc\n']), 0)
  assert.ok(measureDepth([nested('  '), 'flat\n'.repeat(5)]) < 0.8)
})

test('nothing, blanks, bytes, and what no person wrote say nothing', () => {
  for (const text of ['', '\n\n  \n', 'a\0b\n    c', 'x'.repeat(300_000)]) assert.equal(measureDepth([text]), 0)
  assert.ok(measureDepth([`a\n${' '.repeat(5000)}b\n`]) <= 12)
})
