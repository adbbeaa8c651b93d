import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planCommand } from './plan-command.ts'
import { findLastCommand, toCommand } from './shell-words.ts'

const plan = (command: string, scripts: Readonly<Record<string, string>> = {}, only: readonly string[] = []) => planCommand(command, { scripts, reporters: '/r', only })

describe('the last command of a line', () => {
  test('is found behind others, with its assignments', () => {
    assert.deepEqual(findLastCommand('npm run build && A=1 node --test "a b" \'c\'; '.replace('; ', '')), {
      head: 'npm run build && ', assignments: ['A=1'], words: ['node', '--test', 'a b', 'c'],
    })
  })
  test('is not guessed where the line goes beyond one', () => {
    for (const line of ['a | b', 'a > b', '(a)', 'a $(b)', 'a `b`', 'a &', 'echo "$HOME"', 'a "b', 'a || b', '']) assert.equal(findLastCommand(line), undefined, line)
  })
  test('comes back as bash reads it', () => {
    assert.equal(toCommand({ head: 'a && ', assignments: ['B=1'], words: ['x', "it's", 'a b'] }), "a && B=1 x 'it'\\''s' 'a b'")
  })
})

describe('reporters are added as arguments', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string, string | undefined])[] = [
    ['npm test', { test: 'vitest run' }, 'npm test -- --reporter=default --reporter=/r/vitest.mjs', 'vitest'],
    ['npm test', { test: 'tsc && vitest run --reporter=verbose' }, 'npm test -- --reporter=/r/vitest.mjs', 'vitest'],
    ['pnpm test', { test: 'jest' }, 'pnpm test --reporters=default --reporters=/r/jest.cjs', 'jest'],
    ['npx mocha spec', {}, 'npx mocha spec --reporter /r/mocha.cjs', 'mocha'],
    ['mocha -R dot', {}, 'mocha -R dot', 'mocha'],
    ['npm run unit', { unit: 'npm run inner', inner: 'mocha x' }, 'export PATH="$PWD/node_modules/.bin:$PATH"; mocha x --reporter /r/mocha.cjs', 'mocha'],
    ['go test ./...', {}, 'go test -json ./...', 'go-test'],
    ['cargo test', {}, 'cargo test', 'cargo-test'],
    ['npm test', { test: 'node --test' }, 'npm test', 'node-test'],
    ['npm test', { test: 'node build.js && node --test | cat' }, 'npm test', undefined],
    ['PYTHONPATH=src python3 -m pytest', {}, 'PYTHONPATH=/r/python:src python3 -m pytest', 'pytest'],
    ['NODE_OPTIONS=--no-warnings node --test', {}, 'NODE_OPTIONS="$NODE_OPTIONS --no-warnings" node --test', 'node-test'],
    ['uv run pytest -q', {}, 'uv run pytest -q', 'pytest'],
    ['echo done', {}, 'echo done', undefined],
  ]
  for (const [command, scripts, expected, runner] of cases) {
    test(`${command} ${JSON.stringify(scripts)}`, () => {
      const planned = plan(command, scripts)
      assert.equal(planned.command, expected)
      assert.equal(planned.runner, runner)
    })
  }
  test('a script before the script is kept when it is followed', () => {
    assert.match(plan('npm run a', { prea: 'make', a: 'npm run b', b: 'jest' }).command, /\( make \) && jest --reporters=default/)
  })
})

