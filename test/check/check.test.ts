import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { Validation } from '../../src/protocol/evidence.ts'
import { fingerprint, makeMachine, type Ended, type Machine } from '../e2e/harness.ts'

const program = join(import.meta.dirname, 'run-check.ts')

/** Prints SARIF about every script that uses `eval`. */
const lint = `results=""
for file in $(grep -l 'eval' *.js 2>/dev/null); do
  line=$(grep -n 'eval' "$file" | head -n 1 | cut -d: -f1)
  results="$results\${results:+,}{\\"ruleId\\":\\"no-eval\\",\\"level\\":\\"error\\",\\"message\\":{\\"text\\":\\"eval is used\\"},\\"locations\\":[{\\"physicalLocation\\":{\\"artifactLocation\\":{\\"uri\\":\\"$file\\"},\\"region\\":{\\"startLine\\":$line}}}]}"
done
echo "{\\"version\\":\\"2.1.0\\",\\"runs\\":[{\\"results\\":[$results]}]}"
`

const repository = { 'app.js': 'const a = 1 // TODO old\n', 'old.js': 'eval("old")\n', 'notes.txt': 'hello\n', 'lint.sh': lint }

const Answer = z.looseObject({
  verdict: z.enum(['passed', 'failed']), stage: z.string().nullable(), base: z.looseObject({ name: z.string() }), changedFiles: z.int(),
  totals: z.looseObject({ findings: z.int(), old: z.int(), cached: z.int(), files: z.int(), notChecked: z.int() }), validations: z.array(Validation),
})

interface Checked extends Ended {
  readonly answer: z.infer<typeof Answer>
}

function start(machine: Machine, args: readonly string[], options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}) {
  return spawn(process.execPath, [program, 'check', ...args], {
    cwd: options.cwd ?? machine.repo, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: machine.home, USER: 'person', LANG: 'C.UTF-8', CI: 'true', WRIT_DEBUG: '1', NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...options.env },
  })
}

async function check(machine: Machine, args: readonly string[] = [], options: { readonly cwd?: string } = {}): Promise<Ended> {
  const child = start(machine, args, options)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString() })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code: code ?? -1, stdout, stderr }
}

async function checkJson(machine: Machine, args: readonly string[] = []): Promise<Checked> {
  const ended = await check(machine, [...args, '--format', 'json'])
  return { ...ended, answer: Answer.parse(JSON.parse(ended.stdout)) }
}

const found = ({ answer }: Checked): readonly string[] => answer.validations.flatMap((each) => each.findings.map(({ path, line, rule }) => `${each.validator} ${path}:${line} ${rule}`)).sort()
const leftBehind = (machine: Machine): readonly string[] => (fs.existsSync(join(machine.state, 'checks')) ? fs.readdirSync(join(machine.state, 'checks')) : [])

