import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Contract } from '../../protocol/contract.ts'
import { findUnpinned } from './amend.ts'
import { findPins, findSelfMade, isGuarded } from './pins.ts'
import { judgeChange } from './judge-change.ts'
import { proofRestorations, restorations } from './restorations.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (content: Uint8Array | undefined): string => new TextDecoder().decode(content)

function pin(files: Readonly<Record<string, string>>, commands: readonly string[], unpinned: readonly string[] = [], scope: readonly string[] = []) {
  const contents = new Map<string, Uint8Array>()
  const source = { files: Object.keys(files), contents, checks: commands.map((command) => ({ command })), unpinned, scope }
  for (let round = 0; round < 10; round++) {
    const found = findPins(source)
    if (found.wanted.length === 0) return found
    for (const path of found.wanted) contents.set(path, bytes(files[path] ?? ''))
  }
  throw new Error('findPins never had enough')
}

const manifest = JSON.stringify({ name: 'x', version: '1.0.0', scripts: { test: 'npm run build && node tools/run.mjs', build: 'bash scripts/build.sh' }, jest: {} }, undefined, 2)
const repository = {
  'package.json': manifest,
  'package-lock.json': '{}',
  'tsconfig.json': '{}',
  '.npmrc': '',
  'src/a.ts': '',
  'src/a.test.ts': '',
  'src/testing/server.ts': '',
  'test/help/rows.json': '',
  'tools/run.mjs': "import { list } from './list.mjs'\nimport { a } from '../src/a.ts'\n",
  'tools/list.mjs': '',
  'tools/other.mjs': '',
  'scripts/build.sh': 'bash scripts/inner.sh\n',
  'scripts/inner.sh': '',
  'README.md': '',
  'Makefile': 'test:\n\tnode --test\n',
  'eslint.config.js': '',
}

describe('what is pinned', () => {
  const found = pin(repository, ['npm test'])
  const paths = found.pins.map((one) => one.path)

  test('tests, what lies beside them, configuration, lockfiles and all scripts on the way', () => {
    for (const path of ['src/a.test.ts', 'test/help/rows.json', 'tsconfig.json', '.npmrc', 'package-lock.json', 'tools/run.mjs', 'tools/list.mjs', 'scripts/build.sh', 'scripts/inner.sh', 'Makefile', 'package.json']) {
      assert.ok(paths.includes(path), path)
    }
  })
  test('not the work itself', () => {
    for (const path of ['src/a.ts', 'README.md', 'tools/other.mjs', 'src/testing/server.ts', 'eslint.config.js']) assert.ok(!paths.includes(path), path)
  })
  test('each says why', () => {
    assert.equal(found.pins.find((one) => one.path === 'tools/run.mjs')?.why, 'the script test names it')
    assert.ok(found.pins.every((one) => one.why.length > 5))
  })
  test('lint configuration only where a check lints', () => {
    assert.ok(pin(repository, ['npx eslint .']).pins.some((one) => one.path === 'eslint.config.js'))
  })
  test('what the person took out is not pinned', () => {
    const less = pin(repository, ['npm test'], ['test/**', '**/package.json'])
    assert.ok(!less.pins.some((one) => one.path.startsWith('test/') || one.path === 'package.json'))
    assert.equal(isGuarded(less, 'x/package.json'), false)
    assert.equal(isGuarded(found, 'x/package.json'), true)
  })
  test('make names the Makefile, python -m its module', () => {
    const other = pin({ Makefile: 'check:\n\tpython3 ci/all.py\n', 'ci/all.py': '', 'ci/two.py': '', 'checks/run.py': '' }, ['make check', 'python3 -m checks.run']).pins.map((one) => one.path)
    assert.deepEqual(other.toSorted(), ['Makefile', 'checks/run.py', 'ci/all.py'])
  })
})

