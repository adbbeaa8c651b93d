import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCheckFinder } from './check-finder.ts'

const finder = createCheckFinder()
const toBase = (files: Readonly<Record<string, string>>) => ({
  list: async () => Object.keys(files),
  read: async (path: string) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
})
const commands = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => (await finder.findChecks(toBase(files))).map((one) => one.command)
const scripts = (all: Readonly<Record<string, string>>, more: object = {}): string => JSON.stringify({ scripts: all, ...more })

describe('checks that a repository names', () => {
  const cases: Readonly<Record<string, readonly [Readonly<Record<string, string>>, readonly string[]]>> = {
    'a test script': [{ 'package.json': scripts({ test: 'node --test', start: 'x', lint: 'eslint' }) }, ['npm test']],
    'several, without those that the first starts, watch, or repeat it': [
      { 'package.json': scripts({ test: 'npm run test:unit', 'test:unit': 'a', 'test:watch': 'b', 'test:py': 'c', 'test:all': 'npm run test:unit', 'test:update': 'd' }) },
      ['npm test', 'npm run test:py'],
    ],
    'pnpm by its lockfile': [{ 'package.json': scripts({ test: 'vitest' }), 'pnpm-lock.yaml': '' }, ['pnpm test']],
    'yarn by the manifest': [{ 'package.json': scripts({ test: 'jest' }, { packageManager: 'yarn@4.0.0' }) }, ['yarn test']],
    'npm’s own placeholder is none': [{ 'package.json': scripts({ test: 'echo "Error: no test specified" && exit 1' }) }, []],
    'node tests without a script': [{ 'package.json': '{}', 'src/a.test.js': '' }, ['node --test']],
    workspaces: [{ 'package.json': scripts({}, { workspaces: ['p/*'] }), 'p/a/package.json': scripts({ test: 'x' }) }, ['npm test --workspaces --if-present']],
    'pytest by its configuration': [{ 'pyproject.toml': '[tool.pytest.ini_options]\n', 'tests/test_a.py': '' }, ['python3 -m pytest']],
    'pytest by a dependency': [{ 'requirements-dev.txt': 'pytest==8\n', 'tests/test_a.py': '' }, ['python3 -m pytest']],
    'pytest by an import': [{ 'tests/test_a.py': 'import pytest\n' }, ['python3 -m pytest']],
    'pytest by tests that are plain functions': [{ 'tests/test_a.py': 'import a\n\ndef test_sum():\n    assert a.add(1, 2) == 3\n' }, ['python3 -m pytest']],
    'unittest in a package': [{ 'app/a.py': '', 'tests/__init__.py': '', 'tests/test_a.py': 'import unittest\n' }, ['python3 -m unittest discover -s tests -t .']],
    'unittest in a folder': [{ 'tests/test_a.py': 'import unittest\n' }, ['python3 -m unittest discover -s tests']],
    'unittest below another folder': [{ 'reports/tests/__init__.py': '', 'reports/tests/test_a.py': 'import unittest\n' }, ['python3 -m unittest discover -s reports/tests -t reports']],
    'pytest of a package in src': [{ 'pyproject.toml': '[tool.pytest.ini_options]\n', 'src/pkg/__init__.py': '', 'tests/test_a.py': 'import pkg\n' }, ['PYTHONPATH=src python3 -m pytest']],
    'unittest of a package in a folder that pyproject.toml names': [
      { 'pyproject.toml': '[tool.setuptools.packages.find]\nwhere = ["python"]\n', 'python/pkg/__init__.py': '', 'tests/test_a.py': 'import unittest\n' },
      ['PYTHONPATH=python python3 -m unittest discover -s tests'],
    ],
    'pytest that is told where src lies': [{ 'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["src"]\n', 'src/pkg/__init__.py': '', 'tests/test_a.py': '' }, ['python3 -m pytest']],
    'tests that import from src by its name': [{ 'src/a.py': '', 'tests/test_a.py': 'import unittest\nfrom src.a import b\n' }, ['python3 -m unittest discover -s tests']],
    'both of a mixed repository': [{ 'package.json': scripts({ test: 'node --test' }), 'tests/test_a.py': 'import unittest\n' }, ['npm test', 'python3 -m unittest discover -s tests']],
    'Python once where a script runs it': [{ 'package.json': scripts({ test: 'node --test', 'test:py': 'python3 -m unittest' }), 'tests/test_a.py': 'import unittest\n' }, ['npm test', 'npm run test:py']],
    'a make target': [{ Makefile: 'build:\n\tcc\ntest: build\n\t./run\n' }, ['make test']],
    'no make target in a variable': [{ Makefile: 'test := 1\n' }, []],
    'a just recipe': [{ justfile: 'test *args:\n  run\n' }, ['just test']],
    cargo: [{ 'Cargo.toml': '' }, ['cargo test']],
    'go, where it has tests': [{ 'go.mod': '', 'a_test.go': '' }, ['go test ./...']],
    'go without tests': [{ 'go.mod': '', 'a.go': '' }, []],
    gradle: [{ gradlew: '', 'build.gradle': '' }, ['./gradlew test']],
    nothing: [{ 'README.md': '' }, []],
    'a broken manifest': [{ 'package.json': '{' }, []],
  }
  for (const [name, [files, expected]] of Object.entries(cases)) test(name, async () => assert.deepEqual(await commands(files), expected))

  test('each says why', async () => {
    assert.deepEqual(await finder.findChecks(toBase({ 'package.json': scripts({ test: 'node --test' }) })), [{ command: 'npm test', why: 'package.json has a test script: node --test' }])
  })
})

