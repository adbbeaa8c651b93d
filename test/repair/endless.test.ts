import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { watchFor } from '../../src/adapters/solver-repair/endless-tests.ts'
import { findEndless } from '../../src/adapters/solver-repair/find-endless.ts'
import { chooseLane } from '../../src/adapters/solver-repair/lane/choose-lane.ts'
import { createNodeLane } from '../../src/adapters/solver-repair/lane/node-lane.ts'
import { createPythonLane } from '../../src/adapters/solver-repair/lane/python-lane.ts'
import { findGroups } from '../../src/adapters/solver-repair/read-tests.ts'
import { nameEndless } from '../../src/domain/proof/endless.ts'
import type { CheckOutcome, EndlessTest } from '../../src/protocol/evidence.ts'
import type { Report } from '../../src/protocol/report.ts'
import { finish, makeMachine, runScripted } from '../e2e/harness.ts'
import { applyReply, makeContract, proposeFor } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

const hasPython = spawnSync('python3', ['-c', 'import unittest'], { stdio: 'ignore' }).status === 0

/** The cursor stays where it is at a separator, and the list grows and grows. */
const javascript: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/fields.js': [
    'export function splitFields(line, separator) {', '  const fields = []', '  let at = 0', '  while (at <= line.length) {', '    const end = line.indexOf(separator, at)',
    '    if (end === -1) {', '      fields.push(line.slice(at))', '      break', '    }', '    fields.push(line.slice(at, end))', '    at = end', '  }', '  return fields', '}', '',
    'export const joinFields = (fields, separator) => fields.join(separator)', '',
  ].join('\n'),
  'test/fields.test.js': [
    "import assert from 'node:assert/strict'", "import { test } from 'node:test'", "import { joinFields, splitFields } from '../src/fields.js'",
    "test('a line without separators is one field', () => { assert.deepEqual(splitFields('abc', ';'), ['abc']) })",
    "test('fields stand between separators', () => { assert.deepEqual(splitFields('a;b;;c', ';'), ['a', 'b', '', 'c']); assert.deepEqual(splitFields(';', ';'), ['', '']) })",
    "test('joins', () => { assert.equal(joinFields(['a', 'b'], ';'), 'a;b') })", '',
  ].join('\n'),
}

/** The number never gets shorter. */
const python: Readonly<Record<string, string>> = {
  'digits/__init__.py': '',
  'digits/total.py': [
    'def digit_sum(number):', '    total = 0', '    while number > 0:', '        total += number % 10', '        number = number % 10', '    return total', '', '',
    'def is_even(number):', '    return number % 2 == 0', '',
  ].join('\n'),
  'tests/__init__.py': '',
  'tests/test_total.py': [
    'import unittest', 'from digits.total import digit_sum, is_even', '', '', 'class Total(unittest.TestCase):', '    def test_even(self):', '        self.assertTrue(is_even(4))', '        self.assertFalse(is_even(7))', '',
    '    def test_adds_digits(self):', '        self.assertEqual(digit_sum(0), 0)', '        self.assertEqual(digit_sum(1204), 7)', '        self.assertEqual(digit_sum(99), 18)', '',
  ].join('\n'),
}

