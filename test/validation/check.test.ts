import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brokenLibrary, fingerprint, makeMachine } from '../e2e/harness.ts'

const token = ['ghp', '_Ab3dE6gH9jK2mN5pQ8sT1vW4xY7zB0cD3eF6'].join('')

describe('writ check', () => {
  test('finds what is new, blames nothing old, takes the rest from the cache, and touches nothing', async () => {
    const machine = makeMachine({ ...brokenLibrary, 'src/old.js': 'export const y = (\n' })
    try {
      assert.equal((await machine.writ(['check'])).code, 0)
      machine.write({ 'src/old.js': '// a comment\nexport const y = (\n', 'src/new.js': `export const key = "${token}"\n` })
      const before = fingerprint(machine.repo)
      const first = await machine.writ(['check'])
      assert.equal(first.code, 1, first.stdout + first.stderr)
      assert.match(first.stdout, /src\/new\.js\n +1 +error .*secrets\/github-token/)
      assert.doesNotMatch(first.stdout, new RegExp(token))
      assert.match(first.stdout, /1 old not shown/)
      const again = await machine.writ(['check'])
      assert.match(again.stdout, /[1-9]\d* from cache/)
      assert.equal(fingerprint(machine.repo), before)
      assert.deepEqual(existsSync(join(machine.state, 'runs')) ? readdirSync(join(machine.state, 'runs')) : [], [])
      const sarif = JSON.parse((await machine.writ(['check', '--format', 'sarif'])).stdout) as { version: string; runs: { results: { ruleId: string; level: string }[] }[] }
      assert.equal(sarif.version, '2.1.0')
      assert.deepEqual(sarif.runs[0]?.results.map((each) => [each.ruleId, each.level]), [['secrets/github-token', 'error']])
      const json = await machine.writ(['check', '--format', 'json', '-o', 'out.json', '--only', 'syntax'])
      assert.equal(json.code, 0)
      assert.equal((JSON.parse(readFileSync(join(machine.repo, 'out.json'), 'utf8')) as { validations: unknown[] }).validations.length, 1)
    } finally {
      machine.remove()
    }
  })

  test('what is staged is what would be committed, and a base can be named', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      machine.write({ 'src/a.js': 'export const a = 1\n' })
      machine.git('add', 'src/a.js')
      machine.write({ 'src/a.js': 'export const a = (\n' })
      const staged = await machine.writ(['check', '--staged', '--format', 'json'])
      assert.equal(staged.code, 0)
      // Whoever commits does not wait for the tests, unless asked to.
      const stagesOf = (ended: { readonly stdout: string }): unknown => {
        const { leftOut, validations } = JSON.parse(ended.stdout) as { leftOut: string[]; validations: { stage: string }[] }
        return [leftOut, validations.some(({ stage }) => stage === 'tests')]
      }
      assert.match(staged.stderr, /^Left out before a commit: the stages tests and performance \(--full runs them\)$/m)
      assert.deepEqual(stagesOf(staged), [['tests', 'performance'], false])
      assert.deepEqual(stagesOf(await machine.writ(['check', '--staged', '--full', '--format', 'json'])), [[], true])
      assert.deepEqual(stagesOf(await machine.writ(['check', '--staged', '--only', 'syntax,coverage', '--format', 'json'])), [[], true])
      assert.equal((await machine.writ(['check'])).code, 1)
      machine.git('checkout', '-q', '-b', 'topic')
      machine.git('commit', '-qam', 'broken')
      const branch = await machine.writ(['check'])
      assert.match(branch.stderr, /the merge base with main/)
      assert.equal(branch.code, 1)
      assert.equal((await machine.writ(['check', '--base', 'HEAD'])).code, 0)
    } finally {
      machine.remove()
    }
  })

  test('a program of the settings that prints SARIF is a validator; the repository’s own tools are found and never demanded', async () => {
    const sarif = { version: '2.1.0', runs: [{ tool: { driver: { name: 'mine' } }, results: [{ ruleId: 'M1', level: 'error', message: { text: 'not so' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a.js' }, region: { startLine: 1 } } }] }] }] }
    const machine = makeMachine({ ...brokenLibrary, '.eslintrc.json': '{}', 'tool.mjs': `console.log(${JSON.stringify(JSON.stringify(sarif))})` })
    try {
      machine.write({ 'src/a.js': 'export const a = 1\n' })
      writeFileSync(join(machine.home, 'settings.yaml'), 'commands:\n  - { id: mine, command: [node, tool.mjs] }\n')
      const found = await machine.writ(['check', '--settings', join(machine.home, 'settings.yaml'), '--stage', 'static'])
      // The base says the same: it is old, and nobody is blamed.
      assert.equal(found.code, 0, found.stdout)
      assert.match(found.stdout, /1 old not shown/)
      assert.match(found.stdout, /eslint is configured, and not installed/)
      const strict = await machine.writ(['check', '--settings', join(machine.home, 'settings.yaml'), '--stage', 'static', '--strict'])
      assert.equal(strict.code, 1)
      mkdirSync(join(machine.repo, 'node_modules', '.bin'), { recursive: true })
      writeFileSync(join(machine.repo, 'node_modules', '.bin', 'eslint'), `#!/usr/bin/env node\nconst files = process.argv.slice(2).filter((each) => each.endsWith('.js'))\nconsole.log(JSON.stringify(files.map((file) => ({ filePath: process.cwd() + '/' + file, messages: [{ ruleId: 'no-a', severity: 2, message: 'no a', line: 1 }] }))))\nprocess.exit(1)\n`, { mode: 0o755 })
      const linted = await machine.writ(['check', '--only', 'eslint'])
      assert.equal(linted.code, 1, linted.stdout)
      assert.match(linted.stdout, /src\/a\.js\n +1 +error +no a +eslint\/no-a/)
    } finally {
      machine.remove()
    }
  })

  test('coverage of the changed lines, and performance against the base in the same run', async () => {
    const slow = (ms: number): string => `const until = performance.now() + ${ms}; while (performance.now() < until) {}\n`
    const machine = makeMachine({ ...brokenLibrary, 'src/sum.js': brokenLibrary['src/sum.js']?.replace('total = 1', 'total = 0') ?? '', 'work.mjs': slow(1) })
    try {
      machine.write({ 'src/sum.js': `${readFileSync(join(machine.repo, 'src/sum.js'), 'utf8')}\nexport function never(x) {\n  const y = x + 1\n  return y\n}\n`, 'work.mjs': slow(1500) })
      const covered = await machine.writ(['check', '--only', 'coverage'])
      assert.match(covered.stdout, /src\/sum\.js\n +\d+ +note +lines? .* run by no test/, covered.stdout + covered.stderr)
      writeFileSync(join(machine.home, 'settings.yaml'), 'coverage: { least: 0.9 }\nperformance:\n  - { id: work, command: "node work.mjs", most: 1.5, runs: 3 }\n')
      const short = await machine.writ(['check', '--only', 'coverage', '--settings', join(machine.home, 'settings.yaml')])
      assert.equal(short.code, 1)
      assert.match(short.stdout, /90 %/)
      const timed = await machine.writ(['check', '--only', 'performance', '--settings', join(machine.home, 'settings.yaml')])
      assert.equal(timed.code, 1, timed.stdout)
      assert.match(timed.stdout, /takes \d+\.\d+ times as long, at most 1\.5/)
      writeFileSync(join(machine.home, 'contract.yaml'), 'goal: no slower\nperformance:\n  - { command: node work.mjs, most: 1.5, runs: 3 }\n')
      const asked = await machine.writ(['check', '--only', 'performance', '--contract', join(machine.home, 'contract.yaml')])
      assert.equal(asked.code, 1, asked.stdout)
      assert.match(asked.stdout, /takes \d+\.\d+ times as long, at most 1\.5.*performance\/p1/)
    } finally {
      machine.remove()
    }
  })

  test('tests that fail since the change fail it, by name; those that failed before do not; what wavers is told', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const sum = readFileSync(join(machine.repo, 'src/sum.js'), 'utf8')
      const check = async (...more: string[]): Promise<readonly [number, string]> => {
        const ended = await machine.writ(['check', '--only', 'tests', ...more])
        return [ended.code, ended.stdout + ended.stderr]
      }
      machine.write({ 'src/sum.js': `${sum}// a remark\n` })
      const [sameCode, same] = await check()
      assert.equal(sameCode, 0, same)
      assert.match(same, /2 of the tests that fail did on the base too \(npm test\)/)

      machine.write({ 'src/sum.js': sum.replace('return 0', 'return 1') })
      const [code, said] = await check()
      assert.equal(code, 1, said)
      assert.match(said, /test\/sum\.test\.js\n +error +.*mean.* fails; it passed on the base +tests\/failing/)

      // A contract's own checks, by their exit codes, and one that is not the same each time.
      writeFileSync(join(machine.home, 'contract.yaml'), 'goal: words\nchecks:\n  - "! grep -q \'return 1\' src/sum.js"\n')
      const [byCode, exit] = await check('--contract', join(machine.home, 'contract.yaml'))
      assert.equal(byCode, 1, exit)
      assert.match(exit, /grep -q .* ends with 1; on the base it passes/)
      writeFileSync(join(machine.home, 'contract.yaml'), "goal: words\nchecks:\n  - 'test -e seen || { touch seen; echo no luck; exit 1; }'\n")
      const [flakyCode, flaky] = await check('--contract', join(machine.home, 'contract.yaml'))
      assert.equal(flakyCode, 0, flaky)
      assert.match(flaky, /warning +.* failed once and passed the other time +tests\/flaky/)

      // JSON names what a failed stage kept from being looked at.
      const { stdout } = await machine.writ(['check', '--only', 'tests,performance', '--format', 'json'])
      assert.deepEqual((JSON.parse(stdout) as { leftOut: string[] }).leftOut, ['performance'])
    } finally {
      machine.remove()
    }
  })

  test('bad input', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      writeFileSync(join(machine.home, 'bad.yaml'), 'complexity: { most: none }\n')
      for (const [args, says] of [[['--base', 'nope'], /names no commit/], [['--only', 'nope'], /no validator called 'nope'; there are .*change/], [['--settings', join(machine.home, 'none.yaml')], /cannot be read/], [['--settings', join(machine.home, 'bad.yaml')], /do not fit: complexity\.most/], [['--repo', machine.home], /not .*repository/i], [['-o', '/nowhere/x'], /cannot be written/], [['--stage', 'nope'], /Allowed choices/]] as const) {
        const { code, stderr } = await machine.writ(['check', ...args])
        assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
        assert.match(stderr, says)
      }
    } finally {
      machine.remove()
    }
  })
})