describe('narrowing', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['node --import ./x.mjs --test "test/*.test.ts"', ['test/a.test.ts'], 'node --import ./x.mjs --test test/a.test.ts'],
    ['python3 -m pytest -q -k a tests', ['tests/test_a.py'], 'python3 -m pytest -q -k a tests/test_a.py'],
    ['vitest', ['a.test.ts'], 'vitest run a.test.ts --reporter=default --reporter=/r/vitest.mjs'],
    ['npx jest src', ['a.test.ts'], 'npx jest --runTestsByPath a.test.ts --reporters=default --reporters=/r/jest.cjs'],
    ['mocha spec', ['spec/a.js'], 'mocha spec/a.js --reporter /r/mocha.cjs'],
    ['tap test', ['test/a.js'], 'tap test/a.js --reporter=tap'],
    ['tape test/*.js', ['test/a.js'], 'tape test/a.js'],
    ['npx ava', ['test/a.js'], 'export NODE_OPTIONS="$NODE_OPTIONS --import=/r/ava.mjs"; export npm_config_node_options="$NODE_OPTIONS"; npx ava test/a.js --tap'],
    ['go test -race ./...', ['a/b_test.go', 'a/c_test.go'], 'go test -json -race ./a'],
    ['python3 -m unittest tests.test_a tests.test_b', ['tests/test_b.py'], 'python3 -m unittest tests.test_b'],
    ['python3 -m unittest discover -s reports/tests -t reports', ['reports/tests/test_a.py'], 'python3 -m unittest discover -s reports/tests -t reports -p test_a.py'],
  ]
  for (const [command, only, expected] of cases) {
    test(command, () => {
      const planned = plan(command, {}, only)
      assert.equal(planned.command, expected)
      assert.deepEqual(planned.narrowed, only)
    })
  }
  const named: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ['node --test', ['a.test.js'], ['a.test.js › sums › adds 1 (+) 2 #2'], String.raw`node --test '--test-name-pattern=adds\s+1\s+\(\+\)\s+2' a.test.js`],
    ['pytest tests', ['tests/test_a.py'], ['tests/test_a.py › A › test_b[1-x]', 'tests/test_a.py › test_c'], `pytest 'tests/test_a.py::A::test_b[1-x]' tests/test_a.py::test_c`],
    ['python3 -m unittest', ['test_a.py'], ['test_a.py › A › test_b'], 'python3 -m unittest discover -p test_a.py -k A.test_b'],
    ['vitest', ['a.test.ts'], ['a.test.ts › s › b', 'a.test.ts › c'], String.raw`vitest run -t 's\s+(>\s+)?b|c' a.test.ts --reporter=default --reporter=/r/vitest.mjs`],
    ['jest', ['a.test.ts'], ['a.test.ts › b'], 'jest -t b --runTestsByPath a.test.ts --reporters=default --reporters=/r/jest.cjs'],
    ['mocha', ['a.js'], ['a.js › s › b'], String.raw`mocha --grep 's\s+b' a.js --reporter /r/mocha.cjs`],
    ['ava', ['a.js'], ['a.js › b c'], `export NODE_OPTIONS="$NODE_OPTIONS --import=/r/ava.mjs"; export npm_config_node_options="$NODE_OPTIONS"; ava --match 'b c' a.js --tap`],
  ]
  for (const [command, only, names, expected] of named) {
    test(`${command}, to names`, () => {
      const { command: narrowed, byName } = planCommand(command, { scripts: {}, reporters: '/r', only, names })
      assert.deepEqual([narrowed, byName], [expected, true])
    })
  }
  test('names that cannot be told to the runner, or would not go with what it is told, leave it at the files', () => {
    const cases = [['tap test', 'a.js › b'], ['jest -t other', 'a.js › b'], ['node --test', 'a.js'], ['node --test', 'b.js › b'], ['ava', 'a.js › b*']]
    for (const [command = '', name = ''] of cases) assert.deepEqual([planCommand(command, { scripts: {}, reporters: '/r', only: ['a.js'], names: [name] }).byName, name], [undefined, name])
  })
  test('discovery takes one pattern at a time; the worst exit code counts', () => {
    assert.equal(
      plan('python3 -m unittest discover', {}, ['test_a.py', 'test_b.py']).command,
      'python3 -m unittest discover -p test_a.py; writ_status=$?; python3 -m unittest discover -p test_b.py || writ_status=$?; exit $writ_status',
    )
  })
  test('files of another language leave the command as it is', () => {
    assert.deepEqual(plan('node --test', {}, ['test_a.py']).narrowed, [])
    assert.equal(plan('cargo test', {}, ['tests/a.rs']).command, 'cargo test')
  })
})
