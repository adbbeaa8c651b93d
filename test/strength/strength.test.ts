import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brokenLibrary, finish, mend, runScripted, withMachine, type Machine, type Report } from '../e2e/harness.ts'
import type { EvidenceStrength } from '../../src/protocol/repair.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'

const edit = (path: string, find: string, replace: string) => ({ name: 'edit', input: { path, edits: [{ find, replace }] } })
const write = (path: string, content: string) => ({ name: 'write', input: { path, content } })

const script = (body: string): string => `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { price } from '../src/price.js'\n\n${body}`
/** The test sees that there is a discount, and neither where it begins nor how much it is. */
const shop = {
  'package.json': '{\n  "name": "shop",\n  "version": "1.0.0",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  'src/price.js': 'export function price(each, count) {\n  return each * count\n}\n',
  'test/price.test.js': script("test('many cost less', () => assert.ok(price(10, 50) < 500))\ntest('one costs its price', () => assert.equal(price(10, 1), 10))\n"),
}
const discount = edit('src/price.js', '  return each * count\n', '  const full = each * count\n  if (count > 10) return full - full / 10\n  return full\n')
const goal = ['many pieces must cost less', '--check', 'npm test']

function setStrength(machine: Machine, settings: string): void {
  const directory = join(machine.home, '.config', 'writ', 'policy', 'own')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'bundle.yaml'), `id: own\nversion: "1"\nowner: Ada\nsettings: { validation: { strength: ${settings} } }\n`)
}

function strengthOf(report: Report): EvidenceStrength {
  const { strength } = report as { strength?: EvidenceStrength }
  assert.ok(strength, JSON.stringify(report))
  return strength
}

async function replays(machine: Machine): Promise<void> {
  const { code, stdout } = await machine.writ(['replay', 'latest'])
  assert.equal(code, 0, stdout)
}

const run = (machine: Machine, replies: readonly Reply[], args: readonly string[]) => runScripted(machine, replies, args, { WRIT_STRENGTH: '' })

