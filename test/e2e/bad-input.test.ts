import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { brokenLibrary, makeMachine, type Machine } from './harness.ts'

describe('bad input gets one sentence and exit 2', () => {
  let machine: Machine
  before(() => { machine = makeMachine(brokenLibrary) })
  after(() => machine.remove())
  const listRuns = (): string[] => (existsSync(join(machine.state, 'runs')) ? readdirSync(join(machine.state, 'runs')) : [])

  const cases: readonly (readonly [name: string, args: readonly string[], says: RegExp, cwd?: string])[] = [
    ['an unknown command', ['fly'], /unknown command/],
    ['an unknown flag', ['run', 'x', '--fast'], /unknown option/],
    ['no goal', ['run'], /no goal/],
    ['an empty goal', ['run', '   '], /no goal/],
    ['a bad number', ['run', 'x', '--max-turns', 'many'], /whole number/],
    ['a negative budget', ['run', 'x', '--max-budget-usd', '-1'], /amount in US dollars/],
    ['a bad deadline', ['run', 'x', '--deadline', 'soon'], /deadline/],
    ['a scope outside of the repository', ['run', 'x', '--scope', '../x'], /the scope \.\.\/x is no path of the repository/],
    ['a bad solver', ['run', 'x', '--solver', 'magic'], /solver/],
    ['a bad format', ['run', 'x', '--output-format', 'xml'], /output-format/],
    ['not a repository', ['run', 'x', '--repo', '/'], /repository/],
    ['a directory that is not there', ['run', 'x', '--repo', '/nowhere'], /nowhere/],
    ['a base that is not there', ['run', 'x', '--base', 'nobody'], /nobody/],
    ['a contract that is not there', ['run', '--contract', 'missing.yaml'], /missing\.yaml/],
    ['a model without a provider', ['run', 'x', '--model', 'gpt'], /provider/],
    ['an unknown provider', ['run', 'x', '--model', 'nobody/x'], /nobody/],
    ['a model without its key', ['run', 'x', '--model', 'anthropic/claude'], /ANTHROPIC_API_KEY/],
    ['--solver model without a model', ['run', 'x', '--solver', 'model'], /model/],
    ['--solver repair with a model', ['run', 'x', '--solver', 'repair', '--model', 'openai/x'], /repair/],
    ['a run that is not there', ['show', 'run_zzz'], /zzz/],
    ['a log that is not there', ['log', 'nothing'], /nothing/],
    ['no run at all', ['show', 'latest'], /no run/i],
  ]
  for (const [name, args, says] of cases) {
    test(name, async () => {
      const ended = await machine.writ(args)
      assert.equal(ended.code, 2, ended.stderr)
      assert.match(ended.stderr, says)
      assert.equal(ended.stdout, '')
      assert.deepEqual(listRuns(), [], 'a run that never began leaves nothing behind')
    })
  }

  test('what only looks at the repository leaves no run behind either', async () => {
    for (const args of [['specialists'], ['policy']]) {
      const ended = await machine.writ(args)
      assert.equal(ended.code, 0, ended.stderr)
    }
    assert.deepEqual(listRuns(), [])
  })

  test('a contract that does not fit is named, with the place', async () => {
    const path = join(machine.home, 'bad.yaml')
    writeFileSync(path, 'goal: x\nbudget:\n  max_turns: lots\n')
    const ended = await machine.writ(['run', '--contract', path])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /budget\.max_turns/)
    writeFileSync(path, 'goal: [x\n')
    assert.equal((await machine.writ(['run', '--contract', path])).code, 2)
    writeFileSync(path, 'goal: 3\nbudget:\n  max_turns: lots\n')
    assert.match((await machine.writ(['run', '--contract', path])).stderr, /contract\.schema\.json:\n {2}- line 1: goal: [^\n]+\n {2}- line 3: budget\.max_turns: /)
    const tenfold = (name: string, of: string): string => `${name}: &${name} [${Array.from({ length: 10 }, () => of).join(', ')}]\n`
    writeFileSync(path, `goal: x\n${tenfold('a', '1')}${tenfold('b', '*a')}${tenfold('c', '*b')}${tenfold('d', '*c')}`)
    const blown = await machine.writ(['run', '--contract', path])
    assert.equal(blown.code, 2, blown.stderr)
    assert.match(blown.stderr, /the contract .* cannot be read: .*alias/)
  })

  test('a repository without a commit says what to do', async () => {
    const empty = join(machine.home, 'empty')
    mkdirSync(empty)
    const { execFileSync } = await import('node:child_process')
    execFileSync('git', ['init', '-q', empty])
    const ended = await machine.writ(['run', 'x', '--repo', empty])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /commit/)
  })

  test('a configuration that does not fit is named', async () => {
    const config = join(machine.home, '.config', 'writ')
    mkdirSync(config, { recursive: true })
    writeFileSync(join(config, 'config.yaml'), 'modell: openai/x\n')
    const ended = await machine.writ(['run', 'x'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /config\.yaml/)
    writeFileSync(join(config, 'config.yaml'), '')
  })
})
