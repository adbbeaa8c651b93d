import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { TreeId } from '../../protocol/ids.ts'
import { openPersonTrees, type PersonTrees } from './person-trees.ts'
import { createTestRepository, fingerprint, type TestRepository } from './test-repository.ts'

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

function withTrees(repo: TestRepository, env: Readonly<Record<string, string>> = {}): Promise<PersonTrees> {
  return openPersonTrees(repo.root, { stateDir: repo.stateDir, env: { ...repo.env, ...env }, now: () => 1_700_000_000_000 })
}

describe('the person’s files as trees', () => {
  let repo: TestRepository
  let trees: PersonTrees
  before(async () => {
    repo = createTestRepository()
    repo.write('staged.txt', 'staged\n')
    repo.git('add', 'staged.txt')
    repo.write('staged.txt', 'staged and changed again\n')
    repo.write('untracked.txt', 'untracked\n')
    repo.write('ignored.log', 'ignored\n')
    repo.write('src/a.txt', 'one\n2\nthree\nfour\nfive\nsix\nseven\n')
    trees = await withTrees(repo)
  })
  after(() => {
    trees.dispose()
    repo.remove()
  })

  test('the working tree, the index and HEAD are three things, and looking changes none of them', async () => {
    const was = fingerprint(repo.root, { exact: true })
    const [working, staged] = [await trees.writeWorking(), await trees.writeStaged()]
    const head = await trees.toTree(trees.bases.head ?? assert.fail())
    const place = await trees.openWorkspace(working)
    assert.equal(text(await place.readAt(working, 'staged.txt')), 'staged and changed again\n')
    assert.equal(text(await place.readAt(staged, 'staged.txt')), 'staged\n')
    assert.equal(await place.readAt(head, 'staged.txt'), undefined)
    assert.deepEqual((await trees.changes(head, working)).map(({ path: file, kind }) => `${kind} ${file}`), ['added staged.txt', 'added untracked.txt', 'modified src/a.txt'].sort((a, b) => (a.slice(a.indexOf(' ')) < b.slice(b.indexOf(' ')) ? -1 : 1)))
    assert.deepEqual((await trees.changes(head, staged)).map((each) => each.path), ['staged.txt'])
    assert.deepEqual([(await place.modesAt?.(working))?.get('link'), (await place.modesAt?.(working))?.get('run.sh')], ['120000', '100755'])
    assert.equal((await place.listAt(working)).includes('ignored.log'), false)
    assert.equal(fingerprint(repo.root, { exact: true }), was)
  })

  test('checkouts have the content of their side, and go with the rest', async () => {
    const working = await trees.writeWorking()
    const place = await trees.openWorkspace(working)
    const [one, nothing] = [await place.checkout(working), await place.checkout(trees.empty)]
    assert.equal(fs.readFileSync(path.join(one.root, 'untracked.txt'), 'utf8'), 'untracked\n')
    assert.deepEqual(fs.readdirSync(nothing.root).filter((name) => name !== '.git'), [])
    await one.dispose()
    assert.equal(fs.existsSync(one.root), false)
    const own = await withTrees(repo)
    const count = fs.readdirSync(path.join(repo.stateDir, 'checks')).length
    own.dispose()
    assert.equal(fs.readdirSync(path.join(repo.stateDir, 'checks')).length, count - 1)
  })

  test('everything is new against nothing, and a file that moved is found', async () => {
    const working = await trees.writeWorking()
    const all = await trees.changes(trees.empty, working)
    assert.ok(all.every(({ kind }) => kind === 'added'))
    assert.equal(all.length, (await (await trees.openWorkspace(working)).listAt(working)).length)
    const moved = createTestRepository()
    try {
      fs.renameSync(path.join(moved.root, 'src/a.txt'), path.join(moved.root, 'moved.txt'))
      const own = await withTrees(moved)
      const head = await own.toTree(own.bases.head ?? assert.fail())
      assert.deepEqual((await own.changes(head, await own.writeWorking())).map(({ path: file, kind, from }) => ({ file, kind, from })), [{ file: 'moved.txt', kind: 'renamed', from: 'src/a.txt' }])
      own.dispose()
    } finally {
      moved.remove()
    }
  })

  test('the environment changes when a dependency is installed', async () => {
    const working = await trees.writeWorking()
    const one = (await trees.openWorkspace(working)).environment
    assert.equal((await trees.openWorkspace(working)).environment, one)
    repo.write('node_modules/.package-lock.json', '{}\n')
    assert.notEqual((await trees.openWorkspace(working)).environment, one)
  })

  test('a hook’s own index counts, as git names it', async () => {
    const other = path.join(repo.root, '.git', 'next-index-1.lock')
    fs.copyFileSync(path.join(repo.root, '.git', 'index'), other)
    try {
      const at = await withTrees(repo, { GIT_INDEX_FILE: '.git/next-index-1.lock' })
      assert.equal(await at.writeStaged(), await trees.writeStaged())
      repo.git('rm', '-q', '--cached', 'README.md')
      assert.notEqual(await trees.writeStaged(), await at.writeStaged())
      repo.git('add', 'README.md')
      at.dispose()
    } finally {
      fs.rmSync(other)
    }
  })
})

