import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Sandbox } from '../../engine/ports/sandbox.ts'
import { makeSubject, type SubjectOptions } from '../../testing/subject.ts'
import { createCheckFinder } from '../check-finder/check-finder.ts'
import { createBwrapSandbox } from '../sandbox-bwrap/driver.ts'
import { testValidators } from './test-validators.ts'

const validators = testValidators(createCheckFinder())

async function look(id: string, options: SubjectOptions): Promise<{ findings: readonly string[]; notes: readonly string[]; notChecked: string | undefined } | undefined> {
  const validator = validators.find((one) => one.id === id)
  assert.ok(validator?.kind === 'change')
  const subject = await makeSubject(options)
  try {
    const said = await validator.look(subject)
    return said && { findings: said.findings.map((one) => `${one.severity} ${one.path}:${one.line ?? '-'} ${one.message}`), notes: said.notes ?? [], notChecked: said.notChecked }
  } finally {
    await subject.dispose()
  }
}

const js = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
  'src/price.ts': 'export function price(n: number): number {\n  return n * 2\n}\n',
  'test/price.test.ts': "import { test } from 'node:test'\nimport assert from 'node:assert'\nimport { price } from '../src/price.ts'\ntest('price', () => assert.equal(price(2), 4))\n",
}
const raised = 'export function price(n: number): number {\n  if (n > 100) {\n    const é: string = "much"\n\n    // said to the person\n    console.log(é)\n  }\n  return n * 2\n}\n\nexport type Price = number\n'
const lonely = "import { price } from './price.ts'\n\nexport const twice = (n: number) => price(n) * 2\n"
const python = {
  'pkg/__init__.py': '', 'pkg/price.py': 'def price(n):\n    return n * 2\n', 'tests/__init__.py': '',
  'tests/test_price.py': 'import unittest\nfrom pkg.price import price\n\n\nclass Price(unittest.TestCase):\n    def test_price(self):\n        self.assertEqual(price(2), 4)\n',
}
const raisedPython = 'def price(n):\n    """What it costs."""\n    if n > 100:\n        # much\n        print("much")\n        raise ValueError(n)\n    return n * 2\n\n\ndef discount(n):\n    return n - 1\n'

