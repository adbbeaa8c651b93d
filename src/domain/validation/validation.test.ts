import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Validation } from '../../protocol/evidence.ts'
import { compareTimings } from './compare-timings.ts'
import { findChangedLines, findUnrunLines } from './changed-lines.ts'
import { describeValidation } from './describe.ts'
import { findLookalike } from './typosquats.ts'
import { readSarif } from './read-sarif.ts'
import { toSarif } from './to-sarif.ts'
import { inspectOutsideText } from './outside-text.ts'

const validation = (more: Partial<Validation> = {}): Validation => ({ validator: 'v', stage: 'static', status: 'failed', findings: [{ path: 'src/a b.ts', line: 3, rule: 'r', message: 'is wrong in line 3', severity: 'error' }], more: 0, old: 0, files: 1, cached: 0, durationMs: 1, notes: [], ...more })

describe('SARIF', () => {
  test('what is written can be read again', () => {
    const text = JSON.stringify(toSarif([validation()], '1.0.0'))
    assert.deepEqual(readSarif(text.replaceAll('%20', ' '), '/x'), { findings: [{ path: 'src/a b.ts', line: 3, rule: 'r', message: 'is wrong in line 3', severity: 'error' }] })
  })
  test('a finding keeps its fingerprint when its line moves', () => {
    const print = (line: number): unknown => (toSarif([validation({ findings: [{ path: 'a', line, rule: 'r', message: `is wrong in line ${line}` }] })], '1') as { runs: { results: { partialFingerprints: unknown }[] }[] }).runs[0]?.results[0]?.partialFingerprints
    assert.deepEqual(print(3), print(30))
  })
  test('levels, defaults of rules, suppressions, several runs, absolute paths; what is no SARIF is said', () => {
    const log = { version: '2.1.0', runs: [{ tool: { driver: { name: 't', rules: [{ id: 'R1', defaultConfiguration: { level: 'error' } }] } }, results: [{ ruleIndex: 0, message: { text: 'a' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///repo/src/a%20b.ts' }, region: { startLine: 2 } } }] }, { ruleId: 'R2', level: 'note', message: { text: 'b' } }, { ruleId: 'R3', message: { text: 'c' }, suppressions: [{ kind: 'inSource' }] }, { ruleId: 'R4', kind: 'pass', message: { text: 'd' } }] }, { tool: { driver: { name: 'u' } }, results: [{ message: { text: 'e' } }] }] }
    const read = readSarif(JSON.stringify(log), '/repo')
    assert.ok('findings' in read)
    assert.deepEqual(read.findings.map((each) => [each.path, each.rule, each.severity]), [['src/a b.ts', 'R1', 'error'], ['', 'R2', 'note'], ['', 'u', 'warning']])
    for (const wrong of ['', 'not json', '{}', '{"version":"2.1.0","runs":[{}]}']) assert.ok('failed' in readSarif(wrong, '/x'))
  })
})

describe('timings', () => {
  const pairs = (base: number, result: number, count = 7) => Array.from({ length: count }, (_, n) => ({ base: base + (n % 3), result: result + (n % 2) }))
  test('slower is said only where it is more than chance', () => {
    assert.equal(compareTimings(pairs(100, 150), 1.1).isSlower, true)
    assert.equal(compareTimings(pairs(100, 105), 1.1).isSlower, false)
    assert.equal(compareTimings(pairs(100, 150, 3), 1.1).isSlower, false, 'three pairs can be chance')
    assert.equal(compareTimings([...pairs(100, 100, 5), { base: 1, result: 900 }, { base: 1, result: 900 }], 1.1).isSlower, false)
    assert.equal(compareTimings([], 1.1).isSlower, false)
  })
})

test('changed lines, and those that never ran', () => {
  assert.deepEqual(findChangedLines('a\nb\nc', 'a\nx\nb\nc\ny'), [2, 5])
  assert.deepEqual(findChangedLines(undefined, 'a\nb'), [1, 2])
  const text = 'function f() {\n  return 1\n}\n\nf()\n'
  assert.deepEqual([...findUnrunLines(text, [{ from: 0, to: 27 }])], [1, 2])
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
