import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SubjectFile } from '../../testing/subject.ts'
import { makeSubject } from '../../testing/subject.ts'
import { Contract } from '../../protocol/contract.ts'
import { createSyntaxTrees } from '../check-syntax/syntax-trees.ts'
import { createChangeValidator } from './change-validator.ts'

const validator = createChangeValidator(createSyntaxTrees())
const conflict = 'a\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> other\n'

async function look(base: Readonly<Record<string, SubjectFile>>, result: Readonly<Record<string, SubjectFile | undefined>>, scope?: readonly string[]): Promise<readonly string[]> {
  const contract = scope && Contract.parse({ version: 1, goal: 'x', constraints: [], checks: [], scope, dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 }, approvers: [], unknowns: [], network: [], pins: [], guarded: [] })
  const subject = await makeSubject({ base, result, ...(contract === undefined ? {} : { contract }) })
  try {
    const said = await validator.look(subject)
    return (said?.findings ?? []).map((one) => `${one.severity} ${one.rule} ${one.path}${one.line === undefined ? '' : `:${one.line}`}${one.rule === 'missing-import' ? ` ${one.message.split(': ')[1]}` : ''}`).toSorted()
  } finally {
    await subject.dispose()
  }
}

describe('a change by its paths and contents', () => {
  const cases: Readonly<Record<string, readonly [Readonly<Record<string, SubjectFile>>, Readonly<Record<string, SubjectFile | undefined>>, readonly string[]]>> = {
    'an ordinary one': [{ 'a.txt': 'a\n' }, { 'a.txt': 'b\n', 'b/c.txt': 'c\n' }, []],
    'names of devices, and such as Windows drops': [{ 'src/aux.c': 'x' }, { 'src/aux.c': 'y', 'lib/Nul.txt': '', 'a./b': '', 'what?.md': '' }, ['error illegal-path a./b', 'error illegal-path lib/Nul.txt', 'warning illegal-path what?.md']],
    'longer than 240': [{}, { [`${'d'.repeat(200)}/${'f'.repeat(60)}`]: '' }, [`error illegal-path ${'d'.repeat(200)}/${'f'.repeat(60)}`]],
    'names that differ by case alone': [{ 'src/Foo.ts': '' }, { 'src/foo.ts': '', 'Src/bar.ts': '' }, ['error case-collision Src/bar.ts', 'error case-collision src/foo.ts']],
    'a rename of case alone': [{ 'Foo.txt': 'x\n' }, { 'Foo.txt': undefined, 'foo.txt': 'x\n' }, []],
    'what a merge left behind': [{ 'old.ts': conflict }, { 'a.ts': conflict, 'b.orig': '', 'b.rej': '', 'old.ts': `${conflict}// more\n`, 'docs/merge.md': conflict, 'ok.md': 'Title\n=======\n' }, ['error conflict a.ts:2', 'error leftover b.orig', 'error leftover b.rej', 'warning conflict docs/merge.md:2']],
    'links': [{ 'a/real.txt': '' }, { 'a/in': { link: 'real.txt' }, 'a/folder': { link: '../a' }, 'a/up': { link: '../../outside' }, abs: { link: '/etc/passwd' }, 'a/lost': { link: 'nothing' } }, ['error link-outside a/up', 'error link-outside abs', 'warning link-nowhere a/lost']],
    'large and binary files': [{ 'old.bin': new Uint8Array(10) }, { 'big.txt': 'x'.repeat(5_000_001), 'new.bin': new Uint8Array(2000), 'small.png': new Uint8Array(2000), 'old.bin': new Uint8Array(20) }, ['note binary-file small.png', 'warning binary-file new.bin', 'warning large-file big.txt']],
    'a script that cannot be started any more': [{ 'run.sh': { executable: '#!/bin/sh\nls\n' }, 'data.txt': { executable: 'x\n' } }, { 'run.sh': '#!/bin/sh\nls -l\n', 'data.txt': 'x\n', 'new.sh': '#!/bin/sh\n' }, ['error not-executable run.sh']],
  }
  for (const [name, [base, result, expected]] of Object.entries(cases)) test(name, async () => assert.deepEqual(await look(base, result), expected))

  test('what lies outside the scope', async () => {
    assert.deepEqual(await look({ 'src/a.ts': '', 'docs/b.md': '' }, { 'src/a.ts': '// x\n', 'docs/b.md': undefined, 'src2/c.ts': '' }, ['src/']), ['error out-of-scope docs/b.md', 'error out-of-scope src2/c.ts'])
    assert.deepEqual(await look({}, { 'anything.ts': '' }, []), [])
  })
  test('a path that no tree of git can have is refused by its name', async () => {
    const { findPathFault } = await import('../../domain/validation/path-faults.ts')
    for (const path of ['/etc/passwd', '../x', 'a/../b', 'a//b', 'C:/x', 'a/.git/config', 'a\nb', '']) assert.equal(findPathFault(path)?.severity, 'error', path)
    for (const path of ['a/b', '.github/x.yml', 'com10.txt', 'console.ts', 'a b.md']) assert.equal(findPathFault(path), undefined, path)
  })
  test('nothing changed, nothing said', async () => assert.equal(await (async () => {
    const subject = await makeSubject({ base: { a: '' }, result: {} })
    const said = await validator.look(subject)
    await subject.dispose()
    return said
  })(), undefined))
})

