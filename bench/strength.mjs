// What measuring the strength of the evidence costs a small run: the same run of a scripted model with it and without it, in turn.
// node bench/strength.mjs [--reps 7]   after npm run build
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startModelServer } from '../src/testing/model-server/start-model-server.ts'
import { median, toTable } from './figures.mjs'

const edit = (path, find, replace) => ({ name: 'edit', input: { path, edits: [{ find, replace }] } })
const finish = { name: 'finish', input: { summary: 'Ten percent off', confidence: 0.9 } }
const projects = {
  'node:test': {
    check: 'node --test',
    files: {
      'package.json': '{ "type": "module" }\n',
      'src/price.js': 'export function price(each, count) {\n  return each * count\n}\n',
      'test/price.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { price } from '../src/price.js'\n\ntest('many cost less', () => assert.ok(price(10, 50) < 500))\ntest('one costs its price', () => assert.equal(price(10, 1), 10))\n",
    },
    call: edit('src/price.js', '  return each * count\n', '  const full = each * count\n  if (count > 10) return full - full / 10\n  return full\n'),
  },
  unittest: {
    check: 'python3 -m unittest',
    files: {
      'price.py': 'def price(each, count):\n    return each * count\n',
      'test_price.py': 'import unittest\nfrom price import price\n\n\nclass Prices(unittest.TestCase):\n    def test_many_cost_less(self):\n        self.assertLess(price(10, 50), 500)\n\n    def test_one(self):\n        self.assertEqual(price(10, 1), 10)\n',
    },
    call: edit('price.py', '    return each * count\n', '    full = each * count\n    if count > 10:\n        return full - full / 10\n    return full\n'),
  },
  'exit code alone': {
    check: 'sh check.sh',
    files: { 'add.js': 'exports.add = (a, b) => {\n  return a - b\n}\n', 'check.sh': "node -e \"if (require('./add.js').add(2, 3) !== 5) process.exit(1)\"\n" },
    call: edit('add.js', 'a - b', 'a + b'),
  },
  'no language that is known': { check: 'sh check.sh', files: { 'a.txt': 'helo\n', 'check.sh': 'grep -q hello a.txt\n' }, call: edit('a.txt', 'helo', 'hello') },
}

const { values } = parseArgs({ options: { reps: { type: 'string', default: '7' } } })
const reps = Number(values.reps)
const rows = []
for (const [name, project] of Object.entries(projects)) {
  const seen = { on: [], off: [], measured: [] }
  await once(project, 0)
  for (let n = 0; n < reps; n++) {
    const [on, off] = [await once(project, 10), await once(project, 0)]
    seen.on.push(on.ms)
    seen.off.push(off.ms)
    seen.measured.push(on.strength)
  }
  const { tried, noticed } = seen.measured[0]
  const ratios = seen.on.map((ms, at) => ms / seen.off[at])
  rows.push([name, `${noticed} of ${tried}`, `${Math.round(median(seen.measured.map((each) => each.durationMs)))} ms`, `${(median(seen.on) / 1000).toFixed(1)} s`, `${(median(seen.off) / 1000).toFixed(1)} s`, `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`])
}
process.stdout.write(`${toTable(['tests of', 'noticed', 'measuring', 'the run with it', 'without', 'ratio of each pair, median (least–most)'], rows)}\nload ${loadavg()[0]?.toFixed(1)}, ${reps} pairs each\n`)

async function once({ check, files, call }, seconds) {
  const home = mkdtempSync(join(tmpdir(), 'writ-bench-strength-'))
  const server = await startModelServer({ script: [{ calls: [call, finish] }] })
  try {
    const repo = join(home, 'project')
    put(repo, files)
    put(join(home, '.config', 'writ', 'policy', 'own'), { 'bundle.yaml': `id: own\nversion: "1"\nowner: Ada\nsettings: { validation: { strength: { seconds: ${seconds} } } }\n` })
    for (const args of [['init', '-q', '-b', 'main'], ['add', '-A'], ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'Start']]) spawnSync('git', args, { cwd: repo })
    const env = { PATH: process.env.PATH, HOME: home, USER: 'ada', LANG: 'C.UTF-8', OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'none', WRIT_MODEL: 'openai-chat/scripted', WRIT_SOLVER: 'model' }
    const began = performance.now()
    const stdout = await run(['run', 'make it so', '--check', check, '--output-format', 'json'], { cwd: repo, env })
    const ms = performance.now() - began
    const report = JSON.parse(stdout)
    if (report.outcome !== 'proven') throw new Error(`the run ended ${report.outcome}: ${report.reason}`)
    return { ms, strength: report.strength }
  } finally {
    await server.close()
    rmSync(home, { recursive: true, force: true })
  }
}

function put(root, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function run(args, options) {
  return new Promise((resolveWith, reject) => {
    const kid = spawn(process.execPath, [resolve('bin/writ.mjs'), ...args], { ...options, stdio: ['ignore', 'pipe', 'ignore'] })
    let out = ''
    kid.stdout.on('data', (chunk) => { out += chunk })
    kid.on('error', reject)
    kid.on('close', () => resolveWith(out))
  })
}