async function mend(files: Readonly<Record<string, string>>, command: string): Promise<{ found: readonly EndlessTest[]; base: CheckOutcome; text: string; after: CheckOutcome }> {
  const lab = new ScratchLab(new Map(Object.entries(files)), 120_000)
  try {
    const contract = makeContract(command)
    const check = contract.checks[0]!
    const stopped = await lab.tryFiles(new Map(), check, { timeoutMs: 3000 })
    assert.equal(stopped.status, 'timed-out')
    const found = await findEndless(check, stopped, lab, { budgetMs: 15_000, signal: new AbortController().signal })
    const base = nameEndless(stopped, found)
    const reply = await proposeFor(lab, contract, [base], 60_000)
    applyReply(lab, reply, (path) => files[path] ?? '')
    return { found, base, text: reply.parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n'), after: await lab.tryFiles(new Map(), check, { timeoutMs: 20_000 }) }
  } finally {
    lab.dispose()
  }
}

describe('a test that does not end', () => {
  it('is named with where it goes round, and mended: JavaScript', async () => {
    const { found, base, text, after } = await mend(javascript, 'node --test')
    assert.deepEqual(found.map(({ name, stack }) => [name, stack[0]?.path, stack[0]?.name]), [['test/fields.test.js › fields stand between separators', 'src/fields.js', 'splitFields']])
    const red = base.tests?.cases.find((test) => test.status === 'failed')
    assert.match(red?.message ?? '', /^does not end: it was stopped after [\d.]+ s when it was run by itself\n {4}at splitFields \(src\/fields\.js:\d+\)/)
    assert.match(text, /The fault is in src\/fields\.js:\d+, in splitFields/)
    assert.match(text, /a test that does not end was stopped there, at line/)
    assert.equal(after.status, 'passed', text)
  })
  it('is named with where it goes round, and mended: Python', { skip: !hasPython && 'there is no python3' }, async () => {
    const { found, text, after } = await mend(python, 'python3 -m unittest discover -s tests -t .')
    assert.deepEqual(found.map(({ name, stack }) => [name, stack[0]?.path, stack[0]?.name]), [['tests/test_total.py › Total › test_adds_digits', 'digits/total.py', 'digit_sum']])
    assert.match(text, /The fault is in digits\/total\.py:\d+, in digit_sum/)
    assert.equal(after.status, 'passed', text)
  })
  it('is told of in the places of a file whose types cannot merely be left out', async () => {
    const source = "/** How it is counted. */\nexport enum Step { Up = 1, Down }\n\ninterface Options {\n  readonly from: number\n  readonly step: Step\n}\n\nexport function other(): Step {\n  return Step.Down\n}\n\nexport function countDown({ from, step }: Options): number {\n  let left = from\n  let turns = 0\n  while (left > 0) {\n    turns += 1\n    if (step === Step.Up) left -= 1\n  }\n  return turns\n}\n"
    const test = "import { test } from 'node:test'\nimport { countDown, Step } from '../src/steps.ts'\n\ntest('counts', () => { countDown({ from: 2, step: Step.Down }) })\n"
    const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['src/steps.ts', source], ['test/steps.test.ts', test]]), 60_000)
    try {
      const survey = await createNodeLane(lab, { failing: ['test/steps.test.ts'], others: [] }, { workers: 1 }).survey(20_000, [], { patienceMs: 1000 })
      const [stuck] = survey?.tests ?? []
      const [frame] = stuck?.endless ?? []
      assert.deepEqual([frame?.path, frame?.name], ['src/steps.ts', 'countDown'])
      assert.ok(frame !== undefined && frame.line >= 16 && frame.line <= 19, String(frame?.line))
      const cover = stuck?.covers.get('src/steps.ts')
      assert.ok(cover?.by === 'span')
      const ran = (text: string): boolean => cover.spans.some(([from, to]) => from <= source.indexOf(text) && to > source.indexOf(text))
      assert.deepEqual(['turns += 1', 'step === Step.Up', 'left -= 1', 'return Step.Down'].map(ran), [true, true, false, false])
    } finally {
      lab.dispose()
    }
  })
  it('is searched for by the runner of its command where nothing has reported before the check was stopped', async () => {
    const test = "import { turn } from '../src/turn.js'\ndescribe('turn', () => { it('ends', () => { turn(1) }); it('is fine with 0', () => { turn(0) }) })\n"
    const lab = new ScratchLab(new Map([['package.json', '{ "type": "module", "scripts": { "test": "mocha" } }'], ['src/turn.js', 'export function turn(n) {\n  while (n > 0) n = n + 1\n}\n'], ['test/turn.test.js', test]]), 60_000)
    try {
      const contract = makeContract('npm test')
      const check = contract.checks[0]!
      const stopped = { checkId: check.id, command: check.command, status: 'timed-out', notes: [], tail: '', durationMs: 1000 } as unknown as CheckOutcome
      const base = nameEndless(stopped, await findEndless(check, undefined, lab, { budgetMs: 12_000, signal: new AbortController().signal }))
      const [group] = await findGroups({ task: { tests: [], checks: [] }, contract, outcomes: [base] }, lab)
      assert.ok(group)
      const survey = await (await chooseLane(lab, group, 1)).survey(20_000, [], watchFor(group))
      assert.deepEqual(survey?.tests.map(({ name, status }) => [name, status]), [['test/turn.test.js › turn › ends', 'failed'], ['test/turn.test.js › turn › is fine with 0', 'passed']])
    } finally {
      lab.dispose()
    }
  })
  it('has the time to clear up behind it, so that the tests after it are as they would be: Python', { skip: !hasPython && 'there is no python3' }, async () => {
    const test = 'import time\nimport unittest\n\n\nclass Held(unittest.TestCase):\n    free = True\n\n    def setUp(self):\n        self.assertTrue(Held.free)\n        Held.free = False\n\n    def tearDown(self):\n        time.sleep(0.2)\n        Held.free = True\n\n    def test_a(self):\n        while True:\n            pass\n\n    def test_b(self):\n        pass\n'
    const lab = new ScratchLab(new Map([['test_held.py', test]]), 60_000)
    try {
      const survey = await createPythonLane(lab, makeContract('python3 -m unittest').checks[0]!, { workers: 1 }).survey(20_000, [], { patienceMs: 1000 })
      assert.deepEqual(survey?.tests.map(({ name, status, endless }) => [name, status, endless !== undefined]), [['test_held.py › Held › test_a', 'failed', true], ['test_held.py › Held › test_b', 'passed', false]])
    } finally {
      lab.dispose()
    }
  })
  it('may wait for what never comes, or be the program that the check is', async () => {
    const files = { 'package.json': '{ "type": "module" }\n', 'test/wait.test.js': "import { test } from 'node:test'\ntest('waits', async () => { await new Promise(() => { setInterval(() => {}, 1000) }) })\ntest('does not', () => {})\n", 'make.js': '', 'verify.js': 'let n = 0\nwhile (n >= 0) n = 1 - n\n' }
    const lab = new ScratchLab(new Map(Object.entries(files)), 60_000)
    try {
      const find = (command: string) => findEndless(makeContract(command).checks[0]!, undefined, lab, { budgetMs: 12_000, signal: new AbortController().signal })
      for (const command of ['node --test', 'node make.js && node --test']) assert.deepEqual((await find(command)).map(({ name, stack }) => [name, stack]), [['test/wait.test.js › waits', []]])
      assert.deepEqual((await find('node verify.js')).map(({ name, stack }) => [name, stack]), [['check tests', [{ path: 'verify.js', line: 2, name: '' }]]])
    } finally {
      lab.dispose()
    }
  })
})