describe('what they are compared with', () => {
  test('the fork from a branch, not what came to it since; the main branch where nothing else is changed', async () => {
    const repo = createTestRepository()
    try {
      const start = repo.git('rev-parse', 'HEAD').trim()
      repo.git('switch', '-q', '-c', 'topic')
      repo.write('topic.txt', 'topic\n')
      repo.commit('topic')
      repo.git('switch', '-q', 'main')
      assert.equal(await (await withTrees(repo)).bases.findFork(), undefined)
      repo.write('main.txt', 'main\n')
      const main = repo.commit('main went on')
      repo.git('switch', '-q', 'topic')
      const { bases, dispose } = await withTrees(repo)
      assert.deepEqual(await bases.findAsked('main'), { commit: start, name: 'the merge base with main' })
      assert.deepEqual(await bases.findAsked(start), { commit: start, name: start })
      assert.deepEqual(await bases.findFork(), { commit: start, name: 'the merge base with main' })
      for (const wrong of ['nowhere', '--all', '']) await assert.rejects(bases.findAsked(wrong), /names no commit/)
      repo.git('switch', '-q', '--orphan', 'alone')
      repo.commit('nothing in common')
      assert.deepEqual(await (await withTrees(repo)).bases.findAsked('main'), { commit: main, name: 'main, which has no commit in common with HEAD' })
      dispose()
    } finally {
      repo.remove()
    }
  })

  test('a repository without a commit is all new; one with a conflict in the index says so', async () => {
    const empty = createTestRepository({ empty: true })
    const repo = createTestRepository()
    try {
      empty.write('first.txt', 'first\n')
      const first = await withTrees(empty)
      assert.equal(first.bases.head, undefined)
      assert.deepEqual((await first.changes(first.empty, await first.writeWorking())).map((each) => each.path), ['first.txt'])
      assert.equal(await first.writeStaged(), first.empty)
      repo.git('switch', '-q', '-c', 'topic')
      repo.write('README.md', 'theirs\n')
      repo.commit('theirs')
      repo.git('switch', '-q', 'main')
      repo.write('README.md', 'ours\n')
      repo.commit('ours')
      assert.throws(() => repo.git('merge', 'topic'))
      const { writeStaged, writeWorking, openWorkspace } = await withTrees(repo)
      await assert.rejects(writeStaged(), /merge conflict in 'README\.md'/)
      const working: TreeId = await writeWorking()
      assert.match(text(await (await openWorkspace(working)).readAt(working, 'README.md')) ?? '', /^<<<<<<< /)
    } finally {
      empty.remove()
      repo.remove()
    }
  })

  test('a state directory inside the repository is refused', async () => {
    const repo = createTestRepository()
    try {
      await assert.rejects(openPersonTrees(repo.root, { stateDir: path.join(repo.root, 'state'), env: repo.env, now: () => 0 }), /set XDG_STATE_HOME/)
      await assert.rejects(openPersonTrees('/', { stateDir: repo.stateDir, env: repo.env, now: () => 0 }), /is not in a git repository/)
      assert.equal(fs.existsSync(path.join(repo.root, 'state')), false)
    } finally {
      repo.remove()
    }
  })
})
