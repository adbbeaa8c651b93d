import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestReport } from '../../../protocol/evidence.ts'
import { findPrintedReport } from './find-report.ts'
import { parseStream } from '../report-box.ts'
import { explainMissing, explainUnloadable } from '../explain.ts'
import { toTail } from '../tail.ts'
import { parseCargoTest } from './cargo-test.ts'
import { parseGoJson, toGoText } from './go-json.ts'
import { parseJunit } from './junit.ts'
import { parseNodeSpec } from './node-spec.ts'
import { parseTap } from './tap.ts'

const short = (report: TestReport | undefined): readonly string[] => (report?.cases ?? []).map((one) => `${one.status} ${one.name}`)

describe('TAP', () => {
  test('subtests, directives, YAML blocks, repeats', () => {
    const report = parseTap(`TAP version 13
# Subtest: outer
    # Subtest: inner
    ok 1 - inner
      ---
      duration_ms: 1
      not ok 9 - not a test
      ...
    not ok 2 - other
    1..2
not ok 1 - outer
ok 2 - plain # SKIP no need
ok 3 - plain # TODO
ok 4 - twice
ok 5 - twice
1..5
`)
    assert.deepEqual(short(report), ['passed outer › inner', 'failed outer › other', 'skipped plain', 'skipped plain #2', 'passed twice', 'passed twice #2'])
    assert.equal(report?.complete, true)
  })
  test('a missing or a larger plan is incomplete; text without a version line is no TAP', () => {
    assert.equal(parseTap('TAP version 13\nok 1 - a\n')?.complete, false)
    assert.equal(parseTap('TAP version 13\nok 1 - a\n1..2\n')?.complete, false)
    assert.equal(parseTap('ok 1 - a\n1..1\n'), undefined)
  })
})

test('node:test as its spec reporter prints it', () => {
  const report = parseNodeSpec('▶ suite\n  ✔ good (1.2ms)\n  ✖ bad (0.4ms)\n▶ suite (3ms)\n✔ top (1ms)\n﹣ left (0.1ms) # SKIP\nℹ tests 4\nℹ pass 2\nℹ fail 1\n\n✖ failing tests:\n✖ bad (0.4ms)\n')
  assert.deepEqual(short(report), ['passed suite › good', 'failed suite › bad', 'passed top', 'skipped left'])
  assert.equal(report?.complete, true)
  assert.equal(parseNodeSpec('nothing here'), undefined)
})

describe('go test -json', () => {
  const lines = [
    { Action: 'start', Package: 'm/a' }, { Action: 'run', Package: 'm/a', Test: 'TestX' }, { Action: 'output', Package: 'm/a', Test: 'TestX', Output: 'a_test.go:3: no\n' },
    { Action: 'fail', Package: 'm/a', Test: 'TestX', Elapsed: 0.1 }, { Action: 'run', Package: 'm/a', Test: 'TestY/sub' }, { Action: 'pass', Package: 'm/a', Test: 'TestY/sub' }, { Action: 'fail', Package: 'm/a' },
  ].map((line) => JSON.stringify(line))
  test('names, messages, text', () => {
    const report = parseGoJson(`noise\n${lines.join('\n')}\n`)
    assert.deepEqual(short(report), ['failed m/a › TestX', 'passed m/a › TestY › sub', 'failed m/a'])
    assert.match(report?.cases[0]?.message ?? '', /a_test\.go:3/)
    assert.equal(report?.complete, true)
    assert.equal(toGoText(lines[2] ?? ''), 'a_test.go:3: no\n')
  })
  test('what began and did not end is incomplete', () => assert.equal(parseGoJson(lines.slice(0, 3).concat(lines.slice(4)).join('\n'))?.complete, false))
})

describe('cargo test', () => {
  const text = '     Running unittests src/lib.rs (target/debug/deps/a-1)\n\nrunning 3 tests\ntest tests::adds ... ok\ntest tests::bad ... FAILED\ntest tests::off ... ignored\n\nfailures:\n\n---- tests::bad stdout ----\nthread panicked at src/lib.rs:9\n\n\nfailures:\n    tests::bad\n\ntest result: FAILED. 1 passed; 1 failed\n'
  test('names and panics', () => {
    const report = parseCargoTest(text)
    assert.deepEqual(short(report), ['passed src/lib.rs › tests › adds', 'failed src/lib.rs › tests › bad', 'skipped src/lib.rs › tests › off'])
    assert.match(report?.cases[1]?.message ?? '', /panicked at src\/lib\.rs:9/)
    assert.equal(report?.complete, true)
  })
  test('without its closing line it is incomplete', () => assert.equal(parseCargoTest(text.replace(/test result.*/, ''))?.complete, false))
})

test('JUnit XML', () => {
  const report = parseJunit('log\n<?xml version="1.0"?>\n<testsuites><testsuite name="s"><testcase classname="a.B" name="one &amp; two" time="0.5"/><testcase classname="a.B" name="bad"><failure message="1 &lt; 2"><![CDATA[at x]]></failure></testcase><testcase name="off"><skipped/></testcase></testsuite></testsuites>')
  assert.deepEqual(short(report), ['passed a.B › one & two', 'failed a.B › bad', 'skipped off'])
  assert.equal(report?.cases[1]?.message, '1 < 2\nat x')
  assert.equal(report?.cases[0]?.durationMs, 500)
  assert.equal(parseJunit('<testsuites><testsuite><testcase name="a"/>')?.complete, false)
})

