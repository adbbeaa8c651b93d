import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { applyChanges, Conflict } from './apply-changes.ts'
import { findSecretFiles } from './find-secret-files.ts'
import { openFile } from './open-file.ts'
import type { PathRoot, ResolvedPath } from './resolve-path.ts'
import { resolvePath } from './resolve-path.ts'

const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-paths-')))
const root = path.join(scratch, 'worktree')
const home = path.join(scratch, 'home')
const workspace: PathRoot = { root, home, dependencies: [{ path: 'node_modules', way: 'overlay' }] }
const server = net.createServer()

before(async () => {
  for (const directory of ['src/sub', '.git', 'nested/.git', 'outside-target']) fs.mkdirSync(path.join(root, directory), { recursive: true })
  fs.mkdirSync(path.join(home, 'node_modules/pkg'), { recursive: true })
  fs.mkdirSync(path.join(scratch, 'secret'))
  fs.writeFileSync(path.join(scratch, 'secret/passwd'), 'root')
  fs.writeFileSync(path.join(root, 'src/a.ts'), 'a')
  fs.writeFileSync(path.join(root, '.env'), 'TOKEN=1')
  fs.writeFileSync(path.join(root, '.npmrc'), '//r.example/:_authToken=abc\n')
  fs.writeFileSync(path.join(root, 'src/.npmrc'), 'fund=false\n')
  fs.writeFileSync(path.join(home, 'node_modules/pkg/index.js'), '1')
  fs.symlinkSync('../src', path.join(home, 'node_modules/linked'))
  const links: [string, string][] = [
    ['src/in', 'sub/../a.ts'], ['src/up', '../../secret/passwd'], ['src/abs', path.join(scratch, 'secret')], ['src/home', `${home}/src/a.ts`],
    ['src/dir', 'sub'], ['src/loop', 'loop'], ['src/git', '../.git/config'], ['src/env', '../.env'], ['src/proc', '/proc/self/root/etc/passwd'],
  ]
  for (const [name, target] of links) fs.symlinkSync(target, path.join(root, name))
  execFileSync('mkfifo', [path.join(root, 'src/pipe')])
  await new Promise<void>((resolve) => server.listen(path.join(root, 'src/sock'), resolve))
})
after(() => {
  server.close()
  fs.rmSync(scratch, { recursive: true, force: true })
})

async function resolved(written: string, access: 'read' | 'write' = 'read'): Promise<string> {
  const resolution = await resolvePath(workspace, written, access)
  return resolution.ok ? `${resolution.kind} ${resolution.path}` : resolution.reason
}

test('paths inside are found, relative or by either absolute root, through inner links', async () => {
  for (const [written, expected] of [
    ['src/a.ts', 'file src/a.ts'], ['./src//sub/../a.ts', 'file src/a.ts'], [`${home}/src/a.ts`, 'file src/a.ts'], [`${root}/src`, 'directory src'], ['.', 'directory .'],
    ['src/in', 'file src/a.ts'], ['src/home', 'file src/a.ts'], ['src/dir/x', 'missing src/sub/x'], ['new/dir/x', 'missing new/dir/x'],
    ['node_modules/pkg/index.js', 'file node_modules/pkg/index.js'], ['node_modules/linked/a.ts', 'file src/a.ts'], ['src/.npmrc', 'file src/.npmrc'],
  ]) assert.equal(await resolved(written ?? ''), expected, written)
})

test('every way out is refused, and by its reason', async () => {
  for (const [written, expected] of [
    ['../secret/passwd', 'outside'], ['/etc/passwd', 'outside'], ['src/../../secret', 'outside'], [`${home}/../secret`, 'outside'], [`${home}x/a`, 'outside'],
    ['src/abs/passwd', 'link-outside'], ['src/proc', 'link-outside'], ['src/up', 'outside'], ['src/loop', 'link'], ['a\0b', 'malformed'],
    ['.git', 'git'], ['.git/config', 'git'], ['nested/.git/hooks/x', 'git'], ['.GIT/config', 'git'], ['src/git', 'git'], ['.git./x', 'git'], ['.g\u200cit/config', 'git'], ['git~1', 'git'],
    ['.env', 'secret'], ['src/env', 'secret'], ['.npmrc', 'secret'], ['new/.env.local', 'secret'], ['src/pipe', 'special'], ['src/sock', 'special'], ['src/a.ts/x', 'not-directory'],
  ]) assert.equal(await resolved(written ?? ''), expected, written)
})

