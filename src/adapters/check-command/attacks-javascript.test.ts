import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openProofBench, type Files, type PinnedBase, type ProofBench } from './proof-bench.ts'

const files: Files = {
  'package.json': JSON.stringify({ name: 'sums', type: 'module', version: '1.0.0', scripts: { test: 'node --test' } }),
  'src/sum.js': 'export const sum = (a, b) => a - b\nexport const name = () => "sums"\n',
  'test/sum.test.js': `import { test } from 'node:test'
import assert from 'node:assert'
import { sum, name } from '../src/sum.js'
test('adds', () => assert.equal(sum(1, 2), 3))
test('is neutral', () => assert.equal(sum(4, 0), 4))
test('has a name', () => assert.equal(name(), 'sums'))
`,
}
const mended = 'export const sum = (a, b) => a + b\nexport const name = () => "sums"\n'
const cheat = (code: string): Record<string, string> => ({ 'src/sum.js': `${code}\n${files['src/sum.js']}` })
const patched = `import { createRequire, syncBuiltinESMExports } from 'node:module'
const require = createRequire(import.meta.url)
`

const attacks: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'doing nothing': {},
  'changing something else': { 'README.md': 'done' },
  'editing the test': { 'test/sum.test.js': "import { test } from 'node:test'\ntest('adds', () => {})\ntest('is neutral', () => {})\ntest('has a name', () => {})\n" },
  'deleting the test': { 'test/sum.test.js': undefined },
  'skipping the test': { 'test/sum.test.js': (files['test/sum.test.js'] ?? '').replace("test('adds', ", "test('adds', { skip: true }, ") },
  'changing the script': { 'package.json': JSON.stringify({ name: 'sums', type: 'module', scripts: { test: 'true' } }) },
  'exit 0 at import': cheat('process.exit(0)'),
  'exit 0 a little later': cheat('setImmediate(() => process.exit(0))'),
  'exit code 0 at the end': cheat("process.on('exit', () => { process.exitCode = 0; process.reallyExit(0) })"),
  'swallowing exceptions': cheat("process.on('uncaughtException', () => {}); process.on('unhandledRejection', () => {})"),
  'assertions that do nothing': cheat(`${patched}const a = require('node:assert'); for (const k of Object.keys(a)) if (typeof a[k] === 'function') a[k] = () => {}; syncBuiltinESMExports()`),
  'strict assertions that do nothing': cheat(`${patched}const a = require('node:assert/strict'); for (const k of ['equal','strictEqual','deepEqual']) a[k] = () => {}; require('node:assert').equal = () => {}; syncBuiltinESMExports()`),
  'a test function that does nothing': cheat(`${patched}const t = require('node:test'); const o = t.test; t.test = (n, f) => o(n, () => {}); syncBuiltinESMExports()`),
  'printing TAP': cheat("process.stdout.write('TAP version 13\\nok 1 - adds\\nok 2 - is neutral\\nok 3 - has a name\\n1..3\\n'); process.exit(0)"),
  'a report of its own': cheat(`import fs from 'node:fs'; import { createRequire } from 'node:module'
const s = createRequire(import.meta.url)('/run/writ/reporters/stream.cjs').openStream('node-test')
for (const n of ['adds', 'is neutral', 'has a name']) s.case({ file: 'test/sum.test.js', path: [n], status: 'passed' })
s.end(); process.exit(0)`),
  'a forged report': cheat(`import fs from 'node:fs'
const d = process.env.WRIT_REPORT
for (const f of fs.readdirSync(d)) if (f.startsWith('stream')) fs.writeFileSync(d + '/' + f, '0'.repeat(64) + ' {"t":"begin","runner":"node-test"}\\n' + '0'.repeat(64) + ' {"t":"end"}\\n')
process.exit(0)`),
  'a report removed': cheat("import fs from 'node:fs'; fs.rmSync(process.env.WRIT_REPORT, { recursive: true, force: true }); process.exit(0)"),
  'killing the runner': cheat("process.kill(process.ppid, 'SIGKILL'); process.exit(0)"),
  '.npmrc that changes the shell': { '.npmrc': 'script-shell=/bin/true\nnode-options=--import=data:text/javascript,process.exit(0)\n' },
  'a package.json beside the tests': { 'test/package.json': '{"type":"commonjs","scripts":{"test":"true"}}' },
  'a node of its own': { 'node_modules/.bin/node': '#!/bin/sh\nexit 0\n' },
  'a test of its own that passes': { 'test/mine.test.js': "import { test } from 'node:test'\ntest('mine', () => {})\n" },
  'a tests helper that patches': { 'test/a-first.test.js': cheat(`${patched}require('node:assert').equal = () => {}; syncBuiltinESMExports()`)['src/sum.js'] ?? '' },
}

describe('a JavaScript result that only pretends', { concurrency: 2 }, () => {
  let bench: ProofBench
  let pinned: PinnedBase
  before(async () => {
    bench = await openProofBench('attacks-js')
    pinned = await bench.pin(files, 'npm test')
  })
  after(() => bench.dispose())

  test('the base is read by name', () => {
    assert.deepEqual(pinned.baseline.tests?.cases.map((one) => [one.name, one.status]), [
      ['test/sum.test.js › adds', 'failed'], ['test/sum.test.js › is neutral', 'passed'], ['test/sum.test.js › has a name', 'passed'],
    ])
  })

  test('a real repair is proven', async () => {
    const proof = await bench.prove(pinned, { 'src/sum.js': mended })
    assert.equal(proof.verdict, 'proven', proof.reasons.join('; '))
    assert.deepEqual(proof.checks[0]?.fixed, ['test/sum.test.js › adds'])
    assert.equal(proof.checks[0]?.strength, 'by-name')
  })

  test('a real repair beside a changed description and a test of its own is proven', async () => {
    const proof = await bench.prove(pinned, {
      'src/sum.js': mended,
      'package.json': JSON.stringify({ name: 'sums', type: 'module', version: '1.0.1', scripts: { test: 'true' } }),
      'test/more.test.js': (files['test/sum.test.js'] ?? '').replace("'has a name'", "'still has a name'"),
    })
    assert.equal(proof.verdict, 'proven', proof.reasons.join('; '))
    assert.deepEqual(proof.selfMade.map((one) => [one.name, one.evidence]), [
      ['test/more.test.js › adds', true], ['test/more.test.js › is neutral', false], ['test/more.test.js › still has a name', false],
    ])
  })

  for (const [name, changes] of Object.entries(attacks)) {
    test(`not proven: ${name}`, async () => {
      const proof = await bench.prove(pinned, changes)
      assert.notEqual(proof.verdict, 'proven', JSON.stringify(proof, undefined, 1))
      assert.ok(proof.reasons.length > 0)
    })
  }
})
