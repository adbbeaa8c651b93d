import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { digestOf } from '../digest.ts'
import { canaryFiles, isLeftOut, judgeCanary, likeChosen, type CanaryFile } from './canary.ts'

const name = 'canary_0123456789abcdef'
const file = (path: string): CanaryFile => ({ path, content: '' })
const place = (path: string, content: string, runner: string): string | undefined => canaryFiles([{ path, content }], runner, name)[0]?.content

const outcome = (status: 'passed' | 'failed', cases: readonly (readonly [string, 'passed' | 'failed'])[]): CheckOutcome => ({
  checkId: 'c1', command: 'x', status, durationMs: 1, tree: 'a'.repeat(40) as TreeId, output: { digest: digestOf(''), bytes: 0 }, tail: '', notes: [],
  tests: { runner: 'node-test', complete: true, cases: cases.map(([one, state]) => ({ name: one, status: state, file: one.split(' › ')[0] ?? '' })) },
})

test('modules, CommonJS and TypeScript get a test in their own way', () => {
  assert.match(place('a.test.mjs', '', 'node-test') ?? '', /import \{ test as writCanaryTest \} from 'node:test'/)
  assert.match(place('a.test.cjs', '', 'node-test') ?? '', /require\('node:test'\)/)
  assert.match(place('a.test.ts', "import { it } from 'node:test'\n", 'node-test') ?? '', /^import .*\n[\s\S]*import \{ test as/)
  assert.match(place('a.test.js', "const { it } = require('node:test')\n", 'node-test') ?? '', /require\('node:assert'\)/)
})

test('Python gets it before the main block', () => {
  const text = place('test_a.py', 'import unittest\n\nif __name__ == "__main__":\n    unittest.main()\n', 'unittest') ?? ''
  assert.ok(text.indexOf('WritCanary_') < text.indexOf('if __name__'))
  assert.match(place('test_a.py', 'def test_x(): pass\n', 'pytest') ?? '', /def test_canary_0123456789abcdef\(\)/)
})

test('it may be like a test that is there, by name and whatever that holds', () => {
  const like = (path: string, content: string, runner: string, test: string): string => canaryFiles([{ path, content, like: `${path} › ${test}` }], runner, name)[0]?.content ?? ''
  assert.match(like('a.test.mjs', '', 'node-test', "sums › it's \\ \"so\" ${1}"), /writCanaryTest\("sums it's \\\\ \\"so\\" \$\{1\} canary_0123456789abcdef", /)
  assert.match(like('test_a.py', '', 'pytest', 'TestSum › test_of[a-1]'), /def test_TestSum_test_of_canary_0123456789abcdef\(\)/)
  assert.match(like('test_a.py', 'import unittest', 'unittest', 'Sum › test_of'), /class WritCanary_Sum_test_of_canary_0123456789abcdef\(/)
})

test('files of other runners are passed over', () => {
  assert.equal(place('a.test.js', "import 'ava'", 'tap'), undefined)
  assert.equal(place('a.test.js', "import 'x'", 'pytest'), undefined)
  assert.equal(place('helper.py', 'x = 1', 'unittest'), undefined)
})

test('a name that could break out of its quotes is refused', () => {
  assert.throws(() => canaryFiles([], 'node-test', "x'); process.exit(0) //"), RangeError)
})

test('only a canary that is reported as failed in every file is good', () => {
  assert.equal(judgeCanary(outcome('failed', [[`a › ${name}`, 'failed']]), name, [file('a')]).tampered, false)
  assert.equal(judgeCanary(outcome('failed', [[`a › ${name}`, 'failed']]), name, [file('a'), file('b')]).tampered, true)
  assert.equal(judgeCanary(outcome('failed', [[`a › ${name}`, 'passed']]), name, [file('a')]).tampered, true)
  assert.equal(judgeCanary(outcome('passed', [[`a › ${name}`, 'failed']]), name, [file('a')]).tampered, true)
  assert.equal(judgeCanary(outcome('failed', []), name, [file('a')]).tampered, true)
  assert.equal(judgeCanary(outcome('passed', []), name, []).tampered, false)
})

test('it is like a test that the check ran on the result; where nothing rests on a file, the file is left out', () => {
  const result = outcome('passed', [['a › one', 'passed'], ['b', 'passed'], ['c', 'passed']])
  assert.deepEqual(likeChosen([file('a'), file('b'), file('c')], outcome('failed', [['a', 'failed'], ['b', 'failed'], ['c', 'passed']]), result), [{ ...file('a'), like: 'a › one' }, file('b')])
})

test('the base says that a canary is left out only where it ran the test that the canary is like', () => {
  const [like] = [{ ...file('a'), like: 'a › one' }]
  assert.equal(isLeftOut(outcome('failed', [['a › one', 'failed']]), name, [like]), true)
  assert.equal(isLeftOut(outcome('failed', [['a › one', 'failed'], [`a › one ${name}`, 'failed']]), name, [like]), false)
  assert.equal(isLeftOut(outcome('failed', [['a', 'failed']]), name, [like]), false, 'it could not be loaded there')
  assert.equal(isLeftOut(outcome('failed', [['a', 'failed']]), name, [file('a')]), false)
})
