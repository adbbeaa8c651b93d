import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brokenLibrary, fingerprint, finish, makeMachine, mend, runScripted, type Machine } from './harness.ts'

const goal = 'make the failing tests pass'
const script = [{ text: 'I look first.', calls: [{ name: 'read', input: { path: 'src/sum.js' } }] }, { calls: [mend] }, { calls: [finish()] }]

async function on(files: Readonly<Record<string, string>>, use: (machine: Machine) => Promise<void>): Promise<void> {
  const machine = makeMachine(files)
  try {
    await use(machine)
  } finally {
    machine.remove()
  }
}

describe('a goal becomes a proven commit', () => {
  test('on a branch of its own, from words alone; the person’s things stay as they are until accept', () => on(brokenLibrary, async (machine) => {
    machine.write({ 'notes.txt': 'mine, untracked', 'src/draft.js': '// mine' })
    const before = fingerprint(machine.repo)
    const ended = await runScripted(machine, script, [goal])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(fingerprint(machine.repo), before)
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.match(machine.git('show', '-s', '--format=%B', branch), /Start the sum at 0[\s\S]*Goal: make the failing tests pass[\s\S]*Writ-Run: run_/)
    assert.equal(machine.git('diff', '--name-only', `main..${branch}`).trim(), 'src/sum.js')

    const accepted = await machine.writ(['accept', 'latest'])
    assert.equal(accepted.code, 0, accepted.stderr)
    assert.match(readFileSync(join(machine.repo, 'src/sum.js'), 'utf8'), /total = 0/)
    assert.equal(machine.git('log', '-1', '--format=%s').trim(), 'Start the sum at 0')
    assert.equal(readFileSync(join(machine.repo, 'notes.txt'), 'utf8'), 'mine, untracked')
    assert.match(accepted.stdout, /\nTo undo: writ undo \w{6} /)
    const again = await machine.writ(['accept', 'latest'])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /accepted already/)
  }))

  test('outside of any repository nothing is accepted unless it is named', () => on(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, script, [goal])
    assert.equal(ended.code, 0, ended.stderr)
    const before = fingerprint(machine.repo)
    const refused = await machine.writ(['accept', 'latest'], { cwd: machine.home })
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /--repo .*project/)
    assert.equal(fingerprint(machine.repo), before)
    const named = await machine.writ(['accept', 'latest', '--repo', machine.repo], { cwd: machine.home })
    assert.equal(named.code, 0, named.stderr)
  }))

  test('--apply accepts what is proven, and only that', () => on(brokenLibrary, async (machine) => {
    const refused = await runScripted(machine, [{ calls: [finish()] }, { calls: [finish()] }], [goal, '--apply'])
    assert.equal(refused.code, 1)
    assert.equal(machine.git('log', '--oneline').trim().split('\n').length, 1)
    const ended = await runScripted(machine, script, [goal, '--apply'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.match(readFileSync(join(machine.repo, 'src/sum.js'), 'utf8'), /total = 0/)
  }))

  test('stream-json prints every event on stdout, and progress stays on stderr', () => on(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, script, [goal, '--output-format', 'stream-json'])
    const lines = ended.stdout.trim().split('\n').map((line) => JSON.parse(line) as { type: string; seq?: number })
    assert.equal(lines[0]?.type, 'run.opened')
    assert.equal(lines.at(-1)?.type, 'report')
    assert.deepEqual(lines.slice(0, -1).map((line) => line.seq), lines.slice(0, -1).map((_, n) => n))
  }))

  test('--include-dirty starts from the uncommitted changes and leaves them alone', () => on(brokenLibrary, async (machine) => {
    machine.write({ 'src/sum.js': `${brokenLibrary['src/sum.js']}export const mine = 1\n`, 'src/new.js': 'export const alsoMine = 2\n' })
    const before = fingerprint(machine.repo)
    const ended = await runScripted(machine, script, [goal, '--include-dirty'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(fingerprint(machine.repo), before)
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.match(machine.git('show', `${branch}:src/sum.js`), /total = 0[\s\S]*mine = 1/)
    assert.match(machine.git('show', `${branch}:src/new.js`), /alsoMine/)
  }))

  test('--base starts elsewhere', () => on(brokenLibrary, async (machine) => {
    machine.write({ 'later.txt': 'x' })
    machine.git('add', '-A')
    machine.git('commit', '-qm', 'Later')
    const ended = await runScripted(machine, script, [goal, '--base', 'HEAD~1'])
    assert.equal(ended.code, 0, ended.stderr)
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.equal(machine.git('ls-tree', '--name-only', branch).includes('later.txt'), false)
  }))

  test('a contract file says it all', () => on(brokenLibrary, async (machine) => {
    const path = join(machine.home, 'contract.yaml')
    writeFileSync(path, `goal: ${goal}\nchecks:\n  - npm test\nscope:\n  - src/**\nconstraints:\n  - Keep the names.\nbudget:\n  max_turns: 9\n`)
    const ended = await runScripted(machine, script, ['--contract', path])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(ended.server.requests.length, 3, 'there was nothing left to extract')
    const first = ended.server.requests[0]?.normalised?.items[0]
    assert.ok(first?.kind === 'text' && first.text.includes('Keep the names.'))
  }))

  test('by exit code alone, which the report calls weaker', () => on({ 'greeting.txt': 'Hullo\n' }, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: 'echo Hello > greeting.txt' } }] }, { calls: [finish('Greet')] }], ['greet properly', '--check', 'grep -q Hello greeting.txt'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.match(JSON.stringify(ended.report), /exit-code/)
  }))
})

