// How many candidates a second the quick lanes try, for a pure function's tests, and what endless loops and memory bombs among them cost.
// node bench/candidates.mjs [--count 400] [runner …]
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createNodeLane } from '../src/adapters/solver-repair/lane/node-lane.ts'
import { countWorkers, findMachine } from '../src/adapters/solver-repair/lane/workers.ts'
import { createPythonLane } from '../src/adapters/solver-repair/lane/python-lane.ts'
import { toTable } from './figures.mjs'

const script = `export function median(values) {
  if (values.length === 0) return 0
  const sorted = [...values].sort((a, b) => a - b)
  const mid = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[mid] : (sorted[mid] + sorted[mid]) / 2
}
`
const python = `def median(values):
    if not values:
        return 0
    ordered = sorted(values)
    mid = len(ordered) // 2
    return ordered[mid] if len(ordered) % 2 == 1 else (ordered[mid] + ordered[mid]) / 2
`
const cases = ['[], 0', '[5, 1, 3], 3', '[4, 1, 2, 9], 3', '[10, 2], 6', '[7], 7', '[1, 1, 2, 2], 1.5']
const from = "import { median } from '../src/median.js'\n"
const call = (text) => text.split(/, (?=[\d.]+$)/)
const blocks = (head, equal) => `${head}${from}describe('median', () => {\n${cases.map((one, n) => `  it('case ${n}', () => { ${equal(...call(one))} })`).join('\n')}\n})\n`
const asserts = (values, wanted) => `assert.equal(median(${values}), ${wanted})`
const expects = (values, wanted) => `expect(median(${values})).toBe(${wanted})`
const assertHead = "import assert from 'node:assert/strict'\n"

const runners = {
  'node:test': { runner: 'node-test', text: blocks(`import { describe, it } from 'node:test'\n${assertHead}`, asserts) },
  mocha: { runner: 'mocha', text: blocks(assertHead, asserts) },
  jest: { runner: 'jest', text: blocks('', expects) },
  vitest: { runner: 'vitest', text: blocks("import { describe, expect, it } from 'vitest'\n", expects) },
  ava: { runner: 'ava', text: `import test from 'ava'\n${from}${cases.map((one, n) => `test('case ${n}', (t) => { t.is(median(${call(one)[0]}), ${call(one)[1]}) })`).join('\n')}\n` },
  tap: { runner: 'tap', text: `import t from 'tap'\n${from}${cases.map((one, n) => `t.test('case ${n}', (t) => { t.equal(median(${call(one)[0]}), ${call(one)[1]}); t.end() })`).join('\n')}\n` },
  'a Node program': { program: 'check', text: `${assertHead}${from}${cases.map((one) => asserts(...call(one))).join('\n')}\n` },
  unittest: { command: 'python3 -m unittest discover -s test -t .', text: `import unittest\nfrom src.median import median\n\n\nclass MedianTest(unittest.TestCase):\n${cases.map((one, n) => `    def test_${n}(self):\n        self.assertEqual(median(${call(one)[0]}), ${call(one)[1]})\n`).join('\n')}` },
  pytest: { command: 'python3 -m pytest', text: `from src.median import median\n\n${cases.map((one, n) => `\ndef test_${n}():\n    assert median(${call(one)[0]}) == ${call(one)[1]}\n`).join('\n')}` },
  'a Python program': { command: 'python3 test/test_median.py', program: 'check', text: `import os, sys\nsys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))\nfrom src.median import median\n\n${cases.map((one) => `assert median(${call(one)[0]}) == ${call(one)[1]}`).join('\n')}\n` },
}

