import assert from 'node:assert/strict'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import { openProofBench, type ProofBench } from './proof-bench.ts'

const seen = (outcome: CheckOutcome): Readonly<Record<string, string>> => Object.fromEntries((outcome.tests?.cases ?? []).map((one) => [one.name, one.status]))

describe('checks in the sandbox', { concurrency: 2 }, () => {
  let bench: ProofBench
  before(async () => {
    bench = await openProofBench('check-runner')
  })
  after(() => bench.dispose())

  describe('node:test', () => {
    let place: string
    before(async () => {
      place = await bench.folder({
        'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test', dot: 'node --test --test-reporter=dot', own: 'NODE_OPTIONS=--no-warnings node --test test/a.test.js' } }),
        'shared.js': "import { test } from 'node:test'\nexport const shared = () => test('shared', () => {})\n",
        'test/a.test.js': `import { describe, it, test } from 'node:test'
import assert from 'node:assert'
import { shared } from '../shared.js'
shared()
test('one', () => {})
test('one', () => {})
describe('suite', () => { it('good', () => {}); it('bad', () => assert.equal(1, 2)); describe('inner', () => { it('deep', () => {}) }) })
test('parent', async (t) => { await t.test('child', () => {}) })
test('skipped', { skip: true }, () => {})
test('todo', { todo: true }, () => assert.fail('later'))
describe('hook', () => { it('inside', () => {}); after(() => { throw new Error('hook') }) })
import { after } from 'node:test'
`,
        'test/b.test.js': "import { shared } from '../shared.js'\nshared()\nawait 0\nprocess.exit(0)\n",
        'test/c.test.js': "console.error('why it died')\nthrow new Error('dies')\n",
        'test/none.test.js': '',
      })
    })

    test('names are unique, by file, suite and test', async () => {
      const outcome = await bench.run(place, 'npm test')
      assert.equal(outcome.status, 'failed')
      assert.equal(outcome.tests?.runner, 'node-test')
      assert.equal(outcome.tests?.complete, true)
      assert.deepEqual(seen(outcome), {
        'test/a.test.js › shared': 'passed', 'test/a.test.js › one': 'passed', 'test/a.test.js › one #2': 'passed', 'test/a.test.js › suite › good': 'passed',
        'test/a.test.js › suite › bad': 'failed', 'test/a.test.js › suite › inner › deep': 'passed', 'test/a.test.js › parent › child': 'passed', 'test/a.test.js › parent': 'passed',
        'test/a.test.js › skipped': 'skipped', 'test/a.test.js › todo': 'skipped', 'test/a.test.js › hook › inside': 'passed', 'test/a.test.js › hook': 'failed',
        'test/b.test.js': 'passed', 'test/c.test.js': 'failed', 'test/none.test.js': 'passed',
      })
      const bad = outcome.tests?.cases.find((one) => one.name.endsWith('bad'))
      assert.match(bad?.message ?? '', /^1 == 2\n.*test\/a\.test\.js:7/)
      assert.match(outcome.tests?.cases.find((one) => one.name === 'test/c.test.js')?.message ?? '', /why it died/)
      assert.match(outcome.tail, /^\d+ failed, \d+ passed:\n✖ test\/a\.test\.js › suite › bad/)
      assert.ok(outcome.tail.length <= 4000)
    })

    test('a reporter that the command names does not hide ours', async () => {
      for (const command of ['npm run dot', 'node --test --test-reporter=spec --test-reporter-destination=stdout test/a.test.js', 'npm run own', 'npm run dot && true']) {
        const outcome = await bench.run(place, command)
        assert.equal(seen(outcome)['test/a.test.js › suite › bad'], 'failed', command)
      }
    })

    test('a file on its own, without --test', async () => {
      const outcome = await bench.run(place, 'node test/a.test.js')
      assert.equal(seen(outcome)['test/a.test.js › suite › inner › deep'], 'passed')
      assert.equal(outcome.tests?.complete, true)
    })

    test('two runners in one check are one report', async () => {
      const outcome = await bench.run(place, 'node --test test/none.test.js && node --test test/b.test.js')
      assert.deepEqual(seen(outcome), { 'test/none.test.js': 'passed', 'test/b.test.js': 'passed' })
    })

    test('narrowed to some files', async () => {
      const outcome = await bench.run(place, 'npm test', { only: ['test/none.test.js', 'x_test.py'] })
      assert.equal(outcome.status, 'passed')
      assert.deepEqual(seen(outcome), { 'test/none.test.js': 'passed' })
      assert.deepEqual(outcome.notes, ['narrowed to test/none.test.js'])
      assert.match((await bench.run(place, 'true; echo a | cat', { only: ['test/none.test.js'] })).notes.join(), /could not be narrowed/)
    })

    test('narrowed to a test by its name', async () => {
      const outcome = await bench.run(place, 'npm test', { only: ['test/a.test.js'], names: ['test/a.test.js › suite › bad'] })
      assert.deepEqual(Object.entries(seen(outcome)).filter(([, status]) => status !== 'skipped'), [['test/a.test.js › suite › bad', 'failed']])
      assert.match(outcome.notes.join(), /only tests named like the 1 that were asked for/)
    })
  })

  describe('a run that stops early', () => {
    test('a direct run that exits in the middle is incomplete', async () => {
      const place = await bench.folder({ 'a.mjs': "import { test } from 'node:test'\ntest('a', () => {})\ntest('b', async () => { await new Promise((r) => setTimeout(r, 50)); process.exit(0) })\ntest('c', () => {})\n" })
      const outcome = await bench.run(place, 'node a.mjs')
      assert.equal(outcome.status, 'passed')
      assert.notEqual(outcome.tests?.complete, true)
      assert.ok(outcome.tests === undefined || !outcome.tests.cases.some((one) => one.name.endsWith('c')))
    })
    test('unittest that exits in the middle is incomplete', async () => {
      const place = await bench.folder({ 'test_a.py': 'import os, unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): os._exit(0)\n    def test_c(self): pass\n' })
      const outcome = await bench.run(place, 'python3 -m unittest')
      assert.equal(outcome.status, 'passed')
      assert.equal(outcome.tests?.complete, false)
      assert.deepEqual(seen(outcome), { 'test_a.py › A › test_a': 'passed' })
      assert.match(outcome.notes.join(), /stopped before/)
    })
    test('a check that never ends is stopped', async () => {
      const place = await bench.folder({ 'a.txt': '' })
      const outcome = await bench.run(place, 'echo started; sleep 60', { timeoutMs: 1000 })
      assert.equal(outcome.status, 'timed-out')
      assert.equal(outcome.exitCode, undefined)
      assert.match(outcome.tail, /started/)
      assert.match(outcome.notes.join(), /stopped after 1 s/)
    })
  })

  describe('unittest', () => {
    test('subtests, errors, skips, fixtures and modules that cannot be imported', async () => {
      const place = await bench.folder({
        'tests/__init__.py': '',
        'tests/test_a.py': `import unittest
class A(unittest.TestCase):
    def test_ok(self): pass
    def test_bad(self): self.assertEqual(1, 2)
    def test_err(self): raise ValueError("x")
    @unittest.skip("no")
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_sub(self):
        for i in range(2):
            with self.subTest(i=i): self.assertEqual(i, 0)
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("setup")
    def test_q(self): pass
`,
        'tests/test_b.py': 'import nothere\n',
        'tests/inner/__init__.py': '',
        'tests/inner/test_c.py': 'import unittest\nclass C(unittest.TestCase):\n    def test_c(self): pass\n',
      })
      const expected = {
        'tests/inner/test_c.py › C › test_c': 'passed', 'tests/test_a.py › A › test_bad': 'failed', 'tests/test_a.py › A › test_err': 'failed', 'tests/test_a.py › A › test_expected': 'skipped',
        'tests/test_a.py › A › test_ok': 'passed', 'tests/test_a.py › A › test_skip': 'skipped', 'tests/test_a.py › A › test_sub › (i=0)': 'passed', 'tests/test_a.py › A › test_sub › (i=1)': 'failed',
        'tests/test_a.py › A › test_sub': 'failed', 'tests/test_a.py › B': 'failed', 'tests/test_b.py': 'failed',
      }
      const outcome = await bench.run(place, 'python3 -m unittest')
      assert.deepEqual(seen(outcome), expected)
      assert.equal(outcome.tests?.complete, true)
      assert.match(outcome.tests?.cases.find((one) => one.name === 'tests/test_b.py')?.message ?? '', /^ModuleNotFoundError: No module named 'nothere'\n/)
      assert.match(outcome.tests?.cases.find((one) => one.name.endsWith('test_bad'))?.message ?? '', /^AssertionError: 1 != 2\n.*tests\/test_a\.py", line 4/)
      const withPath = await bench.run(place, 'PYTHONPATH=. python3 -m unittest discover -s tests -t .', { only: ['tests/inner/test_c.py', 'tests/test_b.py'] })
      assert.deepEqual(seen(withPath), { 'tests/inner/test_c.py › C › test_c': 'passed', 'tests/test_b.py': 'failed' })
      assert.equal(withPath.status, 'failed')
    })
    test('a package that lies in src/ and is not found: nothing can be run, until the command says where it lies', async () => {
      const place = await bench.folder({ 'src/pkg/__init__.py': 'def one(): return 1\n', 'tests/test_a.py': 'import unittest\nfrom pkg import one\nclass A(unittest.TestCase):\n    def test_one(self): self.assertEqual(one(), 1)\n' })
      const outcome = await bench.run(place, 'python3 -m unittest discover -s tests')
      assert.equal(outcome.status, 'could-not-run')
      assert.match(outcome.notes[0] ?? '', /^no test could be loaded: there is no module pkg;/)
      assert.deepEqual(seen(await bench.run(place, 'PYTHONPATH=src python3 -m unittest discover -s tests')), { 'tests/test_a.py › A › test_one': 'passed' })
    })
    test('no test at all is said', async () => {
      const place = await bench.folder({ 'a.py': '' })
      assert.match((await bench.run(place, 'python3 -m unittest')).notes.join(), /found no tests/)
    })
  })

  test('pytest: a file that cannot be collected says why first, one that skips itself is named', async (t) => {
    const place = await bench.folder({
      'tests/test_a.py': 'import nothere\n', 'tests/test_b.py': 'def broken(:\n', 'tests/test_c.py': 'import pytest\npytest.skip("no", allow_module_level=True)\n', 'tests/test_d.py': 'def test_d(): pass\n',
    })
    const outcome = await bench.run(place, 'python3 -m pytest')
    if (outcome.status === 'could-not-run') return t.skip(outcome.notes[0])
    assert.deepEqual(seen(outcome), { 'tests/test_a.py': 'failed', 'tests/test_b.py': 'failed', 'tests/test_c.py': 'skipped', 'tests/test_d.py › test_d': 'passed' })
    const [a, b] = outcome.tests?.cases ?? []
    assert.match(a?.message ?? '', /^ModuleNotFoundError: No module named 'nothere'\n/)
    assert.match(b?.message ?? '', /^SyntaxError: /)
  })

  describe('what cannot be run', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['nosuchrunner --x', /^no test runner: nosuchrunner is not installed$/],
      ['npm test', /^no test runner: vitest is not installed$/],
      ['npm run nothere', /^package\.json has no script named nothere$/],
      ['python3 -m nosuch_tests || python3 -m nose2', /^no test runner: nose2 is not installed$/],
      ['./plain.txt', /cannot be executed/],
      ['npx --yes nosuchpackage', /^no test runner: nosuchpackage is not installed$/],
    ]
    for (const [command, note] of cases) {
      test(command, async () => {
        const place = await bench.folder({ 'package.json': '{"scripts":{"test":"vitest run"}}', 'plain.txt': 'echo' })
        const outcome = await bench.run(place, command)
        assert.equal(outcome.status, 'could-not-run', outcome.tail)
        assert.match(outcome.notes[0] ?? '', note)
      })
    }
  })

  test('TAP on stdout is read where our reporters cannot join', async () => {
    const place = await bench.folder({ 'run.sh': "printf 'TAP version 14\\nok 1 - a\\nnot ok 2 - b\\n1..2\\n'; exit 1\n" })
    const outcome = await bench.run(place, 'bash run.sh')
    assert.deepEqual(seen(outcome), { a: 'passed', b: 'failed' })
    assert.equal(outcome.tests?.runner, 'tap')
  })

  test('a JUnit file that the command names is read, one that lay there before is not', async () => {
    const xml = '<testsuite><testcase classname="A" name="one"/></testsuite>'
    const place = await bench.folder({ 'run.sh': `printf '${xml}' > out.xml; echo --junitxml=out.xml\n`, 'old.xml': xml })
    assert.deepEqual(seen(await bench.run(place, 'bash run.sh --junitxml=out.xml')), { 'A › one': 'passed' })
    utimesSync(join(place, 'old.xml'), 1, 1)
    assert.equal((await bench.run(place, 'true --junitxml=old.xml')).tests, undefined)
  })

  test('the environment is ours alone, a .npmrc changes nothing', async () => {
    const place = await bench.folder({
      '.npmrc': 'script-shell=/bin/false\nnode-options=--import=data:text/javascript,process.exit(7)\nif-present=true\n',
      'package.json': '{"scripts":{"test":"node -p 1+1","env":"env"}}',
      'sub/x.txt': '',
    })
    const outcome = await bench.run(place, 'npm test')
    assert.equal(outcome.status, 'passed', outcome.tail)
    assert.match(outcome.tail, /^2$/m)
    assert.equal((await bench.run(place, 'npm run nothere')).status, 'could-not-run')
  })

  test('the whole output is kept and the tail is short', async () => {
    const place = await bench.folder({ 'a.txt': '' })
    const outcome = await bench.run(place, "printf '\\033[31mred\\033[0m\\n'; seq 1 20000; exit 3")
    assert.equal(outcome.exitCode, 3)
    assert.ok(outcome.output.bytes > 100_000)
    assert.ok(outcome.tail.length <= 4000 && outcome.tail.endsWith('20000'))
    assert.ok(!(await bench.run(place, "printf '\\033[31mred\\033[0m\\n'")).tail.includes('\u001B'))
  })
})
