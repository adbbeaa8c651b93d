import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Validation } from '../../protocol/evidence.ts'
import { describeValidation } from './describe.ts'
import { findLookalike } from './typosquats.ts'
import { toSarif } from './to-sarif.ts'
import { inspectOutsideText } from './outside-text.ts'

const validation = (more: Partial<Validation> = {}): Validation => ({ validator: 'v', stage: 'static', status: 'failed', findings: [{ path: 'src/a b.ts', line: 3, rule: 'r', message: 'is wrong in line 3', severity: 'error' }], more: 0, old: 0, files: 1, cached: 0, durationMs: 1, notes: [], ...more })

describe('SARIF', () => {
  test('a finding keeps its fingerprint when its line moves', () => {
    const print = (line: number): unknown => (toSarif([validation({ findings: [{ path: 'a', line, rule: 'r', message: `is wrong in line ${line}` }] })], '1') as { runs: { results: { partialFingerprints: unknown }[] }[] }).runs[0]?.results[0]?.partialFingerprints
    assert.deepEqual(print(3), print(30))
  })
})

test('what the solver is told is bounded, errors first', () => {
  const told = describeValidation([validation({ findings: Array.from({ length: 40 }, (_, n) => ({ path: 'a', line: n + 1, rule: 'r', message: 'm', severity: n % 2 === 0 ? 'error' as const : 'warning' as const })) })])
  assert.match(told.split('\n')[0] ?? '', /failed at the stage static/)
  assert.ok(told.split('\n').length < 22)
  assert.equal(describeValidation([validation({ status: 'passed', findings: [] })]), '')
})

test('names one slip away', () => {
  for (const [name, other] of [['lodahs', 'lodash'], ['loadsh', 'lodash'], ['expres', 'express'], ['react-d0m', 'react-dom'], ['crossenv', 'cross-env'], ['mongoose-js', 'mongoose']] as const) assert.equal(findLookalike('npm', name, new Set()), other, name)
  for (const name of ['lodash', 'zod', 'left-pad', '@types/react', 'is-odd', 'my-own-thing']) assert.equal(findLookalike('npm', name, new Set()), undefined, name)
})

test('a text from outside is looked over in time that grows with its length alone', () => {
  for (const evil of ['ignore '.repeat(40_000), 'a'.repeat(500_000), '\u200B'.repeat(100_000), 'system: '.repeat(50_000), `${'send '.repeat(50_000)}secrets`]) assert.ok(inspectOutsideText(evil).length <= 20)
})
