import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, test } from 'node:test'
import type { CommandValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { makeSubject, type SubjectOptions, type TestSubject } from '../../testing/subject.ts'
import { createBwrapSandbox } from '../sandbox-bwrap/driver.ts'
import { oxlint } from './oxlint.ts'
import { shellcheck } from './shellcheck.ts'
import { commandValidators } from './sarif-command.ts'
import { toolValidator, type Tool } from './tool-validator.ts'
import { toolValidators } from './tool-validators.ts'
import { tsc } from './typescript.ts'

const nodeModules = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'node_modules')

async function withSubject(options: SubjectOptions, use: (subject: TestSubject) => Promise<void>): Promise<void> {
  const subject = await makeSubject(options)
  try {
    await use(subject)
  } finally {
    await subject.dispose()
  }
}

async function withSandbox(use: (sandbox: NonNullable<SubjectOptions['sandbox']>) => Promise<void>): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'writ-tools-'))
  try {
    await use(createBwrapSandbox({ stateDir: state, env: process.env }))
  } finally {
    await rm(state, { recursive: true, force: true })
  }
}

/** Finds the tool's command and really runs it on both sides. */
async function look(validator: CommandValidator, subject: Subject): Promise<Readonly<Record<'result' | 'base', readonly Finding[] | string>> | string | undefined> {
  const found = await validator.find(subject)
  if (found === undefined || 'missing' in found) return found?.missing
  const on = async (side: 'result' | 'base'): Promise<readonly Finding[] | string> => {
    const read = found.read(await subject.run(side, found))
    return 'failed' in read ? `failed: ${read.failed}` : read.findings
  }
  return { result: await on('result'), base: await on('base') }
}

const withTools = { node_modules: nodeModules }
const strict = JSON.stringify({ compilerOptions: { strict: true, target: 'es2022', module: 'nodenext', types: [] }, include: ['src'] })
const old = "export const old: number = 'x'\n"