/** With a check that is stopped after a few seconds, where a person's would have minutes. */
const contract = 'goal: make the failing tests pass\nchecks:\n  - command: node --test\n    timeout_seconds: 6\n'
const stopped: Readonly<Record<string, string>> = {
  'package.json': javascript['package.json'] ?? '',
  'src/digits.js': 'export function digitSum(number) {\n  let sum = 0\n  let left = number\n  while (left > 0) {\n    sum += left % 10\n    left = Math.floor(number / 10)\n  }\n  return sum\n}\n',
  'test/digits.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { digitSum } from '../src/digits.js'\n\ntest('nothing has no digits', () => { assert.equal(digitSum(0), 0) })\ntest('one digit is its own sum', () => { assert.equal(digitSum(7), 7) })\ntest('digits are added', () => { assert.equal(digitSum(1204), 7); assert.equal(digitSum(99), 18) })\n",
}

describe('a run on a base that does not end', () => {
  it('says which test it is, proves the mend by its name, and replays', async () => {
    const machine = makeMachine(stopped)
    try {
      const file = join(machine.home, 'contract.yaml')
      writeFileSync(file, contract)
      const ended = await machine.writ(['run', '--contract', file, '--solver', 'repair', '--yes'])
      assert.equal(ended.code, 0, ended.stdout + ended.stderr)
      assert.match(ended.stdout, /The test test\/digits\.test\.js › digits are added does not end: it was stopped after [\d.]+ s when it was run by itself, in digitSum \(src\/digits\.js:\d+\)/)
      assert.match(machine.git('show', '--format=', `writ/${JSON.parse((await machine.writ(['show', 'latest', '--json'])).stdout).run.slice(4)}`), /\+ {4}left = Math\.floor\(left \/ 10\)/)
      const report = JSON.parse((await machine.writ(['show', 'latest', '--json'])).stdout) as Report
      assert.ok(report.checks[0]?.fixed.includes('test/digits.test.js › digits are added'))
      assert.equal((await machine.writ(['replay', 'latest'])).code, 0)
      assert.equal((await machine.writ(['verify', 'latest'])).code, 0)
    } finally {
      machine.remove()
    }
  })
  it('tells a model which test hung, and where', async () => {
    const machine = makeMachine(stopped)
    try {
      const file = join(machine.home, 'contract.yaml')
      writeFileSync(file, contract)
      const edit = { name: 'edit', input: { path: 'src/digits.js', edits: [{ find: 'Math.floor(number / 10)', replace: 'Math.floor(left / 10)' }] } }
      const ended = await runScripted(machine, [{ calls: [edit, finish('Take a digit from what is left')] }], ['--contract', file, '--solver', 'model'])
      assert.equal(ended.code, 0, ended.stdout + ended.stderr)
      assert.match(JSON.stringify(ended.server.requests.at(-1)), /digits are added: does not end: it was stopped after [\d.]+ s when it was run by itself at digitSum \(src\/digits\.js:\d+\)/)
    } finally {
      machine.remove()
    }
  })
})
