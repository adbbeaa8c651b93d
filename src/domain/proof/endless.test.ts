import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { CheckOutcome, EndlessTest } from '../../protocol/evidence.ts'
import { Digest, TreeId } from '../../protocol/ids.ts'
import { expectedMs, nameEndless } from './endless.ts'
import { combine } from './named-results.ts'

const stopped = (runner: string | undefined): CheckOutcome => ({
  checkId: 'c1', command: 'npm test', status: 'timed-out', durationMs: 60_000, tree: TreeId.parse('0'.repeat(40)), output: { digest: Digest.parse('0'.repeat(64)), bytes: 0 }, tail: '', notes: [],
  ...(runner === undefined ? {} : { tests: { runner, cases: [{ name: 'a › one', status: 'passed' as const }], complete: false } }),
})
const turning: EndlessTest = { name: 'a › turns', file: 'a', afterMs: 3000, stack: [{ path: 'src/a.js', line: 4, name: 'turn' }, { path: 'a', line: 9, name: '' }] }

it('a test that does not end is a failed one with its stack, and the check says so in words', () => {
  const outcome = nameEndless(stopped('node-test'), [turning])
  assert.deepEqual(outcome.tests?.cases.map(({ name, status, message }) => [name, status, message]), [
    ['a › one', 'passed', undefined],
    ['a › turns', 'failed', 'does not end: it was stopped after 3.0 s when it was run by itself\n    at turn (src/a.js:4)\n    at <anonymous> (a:9)'],
  ])
  assert.deepEqual(outcome.notes, ['the test a › turns does not end: it was stopped after 3.0 s when it was run by itself, in turn (src/a.js:4)'])
  assert.ok(expectedMs(outcome) < 60_000)
})

it('a program that does not end is no test', () => {
  const outcome = nameEndless(stopped(undefined), [{ ...turning, name: 'check c1' }])
  assert.equal(outcome.tests, undefined)
  assert.match(outcome.notes[0] ?? '', /^the program of the check does not end/)
})

it('it failed in each run of the base that did not end, and in no run that did', () => {
  const [base, again] = [nameEndless(stopped('node-test'), [turning]), stopped('node-test')]
  assert.equal(combine(base, again).get('a › turns'), 'failed')
  assert.equal(combine(base, { ...again, status: 'passed' }).get('a › turns'), 'mixed')
})
