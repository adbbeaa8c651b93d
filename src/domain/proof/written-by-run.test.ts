import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Contract } from '../../protocol/contract.ts'
import type { CheckOutcome, TestStatus } from '../../protocol/evidence.ts'
import type { BlobRef, TreeId } from '../../protocol/ids.ts'
import { digestOf } from '../digest.ts'
import { findWritten } from './written-by-run.ts'

const output: BlobRef = { digest: digestOf(''), bytes: 0 }

function onBase(status: CheckOutcome['status'], names?: readonly string[]): CheckOutcome {
  const cases = names?.map((name) => ({ name, status: 'passed' as TestStatus }))
  return { checkId: 'c1', command: '', status, durationMs: 1, tree: 'a'.repeat(40) as TreeId, output, tail: '', notes: [], ...(cases ? { tests: { runner: 'node-test', cases, complete: true } } : {}) }
}

function toContract(pinned: readonly string[], guarded: readonly string[] = []): Pick<Contract, 'pins' | 'guarded'> {
  return { guarded: [...guarded], pins: pinned.map((path) => ({ mode: 'whole', path, sha256: digestOf(path), why: 'a test file' })) }
}

const absent = onBase('failed')

describe('what a check depends on that only the run has', () => {
  const kept: Readonly<Record<string, readonly [command: string, added: string]>> = {
    'a test by its path': ['node --test test/new.test.js', 'test/new.test.js'],
    'a path with a dot before it': ['node --test ./test/new.test.js', 'test/new.test.js'],
    'through a package script': ['npm test -- test/new.test.js', 'test/new.test.js'],
    'from another folder': ['cd web && npx vitest run test/new.test.ts', 'web/test/new.test.ts'],
    'one test of a file': ['pytest tests/test_new.py::test_it', 'tests/test_new.py'],
    'a module': ['python3 -m unittest tests.test_new', 'tests/test_new.py'],
    'a class of a module': ['python3 -m unittest tests.test_new.New.test_it', 'tests/test_new.py'],
    'a folder that has no tests on the base': ['node --test test/new/', 'test/new/a.test.js'],
    'a glob under which the base has none': ["node --test 'test/new-*.test.js'", 'test/new-a.test.js'],
  }
  for (const [name, [command, added]] of Object.entries(kept)) {
    test(`${name} stays, and nothing else of the run's`, () => {
      const { tests } = findWritten({ command }, absent, toContract(['test/old.test.js', 'tests/test_old.py']), { added: [added, 'test/other.test.js'], tests: [added, 'test/other.test.js'] })
      assert.deepEqual(tests, [added])
    })
  }

  const gone: Readonly<Record<string, readonly [command: string, base: CheckOutcome, pinned: readonly string[]]>> = {
    'npm test does not name the folder test': ['npm test', absent, ['test/old.test.js']],
    'a folder with tests of the base is judged by those': ['node run.js test/', absent, ['test/old.test.js']],
    'what passes and sees tests on the base needs no more': ['node --test test/old.test.js test/new.test.js', onBase('passed', ['test/old.test.js › a']), ['test/old.test.js']],
    'tests of the base that a runner could not see are no reason': ['npx vitest run', onBase('failed', []), ['test/old.test.js']],
  }
  for (const [name, [command, base, pinned]] of Object.entries(gone)) {
    test(name, () => assert.deepEqual(findWritten({ command }, base, toContract(pinned), { added: ['test/new.test.js'], tests: ['test/new.test.js'] }).tests, []))
  }

  test('where the base has no test at all, all that the run wrote stay', () => {
    assert.deepEqual(findWritten({ command: 'npm test' }, onBase('passed', []), toContract([]), { added: ['a.test.js', 'b.test.js'], tests: ['a.test.js', 'b.test.js'] }).tests, ['a.test.js', 'b.test.js'])
  })

  test('a script that judges is named, the work itself is not', () => {
    const added = ['scripts/verify.sh', 'docs/x.md', 'src/main.js']
    assert.deepEqual(findWritten({ command: 'bash scripts/verify.sh && grep -q it docs/x.md && node src/main.js' }, absent, toContract([]), { added, tests: [] }).scripts, ['scripts/verify.sh'])
  })

  test('what a run may not add is named, unless it is there already', () => {
    const command = 'npx vitest run --config vitest.new.config.ts'
    const guarded = ['vitest*.config.ts']
    assert.deepEqual(findWritten({ command }, absent, toContract([], guarded), { added: [], tests: [] }).barred, ['vitest.new.config.ts'])
    assert.deepEqual(findWritten({ command }, absent, toContract(['vitest.new.config.ts'], guarded), { added: [], tests: [] }).barred, [])
  })
})
