import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import type { ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import type { FileTools } from './create-file-tools.ts'
import { createFileTools } from './create-file-tools.ts'

const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-file-tools-')))
after(() => fs.rmSync(scratch, { recursive: true, force: true }))

let root = ''
let home = ''
let tools: FileTools
let context: ToolContext
let count = 0

beforeEach(() => {
  const place = path.join(scratch, String(count++))
  root = path.join(place, 'worktree')
  home = path.join(place, 'home')
  fs.mkdirSync(root, { recursive: true })
  fs.mkdirSync(path.join(home, 'node_modules/dep'), { recursive: true })
  fs.writeFileSync(path.join(home, 'node_modules/dep/index.js'), 'module.exports = 1\n')
  tools = createFileTools()
  const results = new Map([['call_7', Buffer.from(`${Array.from({ length: 900 }, (_, index) => `out ${index + 1}`).join('\n')}\n`)]])
  // The file tools use nothing else of the context; what they must not touch is not there.
  const partial: Partial<ToolContext> = {
    workspace: { root, home, dependencies: [{ path: 'node_modules', way: 'overlay' }] } as unknown as ToolContext['workspace'],
    seen: new Map(),
    findResult: async (callId) => results.get(callId),
    callId: 'call_1',
    signal: new AbortController().signal,
  }
  context = partial as ToolContext
})

function put(name: string, content: string | Buffer, mode?: number): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), content)
  if (mode !== undefined) fs.chmodSync(path.join(root, name), mode)
}

const get = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8')
const leftovers = (): string[] => fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.writ-'))

function succeeded(result: ToolResult): string {
  assert.ok(result.ok, result.text)
  return result.text
}

function failed(result: ToolResult, pattern: RegExp): void {
  assert.equal(result.ok, false, result.text)
  assert.match(result.text, pattern)
  assert.deepEqual(leftovers(), [])
}