describe('Python', () => {
  test('tests run in the repository’s own environment where there is one', () => on({
    '.gitignore': '.venv/\n',
    'pyproject.toml': '[project]\nname = "sums"\nversion = "1"\n',
    'sums.py': 'from two import TWO\n\n\ndef double(n):\n    return n + TWO\n',
    'tests/test_sums.py': 'import unittest\n\nfrom sums import double\n\n\nclass Double(unittest.TestCase):\n    def test_doubles(self):\n        self.assertEqual(double(3), 6)\n\n    def test_two(self):\n        self.assertEqual(double(2), 4)\n',
  }, async (machine) => {
    const { execFileSync } = await import('node:child_process')
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(machine.repo, '.venv')])
    const site = execFileSync(join(machine.repo, '.venv', 'bin', 'python'), ['-c', 'import site; print(site.getsitepackages()[0])'], { encoding: 'utf8' }).trim()
    writeFileSync(join(site, 'two.py'), 'TWO = 2\n')
    const ended = await runScripted(machine, [{ calls: [{ name: 'edit', input: { path: 'sums.py', edits: [{ find: 'n + TWO', replace: 'n * TWO' }] } }] }, { calls: [finish('Multiply')] }], [goal])
    assert.equal(ended.code, 0, ended.stderr)
    assert.match(ended.stderr, /\.venv\/bin\/python -m/)
  }))
})

describe('larger suites', () => {
  test('with more test files than a command line is narrowed to, an honest change is proven all the same', () => {
    const many = Object.fromEntries(Array.from({ length: 56 }, (_, n) => [`test/part-${n}.test.js`, `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { mean } from '../src/sum.js'\n\ntest('part ${n}', () => assert.equal(mean([${n}]), ${n}))\n`]))
    return on({ ...brokenLibrary, ...many }, async (machine) => {
      const ended = await runScripted(machine, script, [goal])
      assert.equal(ended.code, 0, ended.stderr)
    })
  })
})