describe('what a command names', () => {
  const named = (command: string, files: Readonly<Record<string, string>>, scope: readonly string[] = []): readonly string[] => pin(files, [command], [], scope).pins.map((one) => one.path).toSorted()
  const bare = (...paths: readonly string[]): Record<string, string> => Object.fromEntries(paths.map((path) => [path, '']))

  const free: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>> = {
    'the program whose output is looked at': ['./backup.sh 2>&1 | grep -q usage:', bare('backup.sh')],
    'it, given to an interpreter': ['python3 app.py --version | grep -q 2.0', bare('app.py')],
    'it, inside a substitution': ['test "$(node cli.js --help | wc -l)" -gt 3', bare('cli.js')],
    'the program that a line runs, by its own name': ['./backup.sh --dry-run && python3 -m app && timeout 5 ./serve', bare('backup.sh', 'app/__main__.py', 'serve')],
    'what a checker is given': ['shellcheck backup.sh && prettier --check README.md && python3 -m json.tool config.json', bare('backup.sh', 'README.md', 'config.json')],
    'it, in a shell’s own line': ["bash -c './backup.sh | grep x'", bare('backup.sh')],
  }
  for (const [name, [command, files]] of Object.entries(free)) test(`free: ${name}`, () => assert.deepEqual(named(command, files), []))

  const judges: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>, readonly string[]]>> = {
    'a script of a check-like name, not what it tries out': ['sh check2.sh', { 'check2.sh': './backup.sh | grep -q usage:\n', 'backup.sh': '' }, ['check2.sh']],
    'by its name alone, run by itself': ['./verify', bare('verify', 'app'), ['verify']],
    'in folders that hold such scripts': ['node tools/x.mjs; bash ci/y.sh; ./scripts/z', bare('tools/x.mjs', 'ci/y.sh', 'scripts/z'), ['ci/y.sh', 'scripts/z', 'tools/x.mjs']],
    'what a package script interprets': ['npm test', { 'package.json': '{"scripts":{"test":"node one.mjs && node two.mjs | grep ok"}}', 'one.mjs': '', 'two.mjs': '' }, ['one.mjs', 'package.json']],
    'what is compared with': ['./gen.sh | diff - expected.txt', bare('gen.sh', 'expected.txt'), ['expected.txt']],
    'what steers a runner': ['node --import ./loader.mjs --test && mocha --require=./hook.cjs && pytest -c my.cfg', bare('loader.mjs', 'hook.cjs', 'my.cfg'), ['hook.cjs', 'loader.mjs', 'my.cfg']],
    'what a runner is given to run': ['pytest cases.py && bats a.sh', bare('cases.py', 'a.sh'), ['a.sh', 'cases.py']],
  }
  for (const [name, [command, files, expected]] of Object.entries(judges)) test(`pinned: ${name}`, () => assert.deepEqual(named(command, files), expected))

  test('what the scope names in full is the work, what a glob of it covers is not', () => {
    assert.deepEqual(named('sh check.sh', bare('check.sh'), ['./check.sh']), [])
    assert.deepEqual(named('sh check.sh', bare('check.sh'), ['*.sh']), ['check.sh'])
    assert.deepEqual(named('node --test', bare('a.test.js'), ['a.test.js']), ['a.test.js'])
  })
})