describe('writ check', () => {
  let machine: Machine
  before(() => { machine = makeMachine(repository) })
  after(() => machine.remove())

  test('what a change brought fails it, what was there does not, and the person’s files are as they were', async () => {
    machine.write({ 'app.js': '// first\nconst a = 1 // TODO old\nconst b = 2 // TODO new\n', 'new.js': 'eval("new")\n', 'staged.js': 'const s = 1\n' })
    machine.git('add', 'staged.js')
    const was = fingerprint(machine.repo)
    const checked = await checkJson(machine)
    assert.equal(checked.code, 1, checked.stderr)
    assert.deepEqual(found(checked), ['own-lint new.js:1 no-eval', 'todo app.js:3 todo'])
    assert.deepEqual([checked.answer.verdict, checked.answer.stage, checked.answer.base.name, checked.answer.changedFiles, checked.answer.totals.old], ['failed', 'security', 'HEAD', 3, 2])
    assert.match(checked.stderr, /^Checking what changed in the working tree since HEAD \([0-9a-f]{10}\): 3 files$/m)
    assert.match(checked.stderr, /^security +1 validator, 1 new finding \(1 error\), /m)
    assert.equal(fingerprint(machine.repo), was)
    assert.deepEqual(leftBehind(machine), [])
  })

  test('the second time all of it comes from the cache, unless asked otherwise', async () => {
    const again = await checkJson(machine)
    assert.deepEqual(found(again), ['own-lint new.js:1 no-eval', 'todo app.js:3 todo'])
    assert.deepEqual([again.answer.totals.cached, again.answer.totals.files], [again.answer.totals.files, 9])
    assert.equal((await checkJson(machine, ['--no-cache'])).answer.totals.cached, 0)
  })

  test('for people: by stage and file, with a last line of sums', async () => {
    const { stdout, code } = await check(machine)
    assert.equal(code, 1)
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'static', '  app.js', '      3  warning  a TODO is left here  todo', '         const b = 2 // TODO new', '',
      'security', '  new.js', '      1  error    eval is used  own-lint/no-eval', '',
      'The stage security failed; left out until it is mended: shape',
      '2 new findings (1 error, 1 warning), 2 old not shown, 9 from cache',
    ])
  })

  test('as SARIF into a file, with the same findings', async () => {
    const file = join(machine.home, 'out.sarif')
    const { code, stdout } = await check(machine, ['--format', 'sarif', '-o', file])
    assert.deepEqual([code, stdout], [1, ''])
    const Sarif = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(z.looseObject({ results: z.array(z.looseObject({ ruleId: z.string(), level: z.string(), partialFingerprints: z.record(z.string(), z.string()) })) })) })
    assert.deepEqual(Sarif.parse(JSON.parse(fs.readFileSync(file, 'utf8'))).runs[0]?.results.map(({ ruleId, level }) => `${ruleId} ${level}`), ['todo warning', 'own-lint/no-eval error'])
  })

  test('--staged looks at the index alone', async () => {
    const checked = await checkJson(machine, ['--staged'])
    assert.deepEqual([checked.code, checked.answer.changedFiles, found(checked)], [0, 1, []])
    assert.match(checked.stderr, /what changed in the index since HEAD/)
  })

  test('--only, --skip and --stage choose; --strict lets warnings fail', async () => {
    const only = await checkJson(machine, ['--only', 'todo', 'scope'])
    assert.deepEqual([only.code, only.answer.validations.map((each) => each.validator)], [0, ['todo']])
    const skipped = await checkJson(machine, ['--skip', 'own-lint', '--strict'])
    assert.deepEqual([skipped.code, skipped.answer.verdict, skipped.answer.validations.some((each) => each.validator === 'own-lint')], [1, 'passed', false])
    assert.deepEqual((await checkJson(machine, ['--stage', 'shape', 'security'])).answer.validations.map((each) => each.stage), ['security'])
  })

  test('a contract’s scope holds, and comes first', async () => {
    fs.writeFileSync(join(machine.home, 'task.yaml'), 'goal: x\nchecks: ["true"]\nscope: ["src/**"]\n')
    const checked = await checkJson(machine, ['--contract', join(machine.home, 'task.yaml')])
    assert.deepEqual([checked.code, checked.answer.stage, checked.answer.validations.map((each) => each.validator)], [1, 'change', ['scope']])
  })

  test('settings switch validators off, and a name on the command line on again', async () => {
    const file = join(machine.home, 'settings.yaml')
    fs.writeFileSync(file, 'off: [own-lint, todo]\n')
    assert.deepEqual(found(await checkJson(machine, ['--settings', file])), [])
    assert.deepEqual(found(await checkJson(machine, ['--settings', file, '--only', 'todo'])), ['todo app.js:3 todo'])
  })

  test('--list says of each whether it would run here, and why not', async () => {
    const { stdout, code } = await check(machine, ['--list'])
    assert.equal(code, 0)
    assert.match(stdout, /^todo +static +runs +3 changed files$/m)
    assert.match(stdout, /^compiler +static +no +this repository does not use it$/m)
    assert.match(stdout, /^long-lines +shape +no +no changed file concerns it$/m)
  })

  test('committed, it is compared with where the branch left main; --all takes everything as new', async () => {
    machine.git('switch', '-q', '-c', 'topic')
    machine.git('add', '-A')
    machine.git('commit', '-qm', 'Topic')
    const fork = await checkJson(machine)
    assert.deepEqual([fork.answer.base.name, found(fork)], ['the merge base with main', ['own-lint new.js:1 no-eval', 'todo app.js:3 todo']])
    assert.deepEqual(found(await checkJson(machine, ['--base', 'HEAD'])), [])
    const all = await checkJson(machine, ['--all'])
    assert.deepEqual(found(all), ['own-lint new.js:1 no-eval', 'own-lint old.js:1 no-eval', 'todo app.js:2 todo', 'todo app.js:3 todo'])
    assert.match(all.stderr, /Checking every file of the working tree: 6 files/)
  })

  test('what could not be looked at is said, and fails only where asked', async () => {
    machine.write({ 'build.zz': 'x\n', 'notes.txt': 'break the validator\n' })
    const { code, stdout } = await check(machine)
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^Not checked: compiler: zz-compiler is not installed$/m)
    assert.match(stdout, /^Not checked: long-lines: could not look at notes\.txt \(cannot count these lines\)$/m)
    assert.match(stdout, /^0 new findings, \d+ old not shown, \d+ from cache, not checked: compiler, long-lines$/m)
    assert.equal((await check(machine, ['--strict'])).code, 1)
    machine.git('checkout', '-q', 'notes.txt')
    fs.rmSync(join(machine.repo, 'build.zz'))
  })

  test('interrupted in the middle of a command it stops it and leaves nothing behind', async () => {
    machine.write({ 'wait-for-ever': 'x\n' })
    const was = fingerprint(machine.repo)
    const child = start(machine, [])
    let stderr = ''
    await new Promise<void>((resolve) => child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      if (stderr.includes('waiting is at work')) resolve()
    }))
    assert.equal(fs.globSync(join(machine.state, 'checks/*/runs/*/checkouts/*/left-by-a-command')).length, 1)
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    assert.equal(code, 130, stderr)
    assert.deepEqual(leftBehind(machine), [])
    assert.equal(fingerprint(machine.repo), was)
    fs.rmSync(join(machine.repo, 'wait-for-ever'))
  })
})

