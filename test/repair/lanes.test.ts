import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createNodeLane } from '../../src/adapters/solver-repair/lane/node-lane.ts'
import { makeContract, proposeFor } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

const source = 'export function add(a, b) {\n  return a - b\n}\n'
const fixed = source.replace('a - b', 'a + b')
const from = "import { add } from '../src/add.js'\n"

/** A passing, a failing and a slightly richer test, as each runner has them. */
const runners: Record<string, { text: string; seen: Record<string, string> }> = {
  mocha: {
    text: `import assert from 'node:assert/strict'\n${from}describe('add', function () {\n  this.timeout(500)\n  before((done) => { this.ready = true; done() })\n  it('keeps zero', () => { assert.equal(add(4, 0), 4) })\n  it('adds', (done) => { assert.equal(add(2, 3), 5); done() })\n  it('may be left out', function () { this.skip() })\n  it('is to come')\n})\n`,
    seen: { 'add › keeps zero': 'passed', 'add › adds': 'failed', 'add › may be left out': 'skipped', 'add › is to come': 'skipped' },
  },
  jest: {
    text: `${from}describe('add', () => {\n  beforeEach(() => { jest.fn() })\n  it('keeps zero', () => { const double = jest.fn(add); double(4, 0); expect(double).toHaveBeenCalledWith(4, 0); expect({ got: double.mock.results[0].value, not: undefined }).toEqual({ got: expect.any(Number) }) })\n  it.each([[2, 3, 5]])('adds %i and %i', (a, b, c) => { expect(add(a, b)).toBe(c) })\n  it('keeps a picture', () => { expect(add(1, 1)).toMatchSnapshot() })\n  it('throws', async () => { expect(() => add.no()).toThrow(TypeError); await expect(Promise.reject(new Error('late'))).rejects.toThrow('late') })\n})\n`,
    seen: { 'add › keeps zero': 'passed', 'add › adds 2 and 3': 'failed', 'add › keeps a picture': 'skipped', 'add › throws': 'passed' },
  },
  vitest: {
    text: `import { describe, expect, it, vi } from 'vitest'\n${from}describe('add', () => {\n  it('keeps zero', ({ expect }) => { expect(add(4, 0)).toBe(4) })\n  it('adds', () => { expect(add(2, 3)).toBe(5) })\n  it('waits', () => { vi.useFakeTimers(); const late = vi.fn(); setTimeout(late, 1000); vi.advanceTimersByTime(1000); expect(late).toHaveBeenCalledTimes(1) })\n})\n`,
    seen: { 'add › keeps zero': 'passed', 'add › adds': 'failed', 'add › waits': 'passed' },
  },
  ava: {
    text: `import test from 'ava'\n${from}test.before((t) => { t.context.four = 4 })\ntest('keeps zero', (t) => { t.is(add(t.context.four, 0), 4) })\ntest('adds', (t) => { t.deepEqual([add(2, 3)], [5]) })\ntest('says nothing', () => {})\n`,
    seen: { 'keeps zero': 'passed', adds: 'failed', 'says nothing': 'failed' },
  },
  tap: {
    text: `import t from 'tap'\n${from}t.test('keeps zero', (t) => { t.equal(add(4, 0), 4); t.end() })\nt.test('adds', async (t) => { t.test('two', async (t) => { t.same([add(2, 3)], [5]); t.pass('goes on') }) })\nt.equal(add(1, 0), 1)\n`,
    seen: { 'keeps zero': 'passed', 'adds › two': 'failed', 'top level': 'passed' },
  },
}

describe('the quick lane stands in for', () => {
  for (const [runner, { text, seen }] of Object.entries(runners)) {
    it(`${runner}: it sees what the runner sees, and which candidate mends it`, async () => {
      const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['src/add.js', source], ['test/add.js', text]]), 60_000)
      try {
        const lane = createNodeLane(lab, { failing: ['test/add.js'], others: [] }, { workers: 2, runner })
        const survey = await lane.survey(20_000)
        const tests = survey?.tests ?? []
        assert.deepEqual(Object.fromEntries(tests.map((test) => [test.name.replace('test/add.js › ', ''), test.status])), seen)
        const red = tests.find((test) => test.status === 'failed')
        assert.ok(red !== undefined && red.covers.has('src/add.js'))
        const job = { path: 'src/add.js', only: [red.name], targets: [red.name], files: ['test/add.js'], perMs: 20_000 }
        const verdicts = await lane.tryAll([{ ...job, id: 0, text: `${source}\n` }, { ...job, id: 1, text: fixed }], { keep: [], budgetMs: 20_000, all: true })
        assert.deepEqual(verdicts.toSorted((a, b) => a.id - b.id).map(({ id, passed }) => [id, passed.has(red.name)]), [[0, false], [1, true]])
      } finally {
        lab.dispose()
      }
    })
  }
})