describe('tests near a change', () => {
  const base = toBase({
    'src/foo.ts': '', 'src/bar.ts': "import { foo } from './foo.ts'\n", 'src/lone.ts': '', 'src/index.ts': "export * from './bar.js'\n",
    'test/foo.test.ts': "import { foo } from '../src/foo.ts'\n", 'test/bar.test.ts': "import { bar } from '../src/bar.ts'\n", 'test/uses.test.ts': "const { foo } = await import('../src/foo.js')\n", 'test/other.test.ts': '',
    'app/order_store.py': '', 'app/views.py': 'from .order_store import Store\n', 'app/__init__.py': '',
    'tests/test_order_store.py': 'from app.order_store import Store\n', 'tests/test_views.py': 'from app import views\n', 'tests/test_else.py': 'import os\n',
    'pkg/a.go': '', 'pkg/a_test.go': '',
  })
  const near = (changed: readonly string[], report?: Parameters<typeof finder.findNear>[2]) => finder.findNear(base, changed, report)

  test('by name, by import, by import of an importer', async () => {
    assert.deepEqual(await near(['src/foo.ts']), ['test/foo.test.ts', 'test/uses.test.ts', 'test/bar.test.ts'])
  })
  test('Python modules, relative and absolute', async () => {
    assert.deepEqual(await near(['app/order_store.py']), ['tests/test_order_store.py', 'tests/test_views.py'])
  })
  test('a changed test is its own nearest', async () => assert.deepEqual(await near(['test/other.test.ts']), ['test/other.test.ts']))
  test('Go by name', async () => assert.deepEqual(await near(['pkg/a.go']), ['pkg/a_test.go']))
  test('nothing for what no test knows', async () => assert.deepEqual(await near(['src/lone.ts', 'README.md']), []))
  test('of equals, what failed last comes first', async () => {
    const files = Object.fromEntries([...'abc'].map((name) => [`test/${name}.test.js`, "import '../src/x.js'\n"]))
    const report = { runner: 'x', complete: true, cases: [{ name: 'n', file: 'test/c.test.js', status: 'failed' as const }] }
    assert.deepEqual(await finder.findNear(toBase({ ...files, 'src/x.js': '' }), ['src/x.js'], report), ['test/c.test.js', 'test/a.test.js', 'test/b.test.js'])
  })
  test('never more than twelve', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`test/t${n}.test.js`, "import '../src/x.js'\n"]))
    assert.equal((await finder.findNear(toBase({ ...files, 'src/x.js': '' }), ['src/x.js'], undefined)).length, 12)
  })
})
