import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { digestOf } from '../digest.ts'
import { canaryFiles, judgeCanary } from './canary.ts'

const name = 'canary_0123456789abcdef'
const place = (path: string, content: string, runner: string): string | undefined => canaryFiles([{ path, content }], runner, name)[0]?.content

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
  const outcome = (status: 'passed' | 'failed', cases: readonly (readonly [string, 'passed' | 'failed'])[]): CheckOutcome => ({
    checkId: 'c1', command: 'x', status, durationMs: 1, tree: 'a'.repeat(40) as TreeId, output: { digest: digestOf(''), bytes: 0 }, tail: '', notes: [],
    tests: { runner: 'node-test', complete: true, cases: cases.map(([one, state]) => ({ name: one, status: state })) },
  })
  assert.equal(judgeCanary(outcome('failed', [[`a › ${name}`, 'failed']]), name, ['a']).tampered, false)
  assert.equal(judgeCanary(outcome('failed', [[`a › ${name}`, 'failed']]), name, ['a', 'b']).tampered, true)
  assert.equal(judgeCanary(outcome('failed', [[`a › ${name}`, 'passed']]), name, ['a']).tampered, true)
  assert.equal(judgeCanary(outcome('passed', [[`a › ${name}`, 'failed']]), name, ['a']).tampered, true)
  assert.equal(judgeCanary(outcome('failed', []), name, ['a']).tampered, true)
  assert.equal(judgeCanary(outcome('passed', []), name, []).tampered, false)
})
