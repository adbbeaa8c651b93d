import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTakenOut } from './taken-out.ts'

test('what a command asks for by name, as path or module, wherever it stands', () => {
  const own = ['test/new.test.js', 'tests/test_new.py', 'pkg/test/other.test.js']
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['node --test test/new.test.js', ['test/new.test.js']],
    ['node --test "./test/new.test.js" && echo done', ['test/new.test.js']],
    ['pytest -q tests/test_new.py::test_it[a]', ['tests/test_new.py']],
    ['python3 -m unittest tests.test_new.Case', ['tests/test_new.py']],
    ['cd pkg && node --test test/other.test.js', ['pkg/test/other.test.js']],
    ['node --test test/', []],
    ['npm test', []],
    ['node --test test/new.test.jsx', []],
  ]
  for (const [command, found] of cases) assert.deepEqual(findTakenOut(command, own), found, command)
})
