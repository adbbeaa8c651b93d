import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Workspace, Workspaces } from '../../engine/ports/workspace.ts'
import type { WorkspacePool } from '../../engine/ports/workspace-pool.ts'
import type { CommitId, RunId } from '../../protocol/ids.ts'
import { createGitWorkspaces } from './git-workspaces.ts'
import { createWorkspaceLeftoverFinder } from './leftovers.ts'
import { poolWorkspaces } from './pool-workspaces.ts'
import { createRunRepositories } from './run-repositories.ts'
import { createTestRepository, fingerprint, run, signal, type TestRepository } from './test-repository.ts'
import { createWorktreePool } from './worktree-pool.ts'

interface Bench {
  readonly repository: TestRepository
  readonly workspaces: Workspaces
  readonly pool: WorkspacePool
  readonly parent: Workspace
  readonly base: CommitId
  readonly poolDir: string
  newPool(): Promise<WorkspacePool>
  /** Commits in the parent. Undefined removes a file. */
  commit(files: Readonly<Record<string, string | undefined>>, on: CommitId, change?: (root: string) => void): Promise<CommitId>
  start(base: CommitId, name?: string): Promise<Workspace>
}

const toRun = (n: number): RunId => `run_${String(n).padStart(16, '0')}` as RunId
let count = 0

async function openBench(files: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const repository = createTestRepository()
  for (const [name, content] of Object.entries(files)) repository.write(name, content)
  const base = repository.commit('base')
  const options = { stateDir: repository.stateDir, env: repository.env }
  const repositories = createRunRepositories(options)
  const workspaces = createGitWorkspaces(options, repositories)
  const parent = await workspaces.create({ run, repository: repository.root, base, branch: 'writ/parent' })
  const newPool = (): Promise<WorkspacePool> => createWorktreePool({ ...options, run, repository: repository.root, repositories, workspaces })
  const pool = await newPool()
  return {
    repository, workspaces, pool, parent, base, newPool, poolDir: path.join(repository.stateDir, 'runs', run, 'pool'),
    commit: async (changed, on, change) => {
      await parent.write(new Map(Object.entries(changed).map(([name, text]) => [name, text === undefined ? undefined : Buffer.from(text)])))
      change?.(parent.root)
      const made = await parent.commit({ message: 'integrated', parent: on, trailers: [] })
      assert.ok(made)
      return made.commit
    },
    start: (at) => pool.start({ run: toRun(++count), repository: repository.root, base: at, branch: 'writ/child' }),
  }
}