test('killed in the middle it leaves one folder, which disturbs nobody and which writ clean takes away once it is settled', async () => {
  const machine = makeMachine({ ...repository, 'wait-for-ever': 'x\n' }, { ownTemporary: true })
  const temporary = join(machine.home, 'tmp')
  const env = { TMPDIR: temporary }
  const clean = async (...args: string[]): Promise<readonly { readonly name: string; readonly bytes: number }[]> => {
    const { stdout } = await machine.writ(['clean', '--json', ...args])
    return (JSON.parse(stdout) as { leftovers: readonly { name: string; bytes: number }[] }).leftovers.filter(({ name }) => name.startsWith(machine.home))
  }
  try {
    machine.write({ 'new.js': 'eval("new")\n' })
    const was = fingerprint(machine.repo)
    const child = start(machine, [], { env })
    await new Promise<void>((resolve) => child.stderr.on('data', (chunk: Buffer) => { if (chunk.toString().includes('waiting is at work')) resolve() }))
    child.kill('SIGKILL')
    await once(child, 'close')
    const [left = '', ...more] = leftBehind(machine)
    assert.deepEqual([/^writ-check-\d+-/.test(left), more], [true, []])
    assert.equal(fingerprint(machine.repo), was)
    fs.rmSync(join(machine.repo, 'wait-for-ever'))
    const again = await checkJson(machine)
    assert.deepEqual([again.code, found(again)], [1, ['own-lint new.js:1 no-eval']], again.stderr)
    // Young ones stay: their process may live in another container.
    assert.deepEqual([await clean('--dry-run'), leftBehind(machine)], [[], [left]])
    for (const path of fs.globSync(['checks/**', 'checks/**/.*'], { cwd: machine.state })) fs.lutimesSync(join(machine.state, path), 1_000_000_000, 1_000_000_000)
    for (const name of fs.readdirSync(temporary)) fs.lutimesSync(join(temporary, name), 1_000_000_000, 1_000_000_000)
    const [planned] = await clean('--dry-run')
    assert.equal(planned?.name, join(machine.state, 'checks', left))
    assert.ok((planned?.bytes ?? 0) > 0)
    await clean('--yes')
    assert.deepEqual([leftBehind(machine), fs.readdirSync(temporary).filter((name) => name.startsWith('writ-'))], [[], []])
  } finally {
    machine.remove()
  }
})