describe('what may be changed', () => {
  const contract: Pick<Contract, 'pins' | 'guarded'> = (({ pins, guarded }) => ({ pins: [...pins], guarded: [...guarded] }))(pin(repository, ['npm test']))
  const edit = (change: (value: Record<string, unknown>) => void): Uint8Array => {
    const value = JSON.parse(manifest) as Record<string, unknown>
    change(value)
    return bytes(JSON.stringify(value))
  }
  const judge = (path: string, before: string | undefined, after: Uint8Array | undefined) => judgeChange(contract, path, before === undefined ? undefined : bytes(before), after)

  test('the work is free', () => {
    assert.equal(judge('src/a.ts', '', bytes('x')), 'free')
    assert.equal(judge('src/new.ts', undefined, bytes('x')), 'free')
    assert.equal(judge('src/a.ts', '', undefined), 'free')
    assert.equal(judge('test/new.test.ts', undefined, bytes('x')), 'free')
  })
  test('the judge is pinned: not edited, not deleted, but put back at will', () => {
    assert.equal(judge('src/a.test.ts', '', bytes('x')), 'pinned')
    assert.equal(judge('src/a.test.ts', '', undefined), 'pinned')
    assert.equal(judge('src/a.test.ts', 'x', bytes('')), 'free')
  })
  test('of package.json the keys that no check takes orders from are free', () => {
    assert.equal(judge('package.json', manifest, edit((value) => void (value['version'] = '2.0.0'))), 'free')
    assert.equal(judge('package.json', manifest, edit((value) => void (value['dependencies'] = { a: '1' }))), 'free')
    assert.equal(judge('package.json', manifest, edit((value) => void (value['scripts'] = { test: 'true' }))), 'pinned')
    assert.equal(judge('package.json', manifest, edit((value) => void (value['type'] = 'commonjs'))), 'pinned')
    assert.equal(judge('package.json', manifest, edit((value) => void delete value['jest'])), 'pinned')
    assert.equal(judge('package.json', manifest, bytes('{ broken')), 'pinned')
    assert.equal(judge('package.json', manifest, undefined), 'pinned')
    // What may change is not guarded, and it is no person who took it out of the pins.
    assert.equal(isGuarded(contract, 'package.json'), false)
    assert.equal(isGuarded(contract, 'sub/package.json'), true)
    assert.deepEqual(findUnpinned(contract), [])
    const odd = pin({ 'packages/[a]/package.json': '{}', 'src/a.test.ts': '' }, ['node --test'], ['*.yaml'])
    assert.equal(isGuarded(odd, 'packages/[a]/package.json'), false)
    assert.equal(isGuarded(odd, 'packages/a/package.json'), true)
    assert.deepEqual(findUnpinned(odd), ['*.yaml'])
  })
  for (const path of ['GNUmakefile', 'sub/package.json', 'test/package.json', 'node_modules/.bin/node', 'src/.npmrc', 'vitest.config.ts', 'jest.config.cjs', '.mocharc.yml', 'tsconfig.test.json', 'src/__mocks__/fs.ts', '.env', 'vitest.workspace.ts', 'bunfig.toml', 'babel.config.js', 'pnpm-workspace.yaml']) {
    test(`may not newly appear: ${path}`, () => assert.equal(judge(path, undefined, bytes('x')), 'guarded'))
  }
  test('Python names are guarded where Python is used, and only names that could be taken up', () => {
    const python = pin({ 'app/__init__.py': '', 'app/core.py': '', 'tests/test_a.py': '', 'tools/gen.py': '', 'types.py': '' }, ['pytest'])
    for (const path of ['conftest.py', 'app/conftest.py', 'sitecustomize.py', 'usercustomize.py', 'a.pth', 'pytest.ini', 'setup.cfg', 'tox.ini', 'unittest.py', 'unittest/__init__.py', 'pytest.py', 'json.py', 'tests/json.py', 'tools/re.py', 'tests/__init__.py', 'json/__init__.py', 'pytest/__main__.py']) {
      assert.equal(isGuarded(python, path), true, path)
    }
    for (const path of ['app/json.py', 'app/types.py', 'types.py', 'app/new.py', 'docs/a.md']) assert.equal(isGuarded(python, path), false, path)
    assert.equal(isGuarded(contract, 'conftest.py'), false)
  })
})

describe('what is put back', () => {
  const found = pin(repository, ['npm test'])
  const contract = { pins: [...found.pins], guarded: [...found.guarded] }
  const toSet = (files: Readonly<Record<string, string>>) => ({ files: Object.keys(files), read: (path: string) => (files[path] === undefined ? undefined : bytes(files[path])) })
  const base = toSet(repository)

  test('nothing, where the judge was left alone', () => {
    assert.equal(restorations(contract, base, toSet({ ...repository, 'src/a.ts': 'x', 'src/b.ts': '' })).size, 0)
  })
  test('edited and deleted files, and names that were not there', () => {
    const { 'tools/list.mjs': _, ...rest } = repository
    const writes = restorations(contract, base, toSet({ ...rest, 'src/a.test.ts': 'x', 'sub/package.json': '{}', 'test/mine.test.ts': '' }))
    assert.deepEqual([...writes.keys()].toSorted(), ['src/a.test.ts', 'sub/package.json', 'tools/list.mjs'])
    assert.equal(textOf(writes.get('src/a.test.ts')), '')
    assert.equal(writes.get('sub/package.json'), undefined)
    assert.equal(textOf(writes.get('tools/list.mjs')), '')
  })
  test('package.json keeps what is the agent’s to change', () => {
    const changed = JSON.stringify({ ...(JSON.parse(manifest) as object), version: '2.0.0', scripts: { test: 'true' }, type: 'commonjs', dependencies: { a: '1' } })
    const merged = JSON.parse(textOf(restorations(contract, base, toSet({ ...repository, 'package.json': changed })).get('package.json'))) as Record<string, unknown>
    assert.deepEqual(merged, { ...(JSON.parse(manifest) as object), version: '2.0.0', dependencies: { a: '1' } })
  })
  test('a package.json that cannot be read goes back whole', () => {
    assert.equal(textOf(restorations(contract, base, toSet({ ...repository, 'package.json': '{' })).get('package.json')), manifest)
  })
  test('for the proof the agent’s own tests are taken out too', () => {
    const result = { ...repository, 'test/mine.test.ts': '', 'test/mine.json': '' }
    assert.deepEqual(findSelfMade(contract, base.files, Object.keys(result)), { tests: ['test/mine.test.ts'], beside: ['test/mine.json'] })
    assert.deepEqual([...proofRestorations(contract, base, toSet(result)).keys()], ['test/mine.test.ts', 'test/mine.json'])
  })
})