test('writes go through no link and into no dependency', async () => {
  assert.equal(await resolved('src/in', 'write'), 'link')
  assert.equal(await resolved('src/dir/x', 'write'), 'link')
  assert.equal(await resolved('node_modules/pkg/index.js', 'write'), 'dependency')
  assert.equal(await resolved('node_modules/fresh/x.js', 'write'), 'dependency')
  assert.equal(await resolved('.', 'write'), 'malformed')
  assert.equal(await resolved('src/sub/new.ts', 'write'), 'missing src/sub/new.ts')
})

async function get(written: string, access: 'read' | 'write'): Promise<ResolvedPath> {
  const resolution = await resolvePath(workspace, written, access)
  assert.ok(resolution.ok)
  return resolution
}

test('a directory swapped for a link after it was judged leads nowhere', async () => {
  fs.mkdirSync(path.join(root, 'swap'))
  fs.writeFileSync(path.join(root, 'swap/passwd'), 'mine')
  const judged = await get('swap/passwd', 'write')
  const fresh = await get('swap/fresh', 'write')
  fs.rmSync(path.join(root, 'swap'), { recursive: true })
  fs.symlinkSync(path.join(scratch, 'secret'), path.join(root, 'swap'))
  await assert.rejects(openFile(judged), { code: /ELOOP|ENOTDIR/ })
  await assert.rejects(applyChanges([{ resolved: fresh, expect: undefined, bytes: Buffer.from('x') }]), { code: /ELOOP|ENOTDIR/ })
  assert.deepEqual(fs.readdirSync(path.join(scratch, 'secret')), ['passwd'])
})

test('a file swapped for a link or a pipe after it was judged is not opened, and nothing waits on it', async () => {
  fs.writeFileSync(path.join(root, 'victim'), 'mine')
  const judged = await get('victim', 'write')
  fs.rmSync(path.join(root, 'victim'))
  fs.symlinkSync(path.join(scratch, 'secret/passwd'), path.join(root, 'victim'))
  await assert.rejects(openFile(judged), { code: 'ELOOP' })
  fs.rmSync(path.join(root, 'victim'))
  execFileSync('mkfifo', [path.join(root, 'victim')])
  await assert.rejects(openFile(judged), /not a regular file/)
})

test('all or nothing: a conflict in the last file leaves the first as it was', async () => {
  fs.writeFileSync(path.join(root, 'one'), '1')
  fs.writeFileSync(path.join(root, 'two'), '2')
  const digest = '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'
  const changes = [
    { resolved: await get('one', 'write'), expect: digest, bytes: Buffer.from('one') },
    { resolved: await get('made/here/three', 'write'), expect: undefined, bytes: Buffer.from('three') },
    { resolved: await get('two', 'write'), expect: digest, bytes: undefined },
  ]
  await assert.rejects(applyChanges(changes), Conflict)
  assert.equal(fs.readFileSync(path.join(root, 'one'), 'utf8'), '1')
  assert.equal(fs.existsSync(path.join(root, 'made')), false)
  assert.deepEqual(fs.readdirSync(root).filter((name) => name.startsWith('.writ-')), [])
})

test('secret files are found by name, and by content where the name does not say', async () => {
  assert.deepEqual(await findSecretFiles(root, ['.env', '.npmrc', 'src/.npmrc', 'src/a.ts', 'missing/.npmrc', 'x.pem']), ['.env', '.npmrc', 'x.pem'])
})