describe('writ check with bad input says one clear sentence, exits with 2 and leaves nothing', () => {
  let machine: Machine
  before(() => {
    machine = makeMachine(repository)
    fs.writeFileSync(join(machine.home, 'broken.yaml'), 'off: [x\n')
    fs.writeFileSync(join(machine.home, 'pattern.yaml'), 'patterns:\n  - { id: no-eval, language: Python, rule: { kind: no_such }, message: no }\n')
    fs.writeFileSync(join(machine.home, 'language.yaml'), 'patterns:\n  - { id: no-eval, language: COBOL, rule: { pattern: x }, message: no }\n')
    fs.writeFileSync(join(machine.home, 'unfit.yaml'), 'complexity:\n  most: lots\n')
  })
  after(() => machine.remove())

  const cases: readonly (readonly [name: string, args: readonly string[], says: RegExp])[] = [
    ['not a repository', ['--repo', '/'], /'\/' is not in a git repository/],
    ['a directory that is not there', ['--repo', '/nowhere'], /'\/nowhere' is not a directory/],
    ['an unknown revision', ['--base', 'nobody'], /--base 'nobody' names no commit/],
    ['an unknown validator', ['--only', 'lint'], /no validator called 'lint'; there are compiler, long-lines, .*writ check --list/],
    ['an unknown validator to skip', ['--skip', 'nothing'], /no validator called 'nothing'/],
    ['an unknown stage', ['--stage', 'late'], /'late' is invalid/],
    ['an unknown format', ['--format', 'xml'], /'xml' is invalid/],
    ['nothing left to run', ['--only', 'todo', '--skip', 'todo'], /no validator is left/],
    ['--all with a base', ['--all', '--base', 'HEAD'], /--all .* does not go with --base/],
    ['settings that are not there', ['--settings', 'missing.yaml'], /settings missing\.yaml cannot be read/],
    ['settings that are no YAML', ['--settings', '../broken.yaml'], /broken\.yaml are not valid YAML/],
    ['settings that do not fit', ['--settings', '../unfit.yaml'], /unfit\.yaml do not fit: complexity\.most/],
    ['a pattern that cannot be read', ['--settings', '../pattern.yaml'], /pattern\.yaml have rules .* the pattern no-eval cannot be read: .*no_such/],
    ['a pattern for an unknown language', ['--settings', '../language.yaml'], /the pattern no-eval is for COBOL, which has no grammar here; the languages are TypeScript, .*Python/],
    ['a contract that is not there', ['--contract', 'missing.yaml'], /contract missing\.yaml cannot be read/],
    ['an answer that cannot be written', ['-o', '/nowhere/x.sarif'], /cannot be written to \/nowhere\/x\.sarif/],
  ]
  for (const [name, args, says] of cases) {
    test(name, async () => {
      const { code, stdout, stderr } = await check(machine, args)
      assert.equal(code, 2, stderr)
      assert.match(stderr, says)
      assert.equal(stdout, '')
      assert.deepEqual(leftBehind(machine), [])
    })
  }

  test('the command is there as it is shipped', async () => {
    const { code, stdout } = await machine.writ(['check', '--help'])
    assert.equal(code, 0)
    assert.match(stdout, /--staged.*--all/s)
    assert.equal((await machine.writ(['check', '--base', 'nobody'])).code, 2)
  })
})