describe('the quick lane for JavaScript', () => {
  it('takes a file that it is asked for by name for whole only where none of its tests fails', async () => {
    const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['src/add.js', source], ['test/add.js', runners['mocha']?.text ?? '']]), 60_000)
    try {
      const lane = createNodeLane(lab, { failing: ['test/add.js'], others: [] }, { workers: 1, runner: 'mocha' })
      const jobs = [source, fixed, 'export const add = ;'].map((text, id) => ({ id, path: 'src/add.js', text, only: ['test/add.js'], files: ['test/add.js'], perMs: 20_000 }))
      const verdicts = await lane.tryAll(jobs, { keep: [], budgetMs: 60_000, all: true })
      assert.deepEqual(verdicts.map(({ passed, failed }) => [passed.has('test/add.js'), failed.has('test/add.js'), passed.has('test/add.js › add › adds')]), [[false, true, false], [true, false, true], [false, true, false]])
    } finally {
      lab.dispose()
    }
  })
  it('goes on after endless loops and memory bombs, of the heap and beside it', async () => {
    const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['src/add.js', source], ['test/add.js', runners['mocha']?.text ?? '']]), 60_000)
    const begin = (text: string): string => source.replace('  return', `  ${text}\n  return`)
    const texts = [
      begin('for (;;) {}'), begin('const kept = []; for (;;) kept.push(new Array(10_000).fill(kept.length))'),
      begin('const kept = []; for (;;) kept.push(Buffer.alloc(1 << 24, 1))'), begin('process.abort()'), fixed,
    ]
    try {
      const lane = createNodeLane(lab, { failing: ['test/add.js'], others: [] }, { workers: 1, runner: 'mocha' })
      const name = 'test/add.js › add › adds'
      const jobs = texts.map((text, id) => ({ id, path: 'src/add.js', text, only: [name], targets: [name], files: ['test/add.js'], perMs: id === 0 ? 500 : 20_000 }))
      const verdicts = await lane.tryAll(jobs, { keep: [], budgetMs: 60_000, all: true })
      assert.deepEqual(verdicts.map(({ ended, passed }) => [ended, passed.has(name)]), [['timeout', false], ['crash', false], ['crash', false], ['crash', false], ['done', true]])
    } finally {
      lab.dispose()
    }
  })
})

async function propose(command: string, files: [string, string][], maxMs = 20_000): Promise<{ text: string; edits: unknown[] }> {
  const contract = makeContract(command)
  const lab = new ScratchLab(new Map([['package.json', '{"type":"module"}'], ['src/add.js', source], ...files]), 60_000)
  try {
    const base = await lab.tryFiles(new Map(), contract.checks[0]!, { timeoutMs: 20_000 })
    const { parts } = await proposeFor(lab, contract, [base], maxMs)
    return {
      text: parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n'),
      edits: parts.flatMap((part) => (part.type === 'call' && part.name === 'edit' ? part.input : [])),
    }
  } finally {
    lab.dispose()
  }
}

describe('a check that only has an exit code', () => {
  it('is mended by what makes it end with 0', async () => {
    const { edits, text } = await propose('node verify.mjs', [['verify.mjs', "import { add } from './src/add.js'\nif (add(4, 0) !== 4) process.exit(2)\nawait null\nsetTimeout(() => { if (add(2, 3) !== 5) process.exitCode = 1 }, 1)\n"]])
    assert.deepEqual(edits, [{ path: 'src/add.js', edits: [{ find: '  return a - b', replace: '  return a + b' }] }], text)
  })
})