test('read numbers lines, says how to go on, and accepts absolute paths of home', async () => {
  put('a.txt', Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`).join('\n'))
  const first = succeeded(await tools.read.run({ path: 'a.txt' }, context))
  assert.match(first, /^ {4}1\tline 1\n/)
  assert.match(first, /lines 1-400 of 1000; go on with from: 401/)
  assert.match(succeeded(await tools.read.run({ path: `${home}/a.txt`, from: 990, lines: 5 }, context)), /^ {2}990\tline 990[^]*994\tline 994\n\[of 1000 lines\]$/)
  failed(await tools.read.run({ path: 'a.txt', from: 2000 }, context), /has 1000 lines/)
})

test('read: directories, missing, binary, empty, long lines, BOM, other encodings', async () => {
  put('src/thing.ts', '\ufefffirst\r\nsecond\r\n')
  put('image.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0]))
  put('blob', Buffer.from([1, 2, 0, 3]))
  put('empty', '')
  put('min.js', `${'x'.repeat(5000)}\nshort\n`)
  put('latin.txt', Buffer.from('caf\xe9\n', 'latin1'))
  failed(await tools.read.run({ path: 'src' }, context), /directory; use list/)
  failed(await tools.read.run({ path: 'lib/thing.ts' }, context), /does not exist\. There is src\/thing\.ts/)
  failed(await tools.read.run({ path: 'image.png' }, context), /PNG image \(9 B\)/)
  failed(await tools.read.run({ path: 'blob' }, context), /binary data/)
  assert.equal(succeeded(await tools.read.run({ path: 'empty' }, context)), '(empty file)')
  assert.equal(succeeded(await tools.read.run({ path: 'src/thing.ts' }, context)), '    1\tfirst\n    2\tsecond')
  assert.match(succeeded(await tools.read.run({ path: 'min.js' }, context)), /\[\+4500 characters\]\n {4}2\tshort\n\[long lines are cut/)
  assert.match(succeeded(await tools.read.run({ path: 'latin.txt' }, context)), /café\n\[not UTF-8/)
})

test('read shows a kept result by range', async () => {
  assert.match(succeeded(await tools.read.run({ result: 'call_7', from: 890 }, context)), /^ {2}890\tout 890[^]*out 900$/)
  failed(await tools.read.run({ result: 'call_9' }, context), /No kept result/)
  failed(await tools.read.run({}, context), /Give path/)
})

test('read finds a range in a file that is too large to hold', async () => {
  const name = path.join(root, 'huge.log')
  const handle = fs.openSync(name, 'w')
  const line = `${'z'.repeat(63)}\n`
  for (let written = 0; written < 40; written++) fs.writeSync(handle, line.repeat(16_384))
  fs.closeSync(handle)
  fs.appendFileSync(name, 'the end\n')
  const text = succeeded(await tools.read.run({ path: 'huge.log', from: 655_361, lines: 3 }, context))
  assert.match(text, /655361\tthe end\n\[lines 655361-655361 of a file of 41\.9 MB, too large to edit/)
  failed(await tools.edit.run({ path: 'huge.log', edits: [{ find: 'the end', replace: 'x' }] }, context), /too large to edit/)
  fs.rmSync(name)
})

test('reads of dependencies come from the person\'s own; writes there are refused', async () => {
  assert.match(succeeded(await tools.read.run({ path: 'node_modules/dep/index.js' }, context)), /module\.exports/)
  failed(await tools.write.run({ path: 'node_modules/dep/new.js', content: 'x' }, context), /read-only/)
  failed(await tools.edit.run({ path: 'node_modules/dep/index.js', edits: [{ find: '1', replace: '2' }] }, context), /read-only/)
})

test('edit keeps BOM, line ends, mode and a missing final newline, and answers with a diff', async () => {
  put('run.sh', '\ufeff#!/bin/sh\r\necho old\r\nexit 0', 0o750)
  await tools.read.run({ path: 'run.sh' }, context)
  const text = succeeded(await tools.edit.run({ path: 'run.sh', edits: [{ find: 'echo old\nexit 0', replace: 'echo new\necho more\nexit 0' }] }, context))
  assert.match(text, /^edited run\.sh \(\+2 -1\)[^]*-echo old\n\+echo new\n\+echo more/)
  assert.equal(get('run.sh'), '\ufeff#!/bin/sh\r\necho new\r\necho more\r\nexit 0')
  assert.equal(fs.statSync(path.join(root, 'run.sh')).mode & 0o777, 0o750)
  assert.deepEqual(leftovers(), [])
})

test('edit keeps the bytes of a one-byte encoding, and refuses what it cannot write', async () => {
  put('latin.txt', Buffer.from('caf\xe9 old\n', 'latin1'))
  succeeded(await tools.edit.run({ path: 'latin.txt', edits: [{ find: 'old', replace: 'n\xe9w' }] }, context))
  assert.deepEqual(fs.readFileSync(path.join(root, 'latin.txt')), Buffer.from('caf\xe9 n\xe9w\n', 'latin1'))
  failed(await tools.edit.run({ path: 'latin.txt', edits: [{ find: 'caf', replace: '漢' }] }, context), /not UTF-8/)
})

test('a file changed since it was read is refused with what changed, then may be edited', async () => {
  put('a.ts', 'one\ntwo\nthree\n')
  await tools.read.run({ path: 'a.ts' }, context)
  put('a.ts', 'one\nTWO\nthree\n')
  const edit = { path: 'a.ts', edits: [{ find: 'three', replace: 'drei' }] }
  failed(await tools.edit.run(edit, context), /changed since you last saw it[^]*-two\n\+TWO[^]*counts as read now/)
  assert.equal(get('a.ts'), 'one\nTWO\nthree\n')
  succeeded(await tools.edit.run(edit, context))
  assert.equal(get('a.ts'), 'one\nTWO\ndrei\n')
  put('a.ts', 'other\n')
  failed(await tools.write.run({ path: 'a.ts', content: 'x\n' }, context), /changed since/)
  failed(await tools.patch.run({ patch: '*** Begin Patch\n*** Delete File: a.ts\n*** End Patch' }, { ...context, seen: new Map([['a.ts', '0'.repeat(64)]]) }), /changed since/)
})

test('own edits count as seen; an unread file takes only exact unique edits', async () => {
  put('a.ts', 'const a = 1\nconst b = 1\n')
  failed(await tools.edit.run({ path: 'a.ts', edits: [{ find: '1', replace: '2', all: true }] }, context), /2 places/)
  succeeded(await tools.edit.run({ path: 'a.ts', edits: [{ find: 'a = 1', replace: 'a = 2' }] }, context))
  succeeded(await tools.edit.run({ path: 'a.ts', edits: [{ find: 'b = 1', replace: 'b = 2' }] }, context))
  assert.equal(get('a.ts'), 'const a = 2\nconst b = 2\n')
})

test('write creates with parents, refuses to replace what was not read, keeps CRLF and mode', async () => {
  assert.match(succeeded(await tools.write.run({ path: 'deep/er/x.txt', content: 'a\nb\n' }, context)), /created deep\/er\/x\.txt \(2 lines, 4 B\)/)
  put('old.txt', 'a\r\nb\r\n', 0o755)
  failed(await tools.write.run({ path: 'old.txt', content: 'c\n' }, context), /exists \(6 B\) and you have not read it/)
  await tools.read.run({ path: 'old.txt' }, context)
  succeeded(await tools.write.run({ path: 'old.txt', content: 'a\nc\n' }, context))
  assert.equal(get('old.txt'), 'a\r\nc\r\n')
  assert.equal(fs.statSync(path.join(root, 'old.txt')).mode & 0o777, 0o755)
  failed(await tools.write.run({ path: 'deep', content: '' }, context), /directory/)
  failed(await tools.write.run({ path: 'old.txt/below', content: '' }, context), /not a directory/)
  failed(await tools.write.run({ path: 'n'.repeat(300), content: '' }, context), /too long/)
})

test('patch changes several files, moves with mode, and answers per file', async () => {
  put('a.ts', 'a\nb\nc\n', 0o755)
  put('gone.ts', 'x\n')
  const patch = '*** Begin Patch\n*** Update File: a.ts\n*** Move to: lib/a.ts\n a\n-b\n+B\n*** Delete File: gone.ts\n*** Add File: new/n.ts\n+hello\n*** End Patch'
  assert.match(succeeded(await tools.patch.run({ patch }, context)), /R a\.ts → lib\/a\.ts \(\+1 -1\)[^]*D gone\.ts\nA new\/n\.ts \(\+1\)/)
  assert.equal(get('lib/a.ts'), 'a\nB\nc\n')
  assert.equal(fs.statSync(path.join(root, 'lib/a.ts')).mode & 0o777, 0o755)
  assert.equal(get('new/n.ts'), 'hello\n')
  assert.deepEqual(['a.ts', 'gone.ts'].filter((name) => fs.existsSync(path.join(root, name))), [])
  assert.deepEqual(leftovers(), [])
})

test('patch: one bad section and nothing is written at all', async () => {
  put('a.ts', 'a\n')
  put('b.ts', 'b\n')
  const patch = '*** Begin Patch\n*** Update File: a.ts\n-a\n+A\n*** Add File: fresh/dir/c.ts\n+c\n*** Update File: b.ts\n-nothing like it\n+B\n*** End Patch'
  failed(await tools.patch.run({ patch }, context), /Nothing was changed, in no file\.\nb\.ts: /)
  assert.equal(get('a.ts'), 'a\n')
  assert.equal(fs.existsSync(path.join(root, 'fresh')), false)
  failed(await tools.patch.run({ patch: '*** Begin Patch\n*** Update File: a.ts\n-a\n+A\n*** Delete File: a.ts\n*** End Patch' }, context), /names it twice/)
  failed(await tools.patch.run({ patch: '*** Begin Patch\n*** Add File: a.ts\n+A\n*** End Patch' }, context), /exists already/)
})

test('list shows a bounded tree with sizes and does not go into .git or dependencies', async () => {
  put('src/a.ts', 'x'.repeat(1234))
  put('src/deep/b.ts', 'x')
  put('.git/config', '')
  put('.env', 'A=1')
  put('node_modules/.keep', '')
  for (let index = 0; index < 500; index++) put(`many/${String(index).padStart(3, '0')}`, '')
  fs.symlinkSync('/etc', path.join(root, 'etc'))
  const text = succeeded(await tools.list.run({}, context))
  assert.match(text, /^\.env {2}\(secret, closed\)\n\.git\/ {2}\(closed\)\netc {2}\(symbolic link\)\nmany\/\n/)
  assert.match(text, /… 460 more; list many/)
  assert.match(text, /node_modules\/ {2}\(dependencies, read-only\)\nsrc\/\n {2}a\.ts {2}1\.2 kB\n {2}deep\/$/)
  assert.doesNotMatch(text, /b\.ts/)
  const many = succeeded(await tools.list.run({ path: 'many' }, context))
  assert.equal(many.split('\n').length, 301)
  assert.equal(succeeded(await tools.list.run({ path: 'node_modules/dep' }, context)), 'index.js  19 B')
})

test('a directory that cannot be written leaves every file as it was', { skip: process.getuid?.() === 0 ? 'root may write everywhere' : false }, async () => {
  put('a.ts', 'a\n')
  put('locked/b.ts', 'b\n')
  fs.chmodSync(path.join(root, 'locked'), 0o555)
  failed(await tools.patch.run({ patch: '*** Begin Patch\n*** Update File: a.ts\n-a\n+A\n*** Update File: locked/b.ts\n-b\n+B\n*** End Patch' }, context), /permission denied/)
  assert.equal(get('a.ts'), 'a\n')
  fs.chmodSync(path.join(root, 'locked'), 0o755)
})