describe('how strong the evidence is', () => {
  test('strong tests notice every small change, and all who tell of the run say so', () => withMachine(brokenLibrary, async (machine) => {
    const { report, stderr } = await run(machine, [{ calls: [mend, finish()] }], ['mend the sum', '--check', 'npm test'])
    assert.equal(report.outcome, 'proven', stderr)
    const strength = strengthOf(report)
    assert.ok(strength.tried >= 4)
    assert.deepEqual([strength.noticed, strength.survivors], [strength.tried, []])
    const said = new RegExp(`${strength.tried} of ${strength.tried} small changes to the changed lines and right around them are noticed by the tests \\(100 %\\)`)
    assert.match(stderr, said)
    assert.match((await machine.writ(['show', 'latest'])).stdout, new RegExp(`Strength of the evidence: ${said.source}`))
    const verified = await machine.writ(['verify', 'latest'])
    assert.equal(verified.code, 0, verified.stdout)
    assert.match(verified.stdout, said)
    const bundle = JSON.parse(readFileSync(join(machine.state, 'runs', String(report['run']), 'attestation.json'), 'utf8')) as { dsseEnvelope: { payload: string } }
    const { predicate } = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()) as { predicate: { evidence: { strength: unknown } } }
    const { durationMs: _, ...signed } = strength
    assert.deepEqual(predicate.evidence.strength, signed)
    await replays(machine)
  }))

  test('weak tests still prove, with what they do not notice by name', () => withMachine(shop, async (machine) => {
    const { report, stderr } = await run(machine, [{ calls: [discount, finish('Ten percent off')] }], goal)
    assert.equal(report.outcome, 'proven', stderr)
    const { tried, noticed, survivors } = strengthOf(report)
    assert.ok(noticed > 0 && noticed < tried, `${noticed} of ${tried}`)
    const bound = survivors.find(({ describes }) => describes === 'compare with `>=` instead of `>`')
    assert.deepEqual([bound?.path, bound?.line], ['src/price.js', 3])
    assert.match(bound?.call ?? '', /^price\(.*\)$/)
    const { stdout } = await machine.writ(['show', 'latest'])
    assert.match(stdout, /  - not noticed: src\/price\.js:3 compare with `>=` instead of `>` \(it shows in price\(/)
    await replays(machine)
  }))

  test('where the policy wants more, weak tests are no evidence: the model is told what they miss, and its own tests count', () => withMachine(shop, async (machine) => {
    setStrength(machine, '{ least: 0.9 }')
    const strict = script("test('eleven are many, ten are not', () => {\n  assert.equal(price(10, 11), 99)\n  assert.equal(price(10, 10), 100)\n  assert.equal(price(7, 30), 189)\n  assert.equal(price(0, 12), 0)\n})\n")
    const { report, stderr, server } = await run(machine, [
      { calls: [discount, finish('Ten percent off')] },
      { calls: [write('test/bounds.test.js', strict), finish('Tests of where it begins')] },
    ], goal)
    assert.equal(report.outcome, 'proven', stderr)
    const strength = strengthOf(report)
    assert.ok(strength.noticed / strength.tried >= 0.9, JSON.stringify(strength))
    const told = JSON.stringify(server.requests.at(-1)?.body)
    assert.match(told, /too weak to count/)
    assert.match(told, /not noticed: src\/price\.js:3 compare with `>=` instead of `>`/)
    await replays(machine)
  }))

  test('where nobody makes them stronger, a person is to look', () => withMachine(shop, async (machine) => {
    setStrength(machine, '{ least: 0.9 }')
    // What the policy demands, the environment cannot switch off.
    const { report, code } = await runScripted(machine, [{ calls: [discount, finish('Ten percent off')] }, { calls: [finish('It cannot be shown better')] }], goal, { WRIT_STRENGTH: 'off' })
    assert.deepEqual([report.outcome, code], ['waiting', 3])
    assert.match(String(report.reason), /notice only \d+ of \d+ small changes to the changed lines and right around them \(\d+ %\); at least 90 % are wanted \(strength\.least\)/)
    assert.match((await machine.writ(['show', 'latest'])).stdout, /passes its checks, and what shows that the goal is met is too weak to count: Writ ran the checks itself/)
    await replays(machine)
  }))

  test('what the built-in solver measured of its own repair is not measured again', () => withMachine(brokenLibrary, async (machine) => {
    const { report, stderr } = await run(machine, [], ['make the failing tests pass', '--check', 'npm test', '--solver', 'repair'])
    assert.equal(report.outcome, 'proven', stderr)
    const [judged] = report['repairs'] as { strength: { tried: number; noticed: number } }[]
    const { tried, noticed, durationMs } = strengthOf(report)
    assert.deepEqual([tried, noticed, durationMs], [judged?.strength.tried, judged?.strength.noticed, 0])
    await replays(machine)
  }))

  test('Python is measured as well', () => withMachine({
    'price.py': 'def price(each, count):\n    return each * count\n',
    'test_price.py': 'import unittest\nfrom price import price\n\n\nclass Prices(unittest.TestCase):\n    def test_many_cost_less(self):\n        self.assertLess(price(10, 50), 500)\n\n    def test_one(self):\n        self.assertEqual(price(10, 1), 10)\n',
  }, async (machine) => {
    const { report, stderr } = await run(machine, [{ calls: [edit('price.py', '    return each * count\n', '    full = each * count\n    if count > 10:\n        return full - full / 10\n    return full\n'), finish('Ten percent off')] }], ['many pieces must cost less', '--check', 'python3 -m unittest'])
    assert.equal(report.outcome, 'proven', stderr)
    const { tried, noticed, survivors } = strengthOf(report)
    assert.ok(noticed > 0 && noticed < tried, `${noticed} of ${tried}`)
    assert.ok(survivors.some(({ path, line }) => path === 'price.py' && line === 3))
    await replays(machine)
  }))

  test('what no test runs counts as not noticed, and is named so', () => withMachine({
    'price.py': 'def price(each, count):\n    if count > 10:\n        return each * count * 0.5\n    return each + count\n',
    'test_price.py': 'import unittest\nfrom price import price\n\n\nclass Prices(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(price(7, 1), 7)\n',
  }, async (machine) => {
    const { report, stderr } = await run(machine, [{ calls: [edit('price.py', '        return each * count * 0.5\n    return each + count\n', '        return each * count * 0.9\n    return each * count\n'), finish('Multiply')] }], ['one piece must cost its price', '--check', 'python3 -m unittest'])
    assert.equal(report.outcome, 'proven', stderr)
    const { tried, noticed, survivors } = strengthOf(report)
    const unrun = survivors.filter((each) => each.unrun)
    assert.ok(unrun.length > 0 && unrun.every(({ line }) => line === 3) && noticed <= tried - unrun.length, JSON.stringify({ tried, noticed, survivors }))
    assert.match((await machine.writ(['show', 'latest'])).stdout, /price\.py:3 .* \(no test runs it\)/)
    await replays(machine)
  }))

  test('what tests run in a process of its own is tried by the check', () => withMachine({
    'price.js': 'const [each, count] = process.argv.slice(2).map(Number)\nfunction price() {\n  return each + count\n}\nconsole.log(price())\n',
    'price.test.js': "const { execFileSync } = require('node:child_process')\nconst { test } = require('node:test')\nconst assert = require('node:assert')\ntest('a price', () => assert.equal(String(execFileSync(process.execPath, ['price.js', '10', '3'])).trim(), '30'))\n",
  }, async (machine) => {
    const { report, stderr } = await run(machine, [{ calls: [edit('price.js', 'each + count', 'each * count'), finish('Multiply')] }], ['a price is each times count', '--check', 'node --test'])
    assert.equal(report.outcome, 'proven', stderr)
    // On a slow machine there may be no time for it: then nothing is said of them.
    const { tried, noticed, survivors, note = '' } = strengthOf(report)
    assert.ok(noticed === tried && (tried > 0 || /takes too long|no time/.test(note)), JSON.stringify(strengthOf(report)))
    assert.deepEqual(survivors, [])
    await replays(machine)
  }))

  test('a check that only its exit code speaks for is run for each small change', () => withMachine({
    'add.js': 'exports.add = (a, b) => {\n  return a - b\n}\n',
    'check.sh': "node -e \"if (require('./add.js').add(2, 3) !== 5) process.exit(1)\"\n",
  }, async (machine) => {
    const { report, stderr } = await run(machine, [{ calls: [edit('add.js', 'a - b', 'a + b'), finish('Add')] }], ['adding must add', '--check', 'sh check.sh'])
    assert.equal(report.outcome, 'proven', stderr)
    const { tried, noticed } = strengthOf(report)
    assert.ok(noticed > 0 && tried >= noticed)
    await replays(machine)
  }))

  test('what cannot be measured is said with the reason, and refuses nothing; switched off, nothing is said', () => withMachine({ 'greeting.txt': 'helo\n', 'main.go': 'package main\n\nfunc main() {}\n', 'check.sh': 'grep -q hello greeting.txt && grep -q done main.go\n' }, async (machine) => {
    setStrength(machine, '{ least: 0.9 }')
    const calls = [edit('greeting.txt', 'helo', 'hello'), edit('main.go', 'func main() {}', 'func main() {} // done'), finish('Spell it')]
    const first = await run(machine, [{ calls }], ['greet', '--check', 'sh check.sh'])
    assert.equal(first.report.outcome, 'proven', first.stderr)
    assert.deepEqual({ ...strengthOf(first.report), durationMs: 0 }, { tried: 0, noticed: 0, alike: 0, of: 0, survivors: [], durationMs: 0, note: 'small changes are known for JavaScript, TypeScript and Python, and what was changed is main.go' })
    assert.match((await machine.writ(['show', 'latest'])).stdout, /Strength of the evidence: not measured: small changes are known for JavaScript, TypeScript and Python, and what was changed is main\.go\./)
    setStrength(machine, '{ seconds: 0 }')
    const second = await run(machine, [{ calls }], ['greet', '--check', 'sh check.sh'])
    assert.deepEqual([second.report.outcome, second.report['strength']], ['proven', undefined], second.stderr)
  }))
})