describe('relative imports of what is not there', () => {
  const cases: Readonly<Record<string, readonly [Readonly<Record<string, SubjectFile>>, Readonly<Record<string, SubjectFile | undefined>>, readonly string[]]>> = {
    'in TypeScript': [
      { 'src/b.ts': '', 'src/c/index.ts': '', 'src/d.vue': '', 'src/e.module.css': '', 'src/f.d.ts': '', 'data.json': '{}' },
      { 'src/a.ts': "import { b } from './b.js'\nimport type { C } from './c'\nimport './d'\nimport s from './e.module.css?inline'\nexport * from './f'\nimport data from '../data.json'\nimport x from './gone'\nexport { y } from '../nope/y.ts'\nimport z = require('./lost')\nimport fs from 'node:fs'\n" },
      ['error missing-import src/a.ts:7 ./gone', 'error missing-import src/a.ts:8 ../nope/y.ts', 'error missing-import src/a.ts:9 ./lost'],
    ],
    'not where it is not certain': [
      { '.gitignore': 'generated/\n*.gen.ts\n' },
      { 'a.js': "try { require('./optional') } catch {}\nconst text = \"import x from './in-a-text'\"\n// import y from './in-a-comment'\nif (process.env.X) await import('./later')\nimport a from './generated/client'\nimport b from './schema.gen'\nimport c from './dist/built.js'\nimport raw from 'raw-loader!./x'\nimport d from '../outside'\n", 'b.ts': "import type { PageData } from './$types'\n" },
      [],
    ],
    'CommonJS': [{ 'lib/b.js': '' }, { 'lib/a.js': "const b = require('./b')\nvar { c } = require('./c')\n" }, ['error missing-import lib/a.js:2 ./c']],
    'in Python': [
      { 'pkg/__init__.py': '', 'pkg/b.py': '', 'pkg/sub/__init__.py': '', 'pkg/ext.cpython-312.so': new Uint8Array(2) },
      { 'pkg/a.py': 'from .b import x\nfrom .sub import y\nfrom . import anything\nfrom .gone import z\nfrom .ext import w\nimport os\ntry:\n    from .fast import q\nexcept ImportError:\n    q = None\n', 'pkg/sub/c.py': 'from ..b import x\nfrom ..nope.deep import y\nfrom ....above import z\n' },
      ['error missing-import pkg/a.py:4 .gone', 'error missing-import pkg/sub/c.py:2 ..nope.deep'],
    ],
    'what the base lacked too is old': [{ 'a.ts': "import './missing'\n" }, { 'a.ts': "import './missing'\nimport './also'\n" }, ['error missing-import a.ts:2 ./also']],
    'a deleted file that others import': [
      { 'src/used.ts': '', 'src/unused.ts': '', 'src/user.ts': "import './used.ts'\n", 'src/old.ts': "import './never-there'\n", 'test/user.test.ts': "import '../src/used'\n" },
      { 'src/used.ts': undefined, 'src/unused.ts': undefined }, ['error missing-import src/user.ts:1 ./used.ts', 'error missing-import test/user.test.ts:1 ../src/used'],
    ],
    'a move with its importer': [{ 'a.ts': '', 'b.ts': "import './a'\n" }, { 'a.ts': undefined, 'lib/a.ts': '', 'b.ts': "import './lib/a'\n" }, []],
    'spelled with another case': [{ 'Foo.ts': '' }, { 'b.ts': "import './foo'\n" }, ['error missing-import b.ts:1 ./foo']],
    'with folders laid over each other': [{ 'tsconfig.json': '{"compilerOptions":{"rootDirs":["src","gen"]}}' }, { 'src/a.ts': "import './from-gen'\n" }, []],
  }
  for (const [name, [base, result, expected]] of Object.entries(cases)) test(name, async () => assert.deepEqual(await look(base, result), expected))
})
