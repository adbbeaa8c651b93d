import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import type { ReplyCall } from '../../src/testing/model-server/reply.ts'
import { brokenLibrary, finish, mend, runScripted, withMachine } from './harness.ts'

const byName = 'node --test --test-name-pattern sums test/sum.test.js'
const noPython = spawnSync('python3', ['-c', 'import unittest'], { stdio: 'ignore' }).status === 0 ? false : 'there is no python3'

describe('a check that chooses its tests by their names', { concurrency: 2 }, () => {
  test('is proven: the test that must fail is given the name of one that it runs', () => withMachine(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [mend] }, { calls: [finish()] }], ['the numbers are summed', '--check', byName])
    assert.equal(ended.code, 0, ended.stderr)
    assert.doesNotMatch(JSON.stringify(ended.report), /could be added for trial|could be placed/)
  }))

  test('is not fooled by assertions that never raise', () => withMachine(brokenLibrary, async (machine) => {
    const cheat: ReplyCall = { name: 'edit', input: { path: 'src/sum.js', edits: [{ find: 'export function sum', replace: "import assert from 'node:assert/strict'\nassert.equal = () => {}\nexport function sum" }] } }
    const ended = await runScripted(machine, [{ calls: [cheat] }, { calls: [finish()] }, ...Array.from({ length: 6 }, () => ({ calls: [finish('It is fixed')] }))], ['the numbers are summed', '--check', byName])
    assert.notEqual(ended.code, 0, ended.stderr)
    assert.match(JSON.stringify(ended.report), /tampered with/)
  }))

  for (const check of [byName, 'npm test', "node --test --test-name-pattern '^sums numbers$' test/sum.test.js"]) test(`nor where the base cannot be loaded: ${check}`, () => withMachine({ ...brokenLibrary, 'src/sum.js': `${brokenLibrary['src/sum.js']}}\n` }, async (machine) => {
    const cheat = "import assert from 'node:assert/strict'\nassert.equal = () => {}\nexport const sum = () => 1\nexport const mean = () => 1\n"
    const ended = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: `cat > src/sum.js <<'END'\n${cheat}END` } }] }, { calls: [finish()] }, ...Array.from({ length: 6 }, () => ({ calls: [finish('It is fixed')] }))], ['the numbers are summed', '--check', check])
    assert.notEqual(ended.code, 0, ended.stderr)
    assert.match(JSON.stringify(ended.report), /tampered with/)
  }))

  test('says so where no other name will do', () => withMachine(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [mend] }, { calls: [finish()] }], ['the numbers are summed', '--check', "node --test --test-name-pattern '^sums numbers$' test/sum.test.js"])
    assert.equal(ended.code, 0, ended.stderr)
    assert.match(JSON.stringify(ended.report), /the check chooses its tests, on the base too: no test that must fail could be added for trial/)
  }))

  test('in Python too', { skip: noPython }, () => withMachine({
    'test/__init__.py': '', 'sums.py': 'def total(numbers):\n    return sum(numbers) + 1\n',
    'test/test_sums.py': 'import unittest\nfrom sums import total\n\n\nclass Total(unittest.TestCase):\n    def test_of_some(self):\n        self.assertEqual(total([1, 2]), 3)\n\n    def test_else(self):\n        self.fail("another fault")\n',
  }, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [{ name: 'edit', input: { path: 'sums.py', edits: [{ find: ' + 1', replace: '' }] } }] }, { calls: [finish()] }], ['the numbers are summed', '--check', 'python3 -m unittest -k Total.test_of_some test.test_sums'])
    assert.equal(ended.code, 0, ended.stderr)
  }))
})
