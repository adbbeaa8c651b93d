import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { rgPath } from '@vscode/ripgrep'
import type { ToolContext, ToolResult } from '../../engine/ports/tools.ts'
// Tests run the real sandbox; the tool itself only knows the port.
import { createBwrapSandbox } from '../sandbox-bwrap/driver.ts'
import { createSearchTool } from './search.ts'

const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-search-')))
const root = path.join(scratch, 'worktree')
const home = path.join(scratch, 'home/project')
const sandbox = createBwrapSandbox({ stateDir: path.join(scratch, 'state'), env: process.env })
const search = createSearchTool({ findRipgrep: async () => rgPath })
let context: ToolContext

before(async () => {
  fs.chmodSync(scratch, 0o755)
  for (const [name, content] of [
    ['.gitignore', 'node_modules/\nbuild/\n'],
    ['src/a.ts', 'export const alpha = 1\nconst beta = 2\nuse(alpha)\ncall(\n'],
    ['src/crlf.ts', 'first\r\nalpha end\r\n'],
    ['src/long.js', `${'x'.repeat(3000)}NEEDLE${'y'.repeat(3000)}\n`],
    ['.github/ci.yml', 'run: alpha\n'],
    ['.git/HEAD', 'alpha\n'],
    ['.env', 'alpha=secret\n'],
    ['.npmrc', '//r.example/:_authToken=alpha123\nfund=alpha\n'],
    ['build/out.js', 'alpha\n'],
    ['node_modules/dep/i.js', 'alpha in dep\n'],
    ['-dash.txt', 'alpha dash\n'],
    ['many.txt', 'row\n'.repeat(5000)],
  ]) {
    fs.mkdirSync(path.dirname(path.join(root, name ?? '')), { recursive: true })
    fs.writeFileSync(path.join(root, name ?? ''), content ?? '')
  }
  fs.writeFileSync(path.join(scratch, 'outside.txt'), 'alpha outside\n')
  fs.symlinkSync('../outside.txt', path.join(root, 'link.txt'))
  fs.mkdirSync(home, { recursive: true })
  const partial: Partial<ToolContext> = {
    workspace: { root, home, dependencies: [{ path: 'node_modules', way: 'overlay' }], mounts: [{ mode: 'rw', host: root, at: home }] } as unknown as ToolContext['workspace'],
    sandbox,
    signal: new AbortController().signal,
  }
  context = partial as ToolContext
  await sandbox.ready()
})
after(() => fs.rmSync(scratch, { recursive: true, force: true }))

function succeeded(result: ToolResult): string {
  assert.ok(result.ok, result.text)
  return result.text
}

test('matches come by file with line numbers; ignored, secret, linked and git files stay out', async () => {
  assert.equal(succeeded(await search.run({ pattern: 'alpha' }, context)), [
    '-dash.txt', '    1: alpha dash', '.github/ci.yml', '    1: run: alpha', '.npmrc', '    2: fund=alpha',
    'src/a.ts', '    1: export const alpha = 1', '    3: use(alpha)', 'src/crlf.ts', '    2: alpha end', '[6 matches in 5 files]',
  ].join('\n'))
})

test('path, glob, literal and context narrow and widen', async () => {
  assert.match(succeeded(await search.run({ pattern: 'alpha', path: 'src', glob: '*.ts', context: 1 }, context)), /^src\/a\.ts\n {4}1: export[^]* {4}2- const beta = 2\n {4}3: use/)
  assert.match(succeeded(await search.run({ pattern: 'call(', literal: true, path: `${home}/src` }, context)), /src\/a\.ts\n {4}4: call\(\n\[1 match in 1 file\]/)
  assert.match(succeeded(await search.run({ pattern: 'end$' }, context)), /crlf/)
  assert.match(succeeded(await search.run({ pattern: 'alpha', path: 'node_modules/dep' }, context)), /alpha in dep/)
  assert.match(succeeded(await search.run({ pattern: 'alpha', path: '-dash.txt' }, context)), /alpha dash/)
  assert.match(succeeded(await search.run({ pattern: 'const (?=beta)' }, context)), /beta = 2/)
  assert.match(succeeded(await search.run({ pattern: 'beta = 2\\nuse' }, context)), /3: use/)
})

test('bounds: matches, long lines around the match', async () => {
  const rows = succeeded(await search.run({ pattern: 'row' }, context)).split('\n')
  assert.equal(rows.length, 102)
  assert.match(rows.at(-1) ?? '', /first 100 matches in 1 file; there are more/)
  const long = succeeded(await search.run({ pattern: 'NEEDLE' }, context))
  assert.match(long, /…x+NEEDLEy+…/)
  assert.ok(long.length < 300)
})

test('errors say what to do', async () => {
  const broken = await search.run({ pattern: 'call(' }, context)
  assert.equal(broken.ok, false)
  assert.match(broken.text, /not a valid regular expression: unclosed group.*literal: true/)
  assert.match((await search.run({ pattern: 'x', glob: '{a' }, context)).text, /glob \{a is malformed/)
  assert.match((await search.run({ pattern: 'x', path: 'nowhere' }, context)).text, /nowhere does not exist/)
  assert.match((await search.run({ pattern: 'x', path: '../..' }, context)).text, /outside the repository/)
  assert.match((await search.run({ pattern: 'x', path: '.git' }, context)).text, /closed/)
  assert.match((await search.run({ pattern: 'alpha', path: '.env' }, context)).text, /files with secrets are left out/)
  assert.match(succeeded(await search.run({ pattern: 'nothing has this' }, context)), /^No match\. Ignored files/)
})
