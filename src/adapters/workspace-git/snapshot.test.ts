import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Workspace } from '../../engine/ports/workspace.ts'
import { createTestRepository, fingerprint, signal, type TestRepository } from './test-repository.ts'

describe('snapshot and rollback', () => {
  let repository: TestRepository
  let workspace: Workspace
  beforeEach(async () => {
    repository = createTestRepository()
    workspace = await repository.open()
  })
  afterEach(async () => {
    await workspace.dispose()
    repository.remove()
  })
  const at = (file: string): string => path.join(workspace.root, file)
  const put = (file: string, content: string | Uint8Array): void => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true })
    fs.writeFileSync(at(file), content)
  }

  test('a fresh worktree is exactly the tree of the base, as git itself counts it', async () => {
    assert.equal(await workspace.snapshot(signal), workspace.base.tree)
    assert.equal(workspace.base.tree, repository.git('rev-parse', 'HEAD^{tree}').trim())
  })

  test('the tree of a snapshot is what git writes for the same files, ignored ones included', async () => {
    put('deep/er/x.log', 'ignored')
    put('zz', 'z')
    put('src.txt', 'sorts between src and src/')
    put('src-b', 'too')
    fs.chmodSync(at('zz'), 0o777 & ~process.umask())
    const tree = await workspace.snapshot(signal)
    const env = { ...repository.env, GIT_INDEX_FILE: path.join(repository.home, 'index'), GIT_WORK_TREE: workspace.root, GIT_DIR: path.join(repository.root, '.git'), GIT_OBJECT_DIRECTORY: path.join(repository.home, 'objects') }
    fs.mkdirSync(path.join(repository.home, 'objects'))
    execFileSync('git', ['add', '-A', '--force', '.'], { cwd: workspace.root, env })
    assert.equal(execFileSync('git', ['write-tree'], { cwd: workspace.root, env, encoding: 'utf8' }).trim(), tree)
    execFileSync('git', ['fsck', '--strict', '--no-dangling'], { cwd: workspace.root, env: repository.env, stdio: 'pipe' })
  })

  test('every edit of the same size is seen, however soon it comes and whatever its mtime says', async () => {
    put('same', 'aaaa')
    const time = fs.statSync(at('same')).mtime
    const seen = new Set([await workspace.snapshot(signal)])
    for (let round = 0; round < 60; round++) {
      fs.writeFileSync(at('same'), `b${String(round).padStart(3, '0')}`)
      fs.utimesSync(at('same'), time, time)
      seen.add(await workspace.snapshot(signal))
    }
    assert.equal(seen.size, 61)
  })

  test('rollback brings back contents, modes, links, deletions and empty directories, and removes what is new', async () => {
    put('keep.log', 'ignored and kept')
    fs.mkdirSync(at('empty/inner'), { recursive: true })
    put('bytes', Uint8Array.from([0, 255, 13, 10, 10, 0]))
    const before = fingerprint(workspace.root, { exact: false })
    const tree = await workspace.snapshot(signal)
    put('src/a.txt', 'changed')
    fs.chmodSync(at('README.md'), 0o755)
    fs.chmodSync(at('run.sh'), 0o644)
    fs.rmSync(at('link'))
    put('link/now/a/directory', 'x')
    fs.rmSync(at('src'), { recursive: true })
    fs.symlinkSync('/etc', at('src'))
    fs.rmSync(at('empty'), { recursive: true })
    fs.rmSync(at('keep.log'))
    put('bytes', '')
    put('new.log', 'ignored and new')
    fs.mkdirSync(at('new/empty'), { recursive: true })
    execFileSync('mkfifo', [at('pipe')])
    await workspace.rollback(tree, signal)
    assert.equal(fingerprint(workspace.root, { exact: false }), before)
    assert.ok(fs.existsSync('/etc/passwd'))
    assert.equal(await workspace.snapshot(signal), tree)
  })

  test('a directory that was closed to everybody is rolled back as well', async () => {
    put('closed/in/file', 'x')
    const before = fingerprint(workspace.root, { exact: false })
    const tree = await workspace.snapshot(signal)
    put('locked/new', 'x')
    fs.chmodSync(at('closed/in/file'), 0o000)
    fs.chmodSync(at('closed/in'), 0o000)
    fs.chmodSync(at('locked'), 0o000)
    await workspace.snapshot(signal)
    await workspace.rollback(tree, signal)
    assert.equal(fingerprint(workspace.root, { exact: false }), before)
  })

  test('a repository that a command makes inside is content: snapshot, rollback and checkout hold its .git', async () => {
    put('sub/file', 'x')
    execFileSync('git', ['init', '-q', 'sub'], { cwd: workspace.root, env: repository.env })
    const empty = await workspace.snapshot(signal)
    const before = fingerprint(workspace.root, { exact: false })
    execFileSync('git', ['add', '-A'], { cwd: at('sub'), env: repository.env })
    execFileSync('git', ['commit', '-q', '-m', 'inner'], { cwd: at('sub'), env: repository.env })
    const full = await workspace.snapshot(signal)
    assert.notEqual(full, empty)
    const checkout = await workspace.checkout(full)
    assert.equal(execFileSync('git', ['log', '--format=%s'], { cwd: path.join(checkout.root, 'sub'), env: repository.env, encoding: 'utf8' }), 'inner\n')
    assert.equal(fingerprint(checkout.root, { exact: false }), fingerprint(workspace.root, { exact: false }))
    await checkout.dispose()
    await workspace.rollback(empty, signal)
    assert.equal(fingerprint(workspace.root, { exact: false }), before)
    const made = await workspace.commit({ message: 'nested', parent: workspace.base.commit, trailers: [] })
    assert.ok(made)
    assert.deepEqual((await workspace.changes(workspace.base.commit, made.commit)).map((change) => change.path), ['sub/file'])
  })

  test('names with line ends, quotes, unicode and bytes that are no text survive', async () => {
    put('new\nline "quoted" \t ünï\\back', 'x')
    fs.writeFileSync(Buffer.concat([Buffer.from(`${workspace.root}/bad-`), Buffer.from([0xff, 0xfe])]), 'y')
    const tree = await workspace.snapshot(signal)
    const before = fingerprint(workspace.root, { exact: false })
    const names = fs.readdirSync(workspace.root, { encoding: 'latin1' }).sort()
    for (const name of names) if (/^(new|bad)/.test(name)) fs.rmSync(Buffer.from(`${workspace.root}/${name}`, 'latin1'))
    await workspace.rollback(tree, signal)
    assert.deepEqual(fs.readdirSync(workspace.root, { encoding: 'latin1' }).sort(), names)
    const checkout = await workspace.checkout(tree)
    assert.equal(fingerprint(checkout.root, { exact: false }), before)
    await checkout.dispose()
    assert.ok((await workspace.listAt(tree)).includes('new\nline "quoted" \t ünï\\back'))
    assert.equal(Buffer.from((await workspace.readAt(tree, 'new\nline "quoted" \t ünï\\back')) ?? []).toString(), 'x')
  })

  test('a directory swapped for a link to outside is never written through or read', async () => {
    const outside = path.join(repository.home, 'outside')
    fs.mkdirSync(outside)
    fs.writeFileSync(path.join(outside, 'a.txt'), 'secret')
    const tree = await workspace.snapshot(signal)
    fs.rmSync(at('src'), { recursive: true })
    fs.symlinkSync(outside, at('src'))
    const linked = await workspace.snapshot(signal)
    assert.equal(await workspace.readAt(linked, 'src/a.txt'), undefined)
    await workspace.write(new Map([['src/b.txt', Buffer.from('b')]]))
    assert.deepEqual(fs.readdirSync(outside), ['a.txt'])
    assert.equal(fs.readFileSync(at('src/b.txt'), 'utf8'), 'b')
    const checkout = await workspace.checkout(linked)
    await checkout.write(new Map([['src/a.txt', undefined], ['src/deep/c.txt', Buffer.from('c')]]))
    assert.equal(fs.readFileSync(path.join(outside, 'a.txt'), 'utf8'), 'secret')
    assert.equal(fs.readFileSync(path.join(checkout.root, 'src/deep/c.txt'), 'utf8'), 'c')
    await assert.rejects(checkout.write(new Map([['../x', Buffer.from('')]])), { code: 'request-invalid' })
    await checkout.dispose()
    await workspace.rollback(tree, signal)
    assert.equal(fs.readFileSync(path.join(outside, 'a.txt'), 'utf8'), 'secret')
  })

  test('snapshots asked for at once, with a rollback between them, come one after the other', async () => {
    put('x', '1')
    const first = workspace.snapshot(signal)
    const second = workspace.snapshot(signal)
    const tree = await first
    assert.equal(await second, tree)
    put('x', '2')
    const [, afterwards] = await Promise.all([workspace.rollback(tree, signal), workspace.snapshot(signal)])
    assert.equal(afterwards, tree)
  })

  test('large files are kept; one over the limit is refused by name', async () => {
    const large = Buffer.alloc(9_000_000, 'abcdefg')
    put('large.bin', large)
    const tree = await workspace.snapshot(signal)
    put('large.bin', 'small')
    await workspace.rollback(tree, signal)
    assert.ok(fs.readFileSync(at('large.bin')).equals(large))
    const narrow = await repository.open({ maxFileBytes: 1_000, branch: 'writ/narrow' })
    fs.writeFileSync(path.join(narrow.root, 'big'), 'x'.repeat(2_000))
    await assert.rejects(narrow.snapshot(signal), (fault: Error) => fault.message.includes("'big'") && fault.message.includes('1000'))
  })

  test('an aborted signal stops a snapshot', async () => {
    await assert.rejects(workspace.snapshot(AbortSignal.abort()))
  })
})