/** Runs commands in the folder itself: what is measured is the lane, not the sandbox around it. */
function openLab(root) {
  return {
    home: root,
    files: async () => ['src/median.py', 'test/test_median.py'],
    read: async (path) => readFileSync(join(root, path), 'utf8'),
    run(argv, { files = new Map(), env = {}, timeoutMs, stdin }) {
      for (const [path, text] of files) {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), text)
      }
      const kid = spawn(argv[0], argv.slice(1), { cwd: root, env: { PATH: process.env.PATH, ...env }, timeout: timeoutMs })
      const out = []
      kid.stdout.on('data', (chunk) => out.push(chunk))
      kid.stderr.resume()
      kid.stdin.end(stdin)
      return new Promise((done) => kid.on('close', () => done({ stdout: Buffer.concat(out) })))
    },
  }
}

async function measure(name, count) {
  const { runner, program, text, command } = runners[name]
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'writ-bench-lane-')))
  const [source, test, body] = command ? ['src/median.py', 'test/test_median.py', python] : ['src/median.js', 'test/median.test.js', script]
  for (const folder of ['src', 'test']) mkdirSync(join(root, folder))
  if (command) for (const folder of ['src', 'test']) writeFileSync(join(root, folder, '__init__.py'), '')
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(join(root, source), body)
  writeFileSync(join(root, test), text)
  const lane = command
    ? createPythonLane(openLab(root), { id: 'check', command, origin: 'person', timeoutMs: 60_000 }, { workers, program: program && { name: program, file: test } })
    : createNodeLane(openLab(root), { failing: [test], others: [] }, { workers, runner, program })
  try {
    const survey = await lane.survey(20_000)
    const red = survey?.tests.filter((one) => one.status === 'failed').map((one) => one.name) ?? []
    if (red.length === 0) return [name, 'not here', '', '']
    const perMs = Math.round(400 + 2 * survey.loadMs + 4 * survey.tests.reduce((sum, one) => sum + one.ms, 0))
    const note = command ? '#' : '//'
    const jobs = (n, make) => Array.from({ length: n }, (_, id) => ({ id, path: source, text: make(id), only: survey.tests.map((one) => one.name), targets: red, files: [test], perMs }))
    const time = async (list) => {
      const began = performance.now()
      const verdicts = await lane.tryAll(list, { keep: [], budgetMs: 120_000, all: true })
      return { ms: performance.now() - began, verdicts }
    }
    const plain = await time(jobs(count, (id) => `${body}${note} ${id}\n`))
    const loop = command ? (id) => body.replace('    mid =', `    while True: pass  # ${id}\n    mid =`) : (id) => body.replace('  const mid', `  for (;;) {} // ${id}\n  const mid`)
    const bomb = command ? (id) => body.replace('    mid =', `    grown = ['x' * 1000] * 1000 if ${id} >= 0 else []\n    while True: grown = grown + grown\n    mid =`) : (id) => body.replace('  const mid', `  const grown = ['${id}']; for (;;) grown.push(...grown.slice(0, 100000), 'x'.repeat(1000) + grown.length)\n  const mid`)
    const loops = await time(jobs(10, loop))
    const bombs = await time(jobs(10, bomb))
    const whole = plain.verdicts.length === count && loops.verdicts.length === 10 && bombs.verdicts.length === 10
    return [name, count / (plain.ms / 1000), loops.ms / 10, bombs.ms / 10].map((value) => (whole ? value : typeof value === 'string' ? `${value} (some were not reached)` : value))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const words = process.argv.slice(2)
const at = words.indexOf('--count')
const count = at === -1 ? 400 : Number(words.splice(at, 2)[1])
const workers = countWorkers(findMachine())
const wanted = words.length === 0 ? Object.keys(runners) : words
const rows = []
for (const name of wanted) {
  if (!(name in runners)) throw new Error(`no runner ${name}: there are ${Object.keys(runners).join(', ')}`)
  const lacking = runners[name].command !== undefined && spawnSync('python3', ['-c', name === 'pytest' ? 'import pytest' : '']).status !== 0
  rows.push(lacking ? [name, 'not here', '', ''] : await measure(name, count))
}
console.log(`${count} candidates each, ${workers} workers, load ${loadavg()[0].toFixed(1)}\n`)
console.log(toTable(['tests of', 'candidates a second', 'an endless loop, ms', 'a memory bomb, ms'], rows))