describe('sealed streams', () => {
  test('a line that is not sealed ends what is believed', () => {
    assert.deepEqual(parseStream(`${'0'.repeat(64)} {"t":"begin","runner":"node-test"}\n${'0'.repeat(64)} {"t":"end"}\n`, 'key'), { runner: undefined, tests: [], ended: false })
  })
})

test('failing tests come first in the tail, and it is never too long', () => {
  const report: TestReport = { runner: 'x', complete: true, cases: Array.from({ length: 200 }, (_, n) => ({ name: `test ${n}`, status: 'failed' as const, message: `${n} ${'m'.repeat(900)}` })) }
  const tail = toTail('o'.repeat(9000), report)
  assert.ok(tail.length <= 4000)
  assert.match(tail, /^200 failed, 0 passed:\n✖ test 0\n {2}0 m+/)
  assert.match(tail, /and \d+ more[\s\S]*o$/)
})

test('tests that fail for the same reason are told as one, and other reasons are not pushed out', () => {
  const same = Array.from({ length: 12 }, (_, n) => ({ name: `tests/test_${n}.py`, status: 'failed' as const, message: `ModuleNotFoundError: No module named 'cachetools'\n${'frame\n'.repeat(150)}` }))
  const tail = toTail('', { runner: 'pytest', complete: true, cases: [...same, { name: 'other', status: 'failed', message: '1 != 2' }, { name: 'twin', status: 'failed', message: '1 != 2' }] })
  assert.match(tail, /^14 failed, 0 passed:\n✖ 12 tests: ModuleNotFoundError: No module named 'cachetools'\n {2}tests\/test_0\.py; .*and 8 more\n/)
  assert.match(tail, /✖ other\n {2}1 != 2\n✖ twin\n {2}1 != 2\n/)
})

test('no test could be loaded: said with what is missing, and not where one test ran or the code itself is wrong', () => {
  const report = (...messages: readonly string[]): TestReport => ({ runner: 'pytest', complete: true, cases: messages.map((message, n) => ({ name: `t${n}`, file: `t${n}`, status: 'failed', message })) })
  const missing = report("ModuleNotFoundError: No module named 'pkg'\nTraceback", "ImportError: cannot import name 'x' from 'other' (unknown location)")
  assert.match(explainUnloadable(1, missing) ?? '', /^no test could be loaded: there are no modules pkg, other;/)
  assert.equal(explainUnloadable(0, missing), undefined)
  assert.equal(explainUnloadable(1, { ...missing, cases: [...missing.cases, { name: 'a › b', file: 'a', status: 'passed' }] }), undefined)
  assert.equal(explainUnloadable(1, report("ModuleNotFoundError: No module named 'pkg'", 'NameError: x')), undefined)
  assert.equal(explainUnloadable(1, report("RuntimeError: bad\nModuleNotFoundError: No module named 'pkg'")), undefined)
  assert.equal(explainUnloadable(1, report()), undefined)
})

test('a failing test that prints "not found" is not a missing runner', () => {
  assert.equal(explainMissing(1, 'sh: 1: vitest: not found', true), undefined)
  assert.equal(explainMissing(0, 'sh: 1: vitest: not found', false), undefined)
})

test('TAP: a file whose first point lies two levels deep keeps its place, and the report is whole', () => {
  const report = parseTap('TAP version 13\n# Subtest: f.js\n    # Subtest: a\n        ok 1 - x\n        1..1\n    ok 1 - a\n    # Subtest: b\n        not ok 1 - y\n        1..1\n    not ok 2 - b\n    1..2\nnot ok 1 - f.js\n1..1\n')
  assert.deepEqual(report?.cases.map((one) => [one.name, one.status]), [['f.js › a › x', 'passed'], ['f.js › b › y', 'failed']])
  assert.equal(report?.complete, true)
})

/** What tap 21.8.0 prints, shortened. */
const recordedTap = `TAP version 14
1..1
# Subtest: test/stats.test.js
    # Subtest: median
        ok 1 - of none
        ok 2 - should be equal
        1..2
    ok 1 - median # time=12.254ms
    
    # Subtest: even
        not ok 1 - should be equal
          ---
          compare: ===
          at:
            fileName: test/stats.test.js
            lineNumber: 9
            columnNumber: 5
            typeName: Test
          stack: |
            Test.<anonymous> (test/stats.test.js:9:5)
          source: |
            t.equal(median([4, 1, 2, 9]), 3)
          ----^
          diff: |
            --- expected
            +++ actual
            @@ -1,1 +1,1 @@
            -3
            +4
          ...
        
        ok 2 - should be equal
        1..2
    not ok 2 - even # time=70.935ms
    ok 3 - nothing in it # time=0.407ms
    ok 4 - should be equal
    1..4
    # failed 1 of 4 tests
not ok 1 - test/stats.test.js # time=110.1ms
`

describe('TAP of the tap runner', () => {
  test('takes the assertions of a subtest as one test, with what was compared', () => {
    const report = findPrintedReport(recordedTap, 'tap')
    assert.deepEqual(report?.cases.map(({ name, status, file }) => [name, status, file]), [
      ['test/stats.test.js › median', 'passed', 'test/stats.test.js'],
      ['test/stats.test.js › even', 'failed', 'test/stats.test.js'],
      ['test/stats.test.js › nothing in it', 'passed', 'test/stats.test.js'],
      ['test/stats.test.js › top level', 'passed', 'test/stats.test.js'],
    ])
    assert.equal(report?.complete, true)
    const message = report?.cases[1]?.message ?? ''
    assert.match(message, /^should be equal\n/)
    assert.match(message, /\n *- 3\n *\+ 4\n/)
    assert.match(message, /\nat test\/stats\.test\.js:9$/)
  })
})