describe('a test file that cannot be loaded', () => {
  const uses = (line: string): [string, string] => ['src/use.js', `${line}\nexport const twice = (a) => add(a, a)\n`]
  const test = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { twice } from '../src/use.js'\ntest('doubles', () => { assert.equal(twice(2), 4) })\ntest('keeps zero', () => { assert.equal(twice(0), 0) })\n"
  it('is mended by what lets all its tests pass, in JavaScript', async () => {
    const { edits, text } = await propose('node --test', [['src/add.js', fixed], uses("import { add } from './adds.js'"), ['test/use.test.js', test]])
    assert.deepEqual(edits, [{ path: 'src/use.js', edits: [{ find: "import { add } from './adds.js'", replace: "import { add } from './add.js'" }] }], text)
  })
  it('is mended by what lets all its tests pass, in Python', async () => {
    const files: [string, string][] = [
      ['shop/__init__.py', ''], ['shop/add.py', 'def add(a, b):\n    return a + b\n\n\ndef take(a, b):\n    return a - b\n'], ['shop/use.py', 'from shop.add import ad\n\n\ndef twice(a):\n    return ad(a, a)\n'], ['tests/__init__.py', ''],
      ['tests/test_use.py', 'import unittest\nfrom shop.use import twice\n\n\nclass Twice(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(twice(2), 4)\n\n    def test_zero(self):\n        self.assertEqual(twice(0), 0)\n'],
    ]
    const { edits, text } = await propose('python3 -m unittest discover -s tests -t .', files)
    assert.deepEqual(edits, [{ path: 'shop/use.py', edits: [{ find: 'from shop.add import ad', replace: 'from shop.add import add as ad' }] }], text)
  })
})

describe('no search is made for', () => {
  const test = "import { test } from 'node:test'\nimport assert from 'node:assert/strict'\nimport fs from 'node:fs'\nimport net from 'node:net'\nimport { add } from '../src/add.js'\n"
  it('a module that is not there', async () => {
    const { text } = await propose('node --test test/a.test.js', [['test/a.test.js', `${test}import 'left-pad-of-nobody'\ntest('adds', () => { assert.equal(add(2, 3), 5) })\n`]])
    assert.match(text, /^No search was made\. .*no module left-pad-of-nobody here/)
  })
  it('a folder that Node takes for a file', async () => {
    const { text } = await propose('node --test test/', [['test/a.test.js', `${test}test('adds', () => { assert.equal(add(2, 3), 5) })\n`]])
    assert.match(text, /^No search was made\. .*node --test takes the folder test for a file that is not there; its command needs files or a pattern, as in node --test "test\/\*\*\/\*\.test\.js"/)
  })
  it('a service that does not run', async () => {
    const { text } = await propose('node --test test/a.test.js', [['test/a.test.js', `${test}test('asks', () => new Promise((done, no) => net.connect(1, '127.0.0.1').on('error', no)))\n`]])
    assert.match(text, /^No search was made\. .*nothing answers at 127\.0\.0\.1:1: a service that it needs is not running/)
  })
  it('a test that passes when it is run again', async () => {
    const { text } = await propose('node --test test/a.test.js', [['test/a.test.js', `${test}test('is moody', () => { const first = !fs.existsSync('seen'); fs.writeFileSync('seen', ''); assert.ok(!first) })\n`]])
    assert.match(text, /^No search was made\. test\/a\.test\.js › is moody: failed, and passed when it was run again on the same content, so it is flaky/)
  })
})

describe('two faults that one test meets one after the other', () => {
  const shapes: Record<string, { command: string; files: [string, string][] }> = {
    'node:test, in two files': {
      command: 'node --test test/shapes.test.js',
      files: [
        ['src/area.js', 'export function area(a, b) {\n  return a + b\n}\n'], ['src/edge.js', 'export function edge(a, b) {\n  return 2 * (a - b)\n}\n'],
        ['test/shapes.test.js', "import { test } from 'node:test'\nimport assert from 'node:assert/strict'\nimport { area } from '../src/area.js'\nimport { edge } from '../src/edge.js'\n\ntest('measures', () => {\n  assert.equal(area(2, 4), 8)\n  assert.equal(area(5, 3), 15)\n  assert.equal(edge(2, 3), 10)\n  assert.equal(edge(1, 5), 12)\n})\n"],
      ],
    },
    unittest: {
      command: 'python3 -m unittest test_shapes',
      files: [
        ['shapes.py', 'def area(a, b):\n    return a + b\n\n\ndef name(shape):\n    return shape.name.strip()\n\n\ndef edge(a, b):\n    return 2 * (a - b)\n'],
        ['test_shapes.py', 'import unittest\nimport shapes\n\n\nclass Shapes(unittest.TestCase):\n    def test_measures(self):\n        self.assertEqual(shapes.area(2, 4), 8)\n        self.assertEqual(shapes.area(5, 3), 15)\n        self.assertEqual(shapes.edge(2, 3), 10)\n        self.assertEqual(shapes.edge(1, 5), 12)\n'],
      ],
    },
  }
  for (const [runner, { command, files }] of Object.entries(shapes)) {
    it(`are mended together under ${runner}`, async () => {
      const { edits, text } = await propose(command, files, 24_000)
      const all = JSON.stringify(edits)
      assert.match(all, /return a \* b/, text)
      assert.match(all, /2 \* \(a \+ b\)/, text)
    })
  }
})