describe('worktrees that are kept ready', () => {
  let bench: Bench
  let opened: Workspace[]
  beforeEach(async () => {
    opened = []
    bench = await openBench({ 'package.json': '{}\n', 'sub/deep/x.txt': 'x\n', 'sub/y.txt': 'y\n' })
  })
  afterEach(async () => {
    for (const workspace of opened) await workspace.dispose()
    await bench.pool.dispose()
    await bench.parent.dispose()
    bench.repository.remove()
  })
  const start = async (at: CommitId): Promise<Workspace> => {
    const workspace = await bench.start(at)
    opened.push(workspace)
    return workspace
  }
  /** The same from nothing. */
  const toFingerprint = async (at: CommitId): Promise<string> => {
    const own = toRun(++count)
    await bench.workspaces.bring(run, { run: own, repository: bench.repository.root })
    const made = await bench.workspaces.create({ run: own, repository: bench.repository.root, base: at, branch: 'writ/fresh' })
    opened.push(made)
    return show(made)
  }
  const show = (workspace: Workspace): string => fingerprint(workspace.root, { exact: false, skip: /^\.git$/ })
  const git = (workspace: Workspace, ...args: string[]): string => execFileSync('git', args, { cwd: workspace.root, env: bench.repository.env, encoding: 'utf8' })

  /** Everything that a workspace promises holds of this one. */
  const requireWhole = async (workspace: Workspace, at: CommitId): Promise<void> => {
    assert.equal(workspace.base.commit, at)
    assert.equal(show(workspace), await toFingerprint(at))
    assert.equal(git(workspace, 'status', '--porcelain'), '')
    assert.equal(git(workspace, 'rev-parse', 'HEAD').trim(), at)
    const before = await workspace.snapshot(signal)
    assert.equal(before, workspace.base.tree)
    fs.writeFileSync(path.join(workspace.root, 'ignored.log'), 'ignored\n')
    fs.chmodSync(path.join(workspace.root, 'README.md'), 0o600)
    fs.mkdirSync(path.join(workspace.root, 'empty'))
    await workspace.write(new Map([['src/a.txt', Buffer.from('changed\n')], ['run.sh', undefined]]))
    const changed = await workspace.snapshot(signal)
    assert.deepEqual((await workspace.changes(before, changed)).map(({ path: name, kind }) => [name, kind]), [['ignored.log', 'added'], ['run.sh', 'deleted'], ['src/a.txt', 'modified']])
    const held = show(workspace)
    await workspace.rollback(before, signal)
    assert.equal(show(workspace), await toFingerprint(at))
    await workspace.rollback(changed, signal)
    assert.equal(show(workspace), held)
    const made = await workspace.commit({ message: 'child', parent: at, trailers: [] })
    assert.deepEqual(git(workspace, 'diff', '--name-status', at, made?.commit ?? '').trim().split('\n'), ['D\trun.sh', 'M\tsrc/a.txt'])
  }

  test('one that is ready serves a child as one made from nothing', async () => {
    await bench.pool.fill(1, bench.base, signal)
    const made = fs.statSync(path.join(bench.poolDir, fs.readdirSync(bench.poolDir)[0] ?? '', 'work')).ino
    const child = await start(bench.base)
    assert.equal(fs.statSync(child.root).ino, made)
    assert.equal(bench.pool.ready, 0)
    await requireWhole(child, bench.base)
  })

  test('it is brought to the newest commit, whatever was added, changed, moved or removed', async () => {
    await bench.pool.fill(1, bench.base, signal)
    const one = await bench.commit({ 'src/a.txt': 'one\n', 'sub/deep/x.txt': undefined, 'new/place/z.txt': 'z\n', 'sub/y.txt': undefined, 'sub': 'now a file\n' }, bench.base)
    const two = await bench.commit({ 'README.md': undefined, 'README.md/in.txt': 'now a folder\n', 'src/b.txt': 'b\n' }, one, (root) => {
      fs.rmSync(path.join(root, 'link'))
      fs.symlinkSync('src/b.txt', path.join(root, 'link'))
      fs.chmodSync(path.join(root, 'src/a.txt'), 0o755)
    })
    const child = await start(two)
    assert.equal(child.base.commit, two)
    assert.equal(show(child), await toFingerprint(two))
    assert.equal(git(child, 'status', '--porcelain'), '')
    assert.equal(await child.snapshot(signal), child.base.tree)
    await child.write(new Map([['src/a.txt', Buffer.from('child\n')]]))
    await child.rollback(child.base.tree, signal)
    assert.equal(show(child), await toFingerprint(two))
  })

  test('what a child left is not there for the next one', async () => {
    await bench.pool.fill(1, bench.base, signal)
    const first = await start(bench.base)
    fs.writeFileSync(path.join(first.root, 'left.log'), 'left\n')
    fs.mkdirSync(path.join(first.root, 'sub/nested/.git'), { recursive: true })
    fs.writeFileSync(path.join(first.root, 'sub/nested/.git/HEAD'), 'ref: refs/heads/main\n')
    fs.mkdirSync(path.join(first.root, 'closed'), { mode: 0o700 })
    fs.chmodSync(path.join(first.root, 'src'), 0o500)
    fs.chmodSync(path.join(first.root, 'src/a.txt'), 0o400)
    execFileSync('mkfifo', [path.join(first.root, 'pipe')])
    fs.rmSync(path.join(first.root, 'README.md'))
    await first.write(new Map([['run.sh', Buffer.from('#!/bin/sh\necho other\n')]]))
    await first.commit({ message: 'child', parent: bench.base, trailers: [] })
    const { ino } = fs.statSync(first.root)
    await first.dispose()
    assert.equal(bench.pool.ready, 1)
    const second = await start(await bench.commit({ 'run.sh': '#!/bin/sh\necho newest\n' }, bench.base))
    assert.equal(fs.statSync(second.root).ino, ino)
    await requireWhole(second, second.base.commit)
  })

  test('several at once never get the same; those who come late have one made', async () => {
    await bench.pool.fill(2, bench.base, signal)
    const children = await Promise.all([1, 2, 3, 4].map(() => start(bench.base)))
    assert.equal(new Set(children.map(({ root }) => fs.statSync(root).ino)).size, 4)
    assert.equal(new Set(children.map(({ root }) => root)).size, 4)
    for (const child of children) assert.equal(show(child), await toFingerprint(bench.base))
    assert.equal(bench.pool.ready, 0)
  })

  test('who comes while they are made waits for those, and no more are made than asked for', async () => {
    const filling = bench.pool.fill(2, bench.base, signal)
    const children = await Promise.all([1, 2].map(() => start(bench.base)))
    await filling
    assert.equal(bench.pool.ready, 0)
    for (const child of children) await child.dispose()
    opened = []
    assert.equal(bench.pool.ready, 2)
  })

  test('installed dependencies are mounted, and what a commit holds itself is no dependency', async () => {
    bench.repository.write('node_modules/m/index.js', 'm\n')
    await bench.pool.fill(2, bench.base, signal)
    const child = await start(bench.base)
    assert.deepEqual(child.dependencies, [{ path: 'node_modules', way: 'overlay' }])
    assert.deepEqual(fs.readdirSync(path.join(child.root, 'node_modules')), [])
    const held = bench.repository.git('hash-object', '-w', '--stdin').trim()
    const vendored = await bench.commit({ '.gitignore': '*.log\n', 'node_modules/own.js': 'own\n' }, bench.base)
    assert.equal(held.length, 40)
    const other = await start(vendored)
    assert.deepEqual(other.dependencies, [])
    assert.equal(fs.readFileSync(path.join(other.root, 'node_modules/own.js'), 'utf8'), 'own\n')
  })

  test('an entry that somebody removed is made anew', async () => {
    await bench.pool.fill(1, bench.base, signal)
    fs.rmSync(bench.poolDir, { recursive: true })
    await requireWhole(await start(bench.base), bench.base)
  })

  test('what a killed process left is found, goes with the next pool, and a child half begun is made anew', async () => {
    const script = path.join(bench.repository.home, 'killed.ts')
    const at = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name))
    fs.writeFileSync(script, `import { createGitWorkspaces } from ${at('git-workspaces.ts')}
import { createRunRepositories } from ${at('run-repositories.ts')}
import { createWorktreePool } from ${at('worktree-pool.ts')}
import fs from 'node:fs'
const options = { stateDir: ${JSON.stringify(bench.repository.stateDir)}, env: ${JSON.stringify(bench.repository.env)} }
const repositories = createRunRepositories(options)
const workspaces = createGitWorkspaces(options, repositories)
const pool = await createWorktreePool({ ...options, run: '${run}', repository: ${JSON.stringify(bench.repository.root)}, repositories, workspaces })
await pool.fill(2, '${bench.base}', new AbortController().signal)
const rename = fs.renameSync
// The last step of handing out is the worktree's final name.
fs.renameSync = (from, to) => (String(to).endsWith('/work') ? process.kill(process.pid, 'SIGKILL') : rename(from, to))
await pool.start({ run: '${toRun(777)}', repository: ${JSON.stringify(bench.repository.root)}, base: '${bench.base}', branch: 'writ/child' })
`)
    const killed = spawn(process.execPath, [script], { stdio: 'inherit' })
    assert.equal(((await once(killed, 'close')) as [number | null, string | null])[1], 'SIGKILL')
    const found = await createWorkspaceLeftoverFinder({ stateDir: bench.repository.stateDir, runs: [{ run, hasEnded: false, isDead: () => true }] }).find()
    assert.deepEqual(found.map(({ why }) => why), ['a worktree that was kept ready by a run that has no owner'])
    assert.equal(bench.workspaces.isThere(toRun(777)), false)
    const later = await bench.newPool()
    assert.equal(later.ready, 0)
    const child = await later.start({ run: toRun(777), repository: bench.repository.root, base: bench.base, branch: 'writ/child' })
    opened.push(child)
    assert.equal(fs.existsSync(bench.poolDir), false)
    await requireWhole(child, bench.base)
  })

  test('a child that was begun from the pool is found again by another process', async () => {
    await bench.pool.fill(1, bench.base, signal)
    const newest = await bench.commit({ 'src/a.txt': 'newest\n' }, bench.base)
    const child = await start(newest)
    await child.write(new Map([['src/b.txt', Buffer.from('b\n')]]))
    const last = await child.snapshot(signal)
    const own = toRun(count)
    const options = { stateDir: bench.repository.stateDir, env: bench.repository.env }
    const again = await createGitWorkspaces(options).reopen({ run: own, repository: bench.repository.root, base: newest, branch: 'writ/child', last })
    assert.equal(await again.snapshot(signal), last)
  })

  test('the pool takes nothing back once it is gone, and leaves nothing', async () => {
    await bench.pool.fill(2, bench.base, signal)
    const child = await start(bench.base)
    await bench.pool.dispose()
    await child.dispose()
    assert.equal(fs.existsSync(bench.poolDir), false)
    assert.equal(fs.existsSync(child.root), false)
  })
})