describe('coverage of the changed lines', () => {
  let sandbox: Sandbox
  let state: string
  before(async () => {
    state = await mkdtemp(join(tmpdir(), 'writ-coverage-'))
    sandbox = createBwrapSandbox({ stateDir: state, env: process.env })
  })
  after(() => rm(state, { recursive: true, force: true }))

  test('TypeScript on Node, in the sandbox', async () => {
    assert.deepEqual(await look('coverage', { base: js, result: { 'src/price.ts': raised, 'src/lonely.ts': lonely, 'src/types.ts': 'export type A = {\n  a: string\n}\n', 'README.md': 'x\n' }, sandbox }), {
      findings: ['warning src/lonely.ts:3 no test loads this file: none of its 1 changed lines of code is run', 'note src/price.ts:3 lines 3 to 6 are run by no test'],
      notes: ['40 % of 5 changed lines of code are run by the tests (npm test)'], notChecked: undefined,
    })
  })

  test('an error below what the settings want, also where the tests fail on the way', async () => {
    const said = await look('coverage', { base: js, result: { 'src/price.ts': raised.replace('n * 2', 'n * 3') }, settings: { coverage: { least: 0.8 } } })
    assert.deepEqual(said?.findings, ['error src/price.ts:3 lines 3 to 6 are run by no test; at least 80 % of the changed lines are wanted, 60 % are run'])
    assert.deepEqual(said?.notes.slice(1), ['the tests ended with 1: what they did not come to is not run'])
  })

  test('a loader that leaves a source map', async () => {
    const result = { 'src/price.ts': `export enum Kind { Much, Little }\n${raised}` }
    const said = await look('coverage', { base: { ...js, 'package.json': JSON.stringify({ type: 'module', scripts: { test: 'NODE_OPTIONS=--experimental-transform-types node --test' } }) }, result })
    assert.deepEqual(said?.findings, ['note src/price.ts:4 lines 4 to 7 are run by no test'])
  })

  test('Python, in the sandbox, without any package, and with a command that sets its own path', async () => {
    const said = await look('coverage', { base: python, result: { 'pkg/price.py': raisedPython, 'pkg/lonely.py': 'A = 1\n' }, sandbox, contract: contractWith('PYTHONPATH=. python3 -m unittest discover -s tests -t .') })
    assert.deepEqual(said, {
      findings: ['warning pkg/lonely.py:1 no test loads this file: none of its 1 changed lines of code is run', 'note pkg/price.py:5 lines 5 to 6 are run by no test', 'note pkg/price.py:11 line 11 is run by no test'],
      notes: ['33 % of 6 changed lines of code are run by the tests (PYTHONPATH=. python3 -m unittest discover -s tests -t .)'], notChecked: undefined,
    })
  })

  test('a process that is ended hard has told what it ran', async () => {
    const said = await look('coverage', { base: python, result: { 'pkg/price.py': 'def price(n):\n    x = n * 2\n    import os; os._exit(0)\n    return x\n' } })
    assert.deepEqual(said?.findings, ['note pkg/price.py:4 line 4 is run by no test'])
  })

  test('where it cannot be learned it is not checked, and says why', async () => {
    const notChecked = async (options: SubjectOptions): Promise<string | undefined> => (await look('coverage', options))?.notChecked
    assert.match(await notChecked({ base: { 'go.mod': '' }, result: { 'a.go': 'package a\n' } }) ?? '', /^which lines run is not known for a\.go: it is learned for JavaScript/)
    assert.equal(await notChecked({ base: {}, result: { 'a.js': 'work()\n' } }), 'no command runs the tests: the contract names none, and none was found')
    assert.equal(await notChecked({ base: {}, result: { 'a.js': 'work()\n' }, contract: contractWith('true') }), 'no Node process told what it ran')
    assert.match(await notChecked({ base: {}, result: { 'a.js': 'work()\n' }, contract: contractWith('no-such-runner --all') }) ?? '', /^the tests could not be started \(no-such-runner --all\): .*not found$/)
    assert.match(await notChecked({ base: {}, result: { 'a.js': 'work()\n' }, contract: contractWith('sleep 60', 200) }) ?? '', /^the tests were stopped after/)
    assert.equal(await look('coverage', { base: js, result: { 'README.md': 'x\n', 'test/price.test.ts': '// none\n', 'vite.config.ts': 'export default {}\n' } }), undefined)
  })

  test('its key is all that is in the result', async () => {
    const [coverage] = validators
    assert.ok(coverage?.kind === 'change')
    const keyOf = async (result: Readonly<Record<string, string>>): Promise<string | undefined> => {
      const subject = await makeSubject({ base: js, result })
      const key = await coverage.key?.(subject)
      await subject.dispose()
      return key
    }
    const key = await keyOf({ 'src/price.ts': raised })
    assert.ok(key !== undefined)
    assert.equal(await keyOf({ 'src/price.ts': raised }), key)
    assert.notEqual(await keyOf({ 'src/price.ts': raised, 'test/price.test.ts': '// none\n' }), key)
    assert.equal(await keyOf({ 'README.md': '' }), undefined)
  })
})

function contractWith(command: string, timeoutMs = 60_000): NonNullable<SubjectOptions['contract']> {
  return {
    version: 1, goal: 'x', constraints: [], checks: [{ id: 'c1', command, origin: 'person', timeoutMs }], scope: [], dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 },
    approvers: [], unknowns: [], network: [], pins: [], guarded: [],
  }
}

describe('performance', () => {
  const commands = (command: string, more: object = {}): unknown => ({ performance: [{ id: 'bench', command, runs: 3, ...more }] })
  test('both figures are told; a ratio that is allowed is a note', async () => {
    const said = await look('performance', { base: { 'work.sh': ':' }, result: { 'work.sh': ': ' }, settings: commands('sh work.sh', { most: 1000 }) })
    assert.equal(said?.findings.length, 1)
    assert.match(said?.findings[0] ?? '', /^note \.:- sh work\.sh takes [\d.]+ times as long \(\d+(\.\d)? ms on the base, \d+(\.\d)? ms on the result, medians of 3; 0 % sure that it is above 1000\)$/)
  })
  test('each side runs its own files, in turn, after one of each to warm up', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'writ-performance-'))
    try {
      const { readFile } = await import('node:fs/promises')
      await look('performance', { base: { side: 'base\n' }, result: { side: 'result\n' }, settings: commands(`cat side >> ${folder}/order`, { most: 1000 }) })
      assert.equal((await readFile(join(folder, 'order'), 'utf8')).replaceAll('\n', ' '), 'base result '.repeat(4))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  test('what fails on the result alone is an error; what fails on the base is not checked', async () => {
    assert.deepEqual((await look('performance', { base: { ok: '' }, result: { ok: undefined, a: '' }, settings: commands('cat ok') }))?.findings, ['error .:- cat ok ended with 1 on the result, not on the base'])
    const said = await look('performance', { base: {}, result: { ok: '' }, settings: commands('cat ok') })
    assert.deepEqual(said?.findings, [])
    assert.match(said?.notChecked ?? '', /^bench: on the base it ended with 1: cat: ok: /)
  })
  test('nobody asked', async () => assert.equal(await look('performance', { base: {}, result: { a: '' } }), undefined))
})