describe('an honest account of why not', () => {
  test('without any check a person is waited for, with the diff', () => on({ 'a.txt': 'one\n' }, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [{ name: 'write', input: { path: 'b.txt', content: 'two\n' } }] }, { calls: [finish('Add two')] }], ['add a second file'])
    assert.equal(ended.code, 3, ended.stderr)
    const diff = await machine.writ(['diff', 'latest'])
    assert.match(diff.stdout, /\+two/)
    const refused = await machine.writ(['accept', 'latest'])
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /not proven/)
    const taken = await machine.writ(['accept', 'latest', '--unproven'])
    assert.equal(taken.code, 0, taken.stderr)
    assert.ok(existsSync(join(machine.repo, 'b.txt')))
  }))

  test('checks that passed before prove nothing; a test that fails on the base and passes on the result does', () => on({ ...brokenLibrary, 'src/sum.js': (brokenLibrary['src/sum.js'] ?? '').replace('total = 1', 'total = 0') }, async (machine) => {
    const feature = { calls: [{ name: 'shell', input: { command: 'cat >> src/sum.js <<X\nexport const max = (numbers) => Math.max(...numbers)\nX' } }] }
    const stubborn = await runScripted(machine, [feature, { calls: [finish('Add max')] }, { calls: [finish('Add max')] }], ['add a max function'])
    assert.equal(stubborn.code, 3, stubborn.stderr)
    const newTest = { calls: [{ name: 'write', input: { path: 'test/max.test.js', content: "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport * as sums from '../src/sum.js'\n\ntest('max of numbers', () => assert.equal(sums.max([1, 3, 2]), 3))\n" } }] }
    const willing = await runScripted(machine, [feature, { calls: [finish('Add max')] }, newTest, { calls: [finish('Test max')] }], ['add a max function'])
    assert.equal(willing.code, 0, willing.stderr)
    assert.match(JSON.stringify(willing.report), /max of numbers/)
  }))

  test('a spent budget ends the run with exit 4 and keeps the work', () => on(brokenLibrary, async (machine) => {
    const busy = Array.from({ length: 20 }, (_, n) => ({ calls: [{ name: 'shell', input: { command: `echo ${n} >> log.txt` } }] }))
    const ended = await runScripted(machine, busy, [goal, '--max-turns', '3'])
    assert.equal(ended.code, 4, ended.stderr)
    assert.match(machine.git('show', `${machine.git('branch', '--list', 'writ/*').trim()}:log.txt`), /0\n1\n2/)
  }))

  test('turns that change nothing end with exit 4', () => on(brokenLibrary, async (machine) => {
    const same = Array.from({ length: 20 }, () => ({ calls: [{ name: 'list', input: {} }] }))
    const ended = await runScripted(machine, same, [goal])
    assert.equal(ended.code, 4, ended.stderr)
    assert.match(String(ended.report.reason), /same call/)
  }))

  test('a goal that cannot be met is said to be so, without a commit', () => on(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [{ name: 'finish', input: { summary: 'Not possible', confidence: 1, cannot: 'the tests contradict each other' } }] }], [goal])
    assert.equal(ended.code, 1, ended.stderr)
    assert.match(String(ended.report.reason), /contradict each other/)
    assert.equal(machine.git('branch', '--list', 'writ/*').trim(), '')
  }))

  test('a deadline ends a check on the base that would not end', () => on(brokenLibrary, async (machine) => {
    const ended = await machine.writ(['run', goal, '--solver', 'repair', '--check', 'sleep 600', '--deadline', '8s', '--output-format', 'json'])
    assert.equal(ended.code, 4, ended.stderr)
    const report = JSON.parse(ended.stdout) as { readonly reason?: string }
    assert.match(String(report.reason), /deadline/)
  }))

  test('a deadline ends a silent model and a long command', () => on(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: 'sleep 600' } }] }, { text: 'x', delayMs: 600_000 }], [goal, '--deadline', '12s'])
    assert.equal(ended.code, 4, ended.stderr)
    assert.match(String(ended.report.reason), /deadline/)
  }))

  test('scope is held by the tools and said', () => on(brokenLibrary, async (machine) => {
    const ended = await runScripted(machine, [{ calls: [{ name: 'write', input: { path: 'other/x.js', content: 'x' } }] }, { calls: [mend] }, { calls: [finish()] }], [goal, '--scope', 'src/**'])
    assert.equal(ended.code, 0, ended.stderr)
    const result = ended.server.requests.at(-1)?.normalised?.items.find((item) => item.kind === 'result')
    assert.ok(result?.kind === 'result' && /scope/i.test(result.output), JSON.stringify(result))
  }))
})

describe('dependencies', () => {
  test('installed packages are there without a copy, and what is written to them is gone afterwards', () => on({
    ...brokenLibrary,
    '.gitignore': 'node_modules/\n',
    'test/dependency.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { two } from 'two'\n\ntest('the dependency is there', () => assert.equal(two, 2))\n",
  }, async (machine) => {
    const folder = join(machine.repo, 'node_modules', 'two')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"name":"two","version":"1.0.0","type":"module","main":"index.js"}')
    writeFileSync(join(folder, 'index.js'), 'export const two = 2\n')
    const before = fingerprint(machine.repo)
    const spoil = { calls: [{ name: 'shell', input: { command: 'echo "export const two = 3" > node_modules/two/index.js; cat node_modules/two/index.js' } }] }
    const ended = await runScripted(machine, [spoil, { calls: [mend] }, { calls: [finish()] }], [goal])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(fingerprint(machine.repo), before)
  }))
})