describe('the repository’s own tools, really run', () => {
  test('tsc on result and base', () => withSubject({
    base: { 'tsconfig.json': strict, 'src/old.ts': old }, result: { 'src/new.ts': "import { old } from './old.js'\n\nexport const text: string = old\n" }, dependencies: withTools,
  }, async (subject) => {
    const found = { path: 'src/old.ts', line: 1, rule: 'TS2322', message: "Type 'string' is not assignable to type 'number'.", severity: 'error' }
    assert.deepEqual(await look(toolValidator(tsc), subject), {
      result: [{ path: 'src/new.ts', line: 3, rule: 'TS2322', message: "Type 'number' is not assignable to type 'string'.", severity: 'error' }, found], base: [found],
    })
  }))

  test('tsc in the folder of a workspace, and a list of projects', () => withSubject({
    base: {
      'package.json': '{}', 'web/tsconfig.json': '{\n  // only a list\n  "files": [],\n  "references": [{ "path": "./tsconfig.app.json" }, { "path": "./tsconfig.node.json" }],\n}\n',
      'web/tsconfig.app.json': strict, 'web/tsconfig.node.json': JSON.stringify({ compilerOptions: { strict: true, types: [] }, files: ['vite.config.ts'] }), 'web/vite.config.ts': 'export const port = 1\n', 'web/src/a.ts': 'export const a = 1\n',
    },
    result: { 'web/src/a.ts': "export const a: number = 'x'\n" }, dependencies: withTools,
  }, async (subject) => {
    const found = await toolValidator(tsc).find(subject)
    assert.ok(found !== undefined && !('missing' in found))
    const read = found.read(await subject.run('result', found))
    assert.ok('findings' in read, JSON.stringify(read))
    assert.deepEqual(read.findings.map(({ path, line }) => [path, line]), [['web/src/a.ts', 1]])
  }))

  test('oxlint in the sandbox, on the changed files alone; those that one side lacks are left out', () => withSandbox((sandbox) => withSubject({
    sandbox,
    base: { 'package.json': JSON.stringify({ devDependencies: { oxlint: '1' } }), 'src/old.js': 'debugger\n', 'src/gone.js': 'debugger\n', 'src/kept.js': 'debugger\n' },
    result: { "src/it's new.js": '\ndebugger\n', '--rules.js': '\n\ndebugger\n', 'src/old.js': 'debugger\n// more\n', 'src/gone.js': undefined }, dependencies: withTools,
  }, async (subject) => {
    const seen = await look(toolValidator(oxlint), subject)
    assert.ok(typeof seen === 'object' && typeof seen.result === 'object' && typeof seen.base === 'object', JSON.stringify(seen))
    assert.deepEqual(seen.result.map(({ path, line, rule }) => [path, line, rule]).toSorted(), [['--rules.js', 3, 'eslint(no-debugger)'], ["src/it's new.js", 2, 'eslint(no-debugger)'], ['src/old.js', 1, 'eslint(no-debugger)']])
    assert.deepEqual(seen.base.map(({ path }) => path).toSorted(), ['src/gone.js', 'src/old.js'])
  })))

  test('what is configured and not installed is missing; what nobody configured is nobody’s', () => withSubject({
    base: { '.rubocop.yml': '', 'a.rb': '' }, result: { 'a.rb': 'x = 1\n', 'a.ts': 'export {}\n', 'a.sh': 'ls\n' },
  }, async (subject) => {
    const ids: Record<string, unknown> = {}
    for (const validator of toolValidators()) {
      assert.equal(validator.kind, 'command')
      if (validator.kind !== 'command') continue
      const found = await validator.find(subject)
      if (found !== undefined) ids[validator.id] = 'missing' in found ? found.missing : 'found'
    }
    // shellcheck and rubocop themselves may or may not be on the machine.
    delete ids['shellcheck']
    assert.deepEqual(Object.keys(ids), ['rubocop'])
    assert.match(String(ids['rubocop']), /^rubocop is configured, and not installed$|^found$/)
    const absent: Tool = { ...shellcheck, program: 'no-such-program', isOptional: false, isUsed: async () => true }
    assert.equal(await look(toolValidator(absent), subject), 'no-such-program is configured, and not installed')
    assert.equal(await look(toolValidator({ ...absent, isOptional: true }), subject), undefined)
  }))

  test('too many changed files for one command line: the tool is given the folder', () => withSubject({
    base: { '.gitignore': 'node_modules\n', 'package.json': JSON.stringify({ devDependencies: { oxlint: '1' } }) },
    result: Object.fromEntries(Array.from({ length: 140 }, (_, n) => [`${`${'folder'.repeat(35)}/`.repeat(2)}${n}.js`, n === 7 ? 'debugger\n' : 'f()\n'])), dependencies: withTools,
  }, async (subject) => {
    const seen = await look(toolValidator(oxlint), subject)
    assert.ok(typeof seen === 'object' && typeof seen.result === 'object', JSON.stringify(seen))
    assert.equal(seen.result.filter(({ path }) => path.startsWith('folder')).length, 1)
  }))
})

describe('commands that print SARIF', () => {
  const sarif = (uri: string): string => JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'own' } }, results: [{ ruleId: 'own/rule', level: 'error', message: { text: 'no' }, locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 2 } } }] }] }] })
  test('are read, with absolute paths taken from the root', () => withSubject({
    base: {}, result: { 'a.txt': 'x\n', 'tools/own.mjs': `console.log(${JSON.stringify(sarif('ROOT/a.txt'))}.replace('ROOT', 'file://' + process.cwd())); process.exit(3)\n` },
    settings: { commands: [{ id: 'own', command: [process.execPath, 'tools/own.mjs'], stage: 'security' }, { id: 'none', command: ['no-such-program'] }, { id: 'mute', command: ['true'] }] },
  }, async (subject) => {
    const [own, none, mute] = commandValidators(subject.settings)
    assert.ok(own?.kind === 'command' && none?.kind === 'command' && mute?.kind === 'command')
    assert.deepEqual([own.id, own.stage], ['own', 'security'])
    const found = await own.find(subject)
    assert.ok(found !== undefined && !('missing' in found))
    assert.deepEqual(found.read(await subject.run('result', found)), { findings: [{ path: 'a.txt', line: 2, rule: 'own/rule', message: 'no', severity: 'error' }] })
    assert.deepEqual(await none.find(subject), { missing: 'no-such-program is named in the settings, and not installed' })
    const silent = await mute.find(subject)
    assert.ok(silent !== undefined && !('missing' in silent))
    assert.deepEqual(silent.read(await subject.run('result', silent)), { failed: 'it printed no SARIF: it said nothing' })
  }))
})
