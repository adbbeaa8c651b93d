import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { findHead, findPlainRepository } from './plain-repository.ts'
import { createTestRepository, run, signal, type TestRepository } from './test-repository.ts'

async function withRepository(work: (repository: TestRepository) => Promise<void> | void): Promise<void> {
  const repository = createTestRepository()
  try {
    await work(repository)
  } finally {
    repository.remove()
  }
}

describe('a plain repository', () => {
  test('is found from below, with the branch and commit that git names', () => withRepository((repository) => {
    const found = findPlainRepository(path.join(repository.root, 'src'), {})
    assert.deepEqual(found, { root: repository.root, gitDir: path.join(repository.root, '.git'), isShallow: false })
    const check = (branch: string | undefined): void => {
      const gitDir = path.join(repository.root, '.git')
      assert.deepEqual(findHead(gitDir, gitDir, 40), { branch, head: repository.git('rev-parse', 'HEAD').trim() })
    }
    check('main')
    repository.git('switch', '-q', '-c', 'feature/one.two')
    check('feature/one.two')
    repository.git('pack-refs', '--all')
    check('feature/one.two')
    repository.commit('later')
    check('feature/one.two')
    repository.git('switch', '-q', '--detach')
    check(undefined)
  }))

  test('is left to git where it is anything else', () => withRepository(async (repository) => {
    const gitDir = path.join(repository.root, '.git')
    repository.git('worktree', 'add', '-q', '../linked')
    assert.equal(findPlainRepository(path.join(repository.home, 'linked'), {}), undefined)
    assert.equal(findPlainRepository(gitDir, {}), undefined)
    assert.equal(findPlainRepository(path.join(gitDir, 'refs'), {}), undefined)
    assert.equal(findPlainRepository(repository.root, { GIT_CEILING_DIRECTORIES: repository.home }), undefined)
    const config = fs.readFileSync(path.join(gitDir, 'config'), 'utf8')
    for (const line of ['[include]\n\tpath = x', '[includeIf "gitdir:/"]\n\tpath = x', '[core]\n\tworktree = /', '[core]\n\tbare = true', '[extensions]\n\tpartialClone = x', '[core]\n\trepositoryformatversion = 1', '[core] bare = true', '[broken']) {
      fs.writeFileSync(path.join(gitDir, 'config'), line.includes('version') ? config.replace(/repositoryformatversion = 0/, 'repositoryformatversion = 1') : `${config}${line}\n`)
      assert.equal(findPlainRepository(repository.root, {}), undefined, line)
    }
    fs.writeFileSync(path.join(gitDir, 'config'), config)
    repository.git('tag', 'main')
    assert.equal(findHead(gitDir, gitDir, 40), undefined)
    repository.git('tag', '-d', 'main')
    repository.git('switch', '-q', '--orphan', 'nothing')
    assert.equal(findHead(gitDir, gitDir, 40), undefined)
    await assert.rejects(repository.workspaces().inspect(repository.root, { includeDirty: false, run }), { code: 'repository-unusable' })
  }))
})

describe('a worktree that was filled without git', () => {
  test('has an index that git believes, with links, modes and submodules', () => withRepository(async (repository) => {
    repository.git('init', '-q', 'sub')
    execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'inner'], { cwd: path.join(repository.root, 'sub'), env: repository.env })
    repository.write('deep/er/än.txt', 'x')
    repository.write(`${'n'.repeat(200)}/${'m'.repeat(200)}.txt`, 'x')
    repository.commit('more')
    const workspace = await repository.open()
    // `diff-files` trusts what the index says of each file and refreshes nothing.
    const gitDir = path.join(repository.stateDir, 'runs', run, 'git')
    const inside = (...args: string[]): string => execFileSync('git', args, { cwd: workspace.root, env: { ...repository.env, GIT_OPTIONAL_LOCKS: '0' }, encoding: 'utf8' })
    assert.equal(inside('diff-files', '--raw'), '')
    assert.equal(inside('diff-index', '--cached', 'HEAD'), '')
    assert.equal(inside('ls-files', '--stage'), repository.git('ls-files', '--stage'))
    assert.equal(inside('fsck', '--no-dangling'), '')
    assert.ok(fs.existsSync(path.join(gitDir, 'index')))
    assert.equal(await workspace.snapshot(signal), workspace.base.tree)
    assert.equal(await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] }), undefined)
    const checkout = await workspace.checkout(workspace.base.commit)
    assert.equal(execFileSync('git', ['status', '--porcelain'], { cwd: checkout.root, env: { ...repository.env, GIT_OPTIONAL_LOCKS: '0' }, encoding: 'utf8' }), '')
    await checkout.dispose()
  }))

  test('never follows a name that leads outside', () => withRepository(async (repository) => {
    const blob = repository.git('rev-parse', 'HEAD:README.md').trim()
    const inside = execFileSync('git', ['mktree'], { cwd: repository.root, env: repository.env, encoding: 'utf8', input: `100644 blob ${blob}\tconfig\n` }).trim()
    const body = Buffer.concat([Buffer.from('40000 ..\0'), Buffer.from(inside, 'hex')])
    const file = path.join(repository.home, 'tree')
    fs.writeFileSync(file, body)
    const tree = repository.git('hash-object', '-t', 'tree', '-w', '--literally', file).trim()
    const commit = repository.git('commit-tree', '-m', 'x', tree).trim()
    await assert.rejects(repository.open({ base: commit }), { code: 'git-failed' })
    assert.ok(!fs.existsSync(path.join(repository.stateDir, 'runs', run, 'config')))
  }))
})