test('a run with children keeps worktrees ready from its beginning to its end', async () => {
  const bench = await openBench()
  try {
    await bench.parent.dispose()
    const { parent, child } = poolWorkspaces(bench.workspaces, bench.pool, { count: 2, note: (text) => assert.fail(text) })
    const own = await parent.create({ run, repository: bench.repository.root, base: bench.base, branch: 'writ/parent' })
    const one = await child.create({ run: toRun(++count), repository: bench.repository.root, base: bench.base, branch: 'writ/one' })
    assert.equal(await one.snapshot(signal), one.base.tree)
    await one.dispose()
    await own.dispose()
    assert.equal(fs.existsSync(bench.poolDir), false)
    assert.equal(fs.existsSync(own.root), false)
  } finally {
    bench.repository.remove()
  }
})

test('where contents are converted, a child still sees its base as unchanged', async () => {
  const bench = await openBench({ '.gitattributes': '*.crlf text eol=crlf\n', 'a.crlf': 'one\ntwo\n', 'b.txt': 'b\n' })
  try {
    await bench.pool.fill(2, bench.base, signal)
    const newest = await bench.commit({ 'b.txt': 'c\n', 'c.crlf': 'three\nfour\n' }, bench.base)
    const child = await bench.start(newest)
    assert.equal(fs.readFileSync(path.join(child.root, 'c.crlf'), 'utf8'), 'three\r\nfour\r\n')
    const before = await child.snapshot(signal)
    assert.deepEqual(await child.changes(child.base.commit, before), [])
    await child.write(new Map([['c.crlf', Buffer.from('other\r\n')]]))
    await child.rollback(child.base.tree, signal)
    assert.equal(fs.readFileSync(path.join(child.root, 'c.crlf'), 'utf8'), 'three\r\nfour\r\n')
    await child.dispose()
    // One of a repository whose attributes came with the newest commit.
    const attributed = await bench.commit({ '.gitattributes': '*.crlf text eol=crlf\n*.txt text eol=crlf\n' }, newest)
    const later = await bench.start(attributed)
    assert.deepEqual(await later.changes(attributed, await later.snapshot(signal)), [])
    await later.dispose()
  } finally {
    await bench.pool.dispose()
    await bench.parent.dispose()
    bench.repository.remove()
  }
})
