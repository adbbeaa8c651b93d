import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckOutcome } from '../../protocol/evidence.ts'
import { compareChecks } from './compare-checks.ts'

function outcome(status: CheckOutcome['status'], cases?: Readonly<Record<string, 'passed' | 'failed' | 'skipped'>>, exitCode = status === 'passed' ? 0 : 1): CheckOutcome {
  const tests = cases && { runner: 'node-test', complete: true, cases: Object.entries(cases).map(([name, state]) => ({ name, file: 'a.test.js', status: state })) }
  return CheckOutcome.parse({ checkId: 'tests', command: 'npm test', status, exitCode, durationMs: 1, tree: '0'.repeat(40), output: { digest: '0'.repeat(64), bytes: 0 }, tail: 'much\nthe last line', notes: [], ...(tests ? { tests } : {}) })
}

const compare = (result: CheckOutcome, again: CheckOutcome | undefined, base: CheckOutcome | undefined) => {
  const { findings, notes } = compareChecks({ command: 'npm test', result, again, base })
  return [findings.map((each) => `${each.severity} ${each.path} ${each.message}`), notes]
}

test('by name: new failures are named, old ones counted, suites stand for nothing of their own', () => {
  const failed = outcome('failed', { s: 'failed', 's › a': 'failed', b: 'failed', c: 'failed', d: 'passed', e: 'failed' })
  assert.deepEqual(compare(failed, failed, outcome('failed', { s: 'passed', 's › a': 'passed', b: 'failed', d: 'passed', e: 'skipped' })), [
    ['error a.test.js s › a fails; it passed on the base', 'error a.test.js c fails; the base has no test of that name', 'error a.test.js e fails; on the base it was skipped'],
    ['1 of the tests that fail did on the base too (npm test)'],
  ])
  assert.deepEqual(compare(outcome('passed', { a: 'passed', b: 'skipped' }), undefined, undefined), [[], ['1 test passes (npm test)']])
})

test('by exit code, where either side tells no names', () => {
  assert.deepEqual(compare(outcome('failed', { a: 'failed' }), outcome('failed', { a: 'failed' }), outcome('passed')), [['error . npm test ends with 1; on the base it passes'], []])
  assert.deepEqual(compare(outcome('timed-out'), undefined, outcome('failed', undefined, 3)), [[], ['npm test runs out of time, and on the base it ends with 3']])
})

test('what passes the second time wavers, and is no error', () => {
  assert.deepEqual(compare(outcome('failed', { a: 'failed', b: 'passed' }), outcome('passed', { a: 'passed', b: 'passed' }), undefined), [['warning . npm test failed once and passed the other time: a'], []])
})

test('many are cut', () => {
  const all = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`t${n}`, 'failed' as const]))
  const base = Object.fromEntries(Object.keys(all).map((name) => [name, 'passed' as const]))
  const [findings] = compare(outcome('failed', all), outcome('failed', all), outcome('passed', base))
  assert.equal(findings?.length, 51)
  assert.equal(findings?.at(-1), 'error . 10 more tests fail that did not on the base (npm test)')
})
