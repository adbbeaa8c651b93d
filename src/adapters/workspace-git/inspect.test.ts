import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { createTestRepository, fingerprint, run, signal, type TestRepository } from './test-repository.ts'

async function withRepository(options: Parameters<typeof createTestRepository>[0], work: (repository: TestRepository) => Promise<void>): Promise<void> {
  const repository = createTestRepository(options)
  try {
    await work(repository)
  } finally {
    repository.remove()
  }
}

/** Edits, commits, publishes and reads back: what every kind of repository must allow. */
async function roundTrip(repository: TestRepository): Promise<void> {
  const workspace = await repository.open()
  assert.equal(await workspace.snapshot(signal), workspace.base.tree)
  await workspace.write(new Map([['new file ü.txt', Buffer.from('new\n')]]))
  const made = await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] })
  assert.ok(made)
  const checkout = await workspace.checkout(made.commit)
  assert.equal(fs.readFileSync(path.join(checkout.root, 'new file ü.txt'), 'utf8'), 'new\n')
  await workspace.publish(made.commit, undefined)
  assert.equal(repository.git('show', 'writ/test:new file ü.txt'), 'new\n')
  await workspace.dispose()
}

describe('inspect', () => {
  test('finds the root, the branch and the base from a subdirectory', () => withRepository({}, async (repository) => {
    const first = repository.git('rev-parse', 'HEAD').trim()
    const second = repository.commit('second')
    const found = await repository.workspaces().inspect(path.join(repository.root, 'src'), { includeDirty: false, run, base: 'HEAD~1' })
    assert.deepEqual(found, { root: repository.root, branch: 'main', head: second, base: first, dirty: false })
    repository.git('switch', '-q', '--detach')
    repository.write('untracked', '')
    const detached = await repository.workspaces().inspect(repository.root, { includeDirty: false, run })
    assert.equal(detached.branch, undefined)
    assert.equal(detached.dirty, true)
    assert.equal(detached.base, second)
  }))

  test('says what to do where the repository cannot be used', () => withRepository({ empty: true }, async (repository) => {
    const inspect = (directory: string, base?: string): Promise<unknown> => repository.workspaces().inspect(directory, { includeDirty: false, run, ...(base === undefined ? {} : { base }) })
    await assert.rejects(inspect(repository.root), { code: 'repository-unusable', message: /no commit yet.*git add -A && git commit/ })
    await assert.rejects(inspect(repository.home), { code: 'repository-unusable', message: /not in a git repository.*git init/ })
    await assert.rejects(inspect(path.join(repository.home, 'none')), { code: 'repository-unusable', message: /not a directory/ })
    repository.commit('first')
    await assert.rejects(inspect(repository.root, 'nosuch'), { code: 'request-invalid', message: /'nosuch'/ })
    await assert.rejects(inspect(repository.root, '--all'), { code: 'request-invalid' })
    await assert.rejects(inspect(path.join(repository.root, '.git')), { code: 'repository-unusable', message: /inside a \.git directory/ })
    execFileSync('git', ['clone', '-q', '--bare', repository.root, path.join(repository.home, 'bare')], { env: repository.env })
    await assert.rejects(inspect(path.join(repository.home, 'bare')), { code: 'repository-unusable', message: /bare/ })
    const inside = repository.workspaces({ stateDir: path.join(repository.root, 'state') })
    await assert.rejects(inside.inspect(repository.root, { includeDirty: false, run }), { code: 'repository-unusable', message: /XDG_STATE_HOME/ })
    await assert.rejects(repository.workspaces({ gitPath: '/no/such/git' }).inspect(repository.root, { includeDirty: false, run }), { code: 'git-failed', message: /install git/ })
  }))

  test('with includeDirty the base holds staged, unstaged and untracked changes, and the repository stays as it is', () => withRepository({}, async (repository) => {
    repository.write('staged', 'staged\n')
    repository.git('add', 'staged')
    repository.write('src/a.txt', 'unstaged\n')
    repository.write('dir/untracked', 'untracked\n')
    repository.write('secret.log', 'ignored\n')
    repository.write('inner/file', 'x')
    execFileSync('git', ['init', '-q'], { cwd: path.join(repository.root, 'inner'), env: repository.env })
    fs.rmSync(path.join(repository.root, 'link'))
    const before = fingerprint(repository.root, { exact: true })
    const workspace = await repository.open({ includeDirty: true })
    assert.equal(fingerprint(repository.root, { exact: true }), before)
    const changes = await workspace.changes(repository.git('rev-parse', 'HEAD').trim() as typeof workspace.base.commit, workspace.base.commit)
    assert.deepEqual(changes.map(({ kind, path: file }) => [kind, file]), [['added', 'dir/untracked'], ['deleted', 'link'], ['modified', 'src/a.txt'], ['added', 'staged']])
    assert.equal(await workspace.snapshot(signal), workspace.base.tree)
    await workspace.write(new Map([['x', Buffer.from('x')]]))
    const made = await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] })
    assert.ok(made)
    await workspace.publish(made.commit, undefined)
    repository.git('fsck', '--strict')
    assert.equal(repository.git('show', 'writ/test:dir/untracked'), 'untracked\n')
  }))

  test('an edit of the same size in the same moment as the index is part of the dirty base', () => withRepository({}, async (repository) => {
    repository.write('same', 'aaaa')
    repository.git('add', 'same')
    repository.write('same', 'bbbb')
    const workspace = await repository.open({ includeDirty: true })
    assert.equal(fs.readFileSync(path.join(workspace.root, 'same'), 'utf8'), 'bbbb')
  }))

  test('conflicts are named when the changes should come along', () => withRepository({}, async (repository) => {
    repository.git('switch', '-q', '-c', 'other')
    repository.write('README.md', 'other\n')
    repository.commit('other')
    repository.git('switch', '-q', 'main')
    repository.write('README.md', 'mine\n')
    repository.commit('mine')
    assert.throws(() => repository.git('merge', 'other'))
    await assert.rejects(repository.workspaces().inspect(repository.root, { includeDirty: true, run }), { code: 'repository-unusable', message: /'README.md' has merge conflicts/ })
  }))
})

describe('kinds of repositories', () => {
  test('a path with spaces, quotes and unicode', () => withRepository({ name: `my "repo" ü: it's` }, roundTrip))
  test('SHA-256', () => withRepository({ init: ['--object-format=sha256'] }, roundTrip))
  test('packed refs and objects', () => withRepository({}, async (repository) => {
    repository.git('gc', '-q')
    await roundTrip(repository)
  }))

  test('a linked worktree, itself of a clone that borrows objects', () => withRepository({}, async (repository) => {
    const shared = path.join(repository.home, 'shared')
    execFileSync('git', ['clone', '-q', '--shared', repository.root, shared], { env: repository.env })
    const linked = path.join(repository.home, 'linked')
    execFileSync('git', ['worktree', 'add', '-q', '-b', 'side', linked], { cwd: shared, env: repository.env })
    const workspaces = repository.workspaces()
    const found = await workspaces.inspect(linked, { includeDirty: false, run })
    assert.equal(found.root, linked)
    assert.equal(found.branch, 'side')
    const workspace = await workspaces.create({ run, repository: linked, base: found.base, branch: 'writ/linked' })
    await workspace.write(new Map([['x', Buffer.from('x')]]))
    const made = await workspace.commit({ message: 'x', parent: found.base, trailers: [] })
    assert.ok(made)
    await workspace.publish(made.commit, undefined)
    assert.equal(execFileSync('git', ['show', 'writ/linked:x'], { cwd: shared, env: repository.env, encoding: 'utf8' }), 'x')
  }))

  test('a shallow clone', () => withRepository({}, async (repository) => {
    repository.commit('second')
    const shallow = path.join(repository.home, 'shallow')
    execFileSync('git', ['clone', '-q', '--depth=1', `file://${repository.root}`, shallow], { env: repository.env })
    const workspaces = repository.workspaces()
    const found = await workspaces.inspect(shallow, { includeDirty: false, run })
    const workspace = await workspaces.create({ run, repository: shallow, base: found.base, branch: 'writ/shallow' })
    assert.equal(execFileSync('git', ['log', '--format=%s'], { cwd: workspace.root, env: repository.env, encoding: 'utf8' }), 'second\n')
    await workspace.write(new Map([['x', Buffer.from('x')]]))
    const made = await workspace.commit({ message: 'x', parent: found.base, trailers: [] })
    assert.ok(made)
    await workspace.publish(made.commit, undefined)
    assert.equal(execFileSync('git', ['show', 'writ/shallow:x'], { cwd: shallow, env: repository.env, encoding: 'utf8' }), 'x')
  }))

  test('a submodule stays what it is, as an empty directory; files put there are content', () => withRepository({}, async (repository) => {
    const library = path.join(repository.home, 'library')
    execFileSync('git', ['clone', '-q', repository.root, library], { env: repository.env })
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib')
    repository.commit('submodule')
    const workspace = await repository.open()
    assert.deepEqual(fs.readdirSync(path.join(workspace.root, 'lib')), [])
    assert.equal(await workspace.snapshot(signal), workspace.base.tree)
    assert.equal(await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] }), undefined)
    await workspace.write(new Map([['lib/file', Buffer.from('x')]]))
    assert.notEqual(await workspace.snapshot(signal), workspace.base.tree)
    await workspace.rollback(workspace.base.tree, signal)
    assert.deepEqual(fs.readdirSync(path.join(workspace.root, 'lib')), [])
  }))

  test('line ends are converted as the person has it, and an untouched file is no change', () => withRepository({}, async (repository) => {
    repository.git('config', 'core.autocrlf', 'true')
    repository.write('.gitattributes', '*.bat text eol=crlf\n*.bin -text\n')
    repository.write('win.bat', 'a\r\nb\r\n')
    repository.write('raw.bin', 'a\r\nb\n')
    repository.commit('crlf')
    const workspace = await repository.open()
    const read = (root: string, file: string): string => fs.readFileSync(path.join(root, file), 'latin1')
    assert.equal(read(workspace.root, 'README.md'), 'hello\r\n')
    assert.equal(read(workspace.root, 'win.bat'), 'a\r\nb\r\n')
    const fresh = await workspace.snapshot(signal)
    assert.deepEqual(await workspace.changes(workspace.base.commit, fresh), [])
    assert.equal(await workspace.diff(workspace.base.commit, fresh, { maxBytes: 10_000 }), '')
    assert.equal(await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] }), undefined)
    await workspace.write(new Map([['win.bat', Buffer.from('a\r\nc\r\n')], ['raw.bin', Buffer.from('x\r\ny\n')]]))
    const tree = await workspace.snapshot(signal)
    assert.deepEqual((await workspace.changes(workspace.base.commit, tree)).map((change) => change.path), ['raw.bin', 'win.bat'])
    const made = await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] })
    assert.ok(made)
    assert.equal(Buffer.from((await workspace.readAt(made.commit, 'win.bat')) ?? []).toString(), 'a\nc\n')
    for (const at of [made.commit, made.tree, tree]) {
      const checkout = await workspace.checkout(at)
      assert.equal(fingerprint(checkout.root, { exact: false }), fingerprint(workspace.root, { exact: false }))
      await checkout.dispose()
    }
    await workspace.rollback(workspace.base.tree, signal)
    assert.equal(await workspace.snapshot(signal), fresh)
  }))
})
