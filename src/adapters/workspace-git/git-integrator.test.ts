import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import type { Conflict, MergeStrategy } from '../../protocol/integration.ts'
import type { CommitId } from '../../protocol/ids.ts'
import { openIntegratorBench, type IntegratorBench } from './integrator-bench.ts'

const lines = (...changed: readonly (readonly [number, string])[]): string => {
  const all = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`)
  for (const [at, text] of changed) all[at - 1] = text
  return `${all.join('\n')}\n`
}
const files = { 'text.txt': lines(), 'other.txt': lines([1, 'other']), 'long.txt': lines([2, 'long']), 'bin.dat': Buffer.from([0, 1, 2, 0, 255]), 'dir/in.txt': 'in\n', 'go.sum': 'a v1\nb v1\n', 'lock.txt': 'v1\n' }
const short = (conflicts: readonly Conflict[]): readonly unknown[] => conflicts.map(({ path: at, kind, base, ours, theirs }) => [at, kind, [base, ours, theirs].map((side) => (side === undefined ? '-' : side.mode.slice(-3))).join(' ')])

describe('the work of several tasks', () => {
  let bench: IntegratorBench
  beforeEach(async () => {
    bench = await openIntegratorBench(files)
  })
  afterEach(() => bench.remove())

  /** Integrates the first, and says what became of the second. */
  const meet = async (one: Parameters<IntegratorBench['child']>[1], other: Parameters<IntegratorBench['child']>[1], options: { change?: readonly (((root: string) => void) | undefined)[]; strategies?: readonly MergeStrategy[] } = {}) => {
    const [first, second] = [await bench.child('t1', one, { ...(options.change?.[0] ? { change: options.change[0] } : {}) }), await bench.child('t2', other, { ...(options.change?.[1] ? { change: options.change[1] } : {}) })]
    assert.deepEqual(await bench.integrate(first).then((done) => 'moved' in done && done.moved), true)
    const merged = await bench.merge(second, options.strategies)
    return { merged, second, show: (file: string): string => bench.git('cat-file', 'blob', `${merged.tree}:${file}`) }
  }

  test('different places of the same file go together', async () => {
    const { merged, show } = await meet({ 'text.txt': lines([1, 'one']) }, { 'text.txt': lines([12, 'two']), 'new.txt': 'new\n' })
    assert.deepEqual(merged.conflicts, [])
    assert.equal(show('text.txt'), lines([1, 'one'], [12, 'two']))
    assert.deepEqual([merged.changedOurs, merged.changedTheirs], [['text.txt'], ['new.txt', 'text.txt']])
  })

  test('the line stays straight, and each commit names its task', async () => {
    for (const [index, task] of ['t1', 't2', 't3'].entries()) await bench.integrate(await bench.child(task, { [`${task}.txt`]: `${index}\n` }))
    const log = bench.git('log', '--format=%P|%s|%(trailers:key=Writ-Task,valueonly,separator=)|%(trailers:key=Writ-Child,valueonly,separator=)', `${bench.base}..refs/writ/integrated`).trim().split('\n')
    assert.deepEqual(log.map((line) => line.split('|').slice(1)), [['Work of t3', 't3', 'run_0000000000000003'], ['Work of t2', 't2', 'run_0000000000000002'], ['Work of t1', 't1', 'run_0000000000000001']])
    assert.ok(log.every((line) => /^[0-9a-f]{40}\|/.test(line)))
    assert.deepEqual(bench.git('ls-tree', '--name-only', 'refs/writ/integrated', 't1.txt', 't2.txt', 't3.txt').trim().split('\n'), ['t1.txt', 't2.txt', 't3.txt'])
    assert.deepEqual(await bench.integrator.listUnmerged(), [])
  })

  test('content: the three versions can be read', async () => {
    const { merged } = await meet({ 'text.txt': lines([3, 'ours']) }, { 'text.txt': lines([3, 'theirs']) })
    assert.deepEqual(short(merged.conflicts), [['text.txt', 'content', '644 644 644']])
    const versions = [merged.conflicts[0]?.base, merged.conflicts[0]?.ours, merged.conflicts[0]?.theirs].map((side) => bench.git('cat-file', 'blob', side?.id ?? ''))
    assert.deepEqual(versions, [lines(), lines([3, 'ours']), lines([3, 'theirs'])])
  })

  test('add/add', async () => assert.deepEqual(short((await meet({ 'new.txt': 'ours\n' }, { 'new.txt': 'theirs\n' })).merged.conflicts), [['new.txt', 'add/add', '- 644 644']]))

  test('modify/delete, both ways', async () => {
    assert.deepEqual(short((await meet({ 'text.txt': lines([3, 'ours']), 'other.txt': undefined }, { 'text.txt': undefined, 'other.txt': lines([5, 'theirs']) })).merged.conflicts), [['other.txt', 'modify/delete', '644 - 644'], ['text.txt', 'modify/delete', '644 644 -']])
  })

  test('rename: two names for one file', async () => {
    const { merged } = await meet({ 'text.txt': undefined, 'a.txt': lines() }, { 'text.txt': undefined, 'b.txt': lines() })
    assert.deepEqual(merged.conflicts.map(({ path: at, kind }) => [at, kind]), [['text.txt', 'rename']])
    assert.deepEqual([merged.conflicts[0]?.ours?.path, merged.conflicts[0]?.theirs?.path], ['a.txt', 'b.txt'])
  })

  test('rename: a new name for what the other removed', async () => {
    const { merged } = await meet({ 'text.txt': undefined, 'a.txt': lines() }, { 'text.txt': undefined })
    assert.deepEqual(merged.conflicts.map(({ kind }) => kind), ['rename'])
  })

  test('a file that was renamed takes the other side’s change with it', async () => {
    const { merged, show } = await meet({ 'text.txt': undefined, 'moved.txt': lines() }, { 'text.txt': lines([3, 'theirs']) })
    assert.deepEqual(merged.conflicts, [])
    assert.equal(show('moved.txt'), lines([3, 'theirs']))
  })

  test('mode', async () => {
    const { merged } = await meet({ 'run2.sh': 'x\n' }, {}, { change: [undefined, (root) => fs.writeFileSync(path.join(root, 'run2.sh'), 'x\n', { mode: 0o755 })] })
    assert.deepEqual(short(merged.conflicts), [['run2.sh', 'mode', '- 644 755']])
  })

  test('type: a link for one, a file for the other', async () => {
    const { merged } = await meet({ 'thing': 'file\n' }, {}, { change: [undefined, (root) => fs.symlinkSync('text.txt', path.join(root, 'thing'))] })
    assert.deepEqual(short(merged.conflicts), [['thing', 'type', '- 644 000']])
  })

  test('binary', async () => {
    const change = (byte: number) => (root: string): void => fs.writeFileSync(path.join(root, 'bin.dat'), Buffer.from([0, byte, 2, 0, 255]))
    assert.deepEqual(short((await meet({}, {}, { change: [change(7), change(8)] })).merged.conflicts), [['bin.dat', 'binary', '644 644 644']])
  })

  test('directory/file', async () => {
    const { merged } = await meet({ 'place': 'file\n' }, { 'place/in.txt': 'in\n' })
    assert.deepEqual(merged.conflicts.map(({ path: at, kind }) => [at, kind]), [['place', 'directory/file']])
  })

  test('submodule', async () => {
    // What a workspace holds of a submodule never changes, so that its commits are made by hand.
    const hash = (digit: string): string => digit.repeat(40)
    const commitOf = (parent: string, digit: string): CommitId => {
      const index = path.join(bench.repository.home, 'index')
      fs.rmSync(index, { force: true })
      const git = (...args: string[]): string => bench.git('-c', `core.worktree=${bench.repository.root}`, ...args).trim()
      process.env['GIT_INDEX_FILE'] = index
      bench.repository.env['GIT_INDEX_FILE'] = index
      git('read-tree', parent)
      git('update-index', '--add', '--cacheinfo', `160000,${hash(digit)},sub`)
      const made = git('commit-tree', '-p', parent, '-m', digit, git('write-tree')) as CommitId
      delete process.env['GIT_INDEX_FILE']
      delete bench.repository.env['GIT_INDEX_FILE']
      return made
    }
    const start = commitOf(bench.base, '1')
    const merged = await bench.integrator.merge({ ours: commitOf(start, '2'), theirs: commitOf(start, '3'), strategies: [] })
    assert.deepEqual(short(merged.conflicts), [['sub', 'submodule', '000 000 000']])
  })

  test('strategies: ours, theirs and union settle what they are for, the first that fits', async () => {
    const change = (byte: number) => (root: string): void => fs.writeFileSync(path.join(root, 'bin.dat'), Buffer.from([0, byte, 2, 0, 255]))
    const { merged, show } = await meet(
      { 'text.txt': lines([3, 'ours']), 'other.txt': lines([1, 'ours']), 'go.sum': 'a v1\nb v1\nc v1\n', 'long.txt': undefined },
      { 'text.txt': lines([3, 'theirs']), 'other.txt': lines([1, 'theirs']), 'go.sum': 'a v1\nb v1\nd v1\n', 'long.txt': lines([2, 'theirs']) },
      { change: [change(7), change(8)], strategies: [{ paths: ['text.txt'], use: 'theirs' }, { paths: ['*.txt'], use: 'ours' }, { paths: ['*.dat'], use: 'union' }] },
    )
    assert.deepEqual(merged.settled.toSorted((a, b) => (a.path < b.path ? -1 : 1)), [{ path: 'go.sum', use: 'union' }, { path: 'long.txt', use: 'ours' }, { path: 'other.txt', use: 'ours' }, { path: 'text.txt', use: 'theirs' }])
    assert.equal(show('text.txt'), lines([3, 'theirs']))
    assert.equal(show('other.txt'), lines([1, 'ours']))
    assert.equal(show('go.sum'), 'a v1\nb v1\nc v1\nd v1\n')
    assert.throws(() => show('long.txt'))
    assert.deepEqual(merged.conflicts.map(({ path: at, kind, message }) => [at, kind, message]), [['bin.dat', 'binary', 'union is for texts that both sides have']])
  })

  test("the repository's own attributes count", async () => {
    const attributed = await openIntegratorBench({ ...files, '.gitattributes': 'text.txt merge=union\n' })
    try {
      await attributed.integrate(await attributed.child('t1', { 'text.txt': `${lines()}ours\n` }))
      const merged = await attributed.merge(await attributed.child('t2', { 'text.txt': `${lines()}theirs\n` }))
      assert.deepEqual(merged.conflicts, [])
      assert.equal(attributed.git('cat-file', 'blob', `${merged.tree}:text.txt`), `${lines()}ours\ntheirs\n`)
    } finally {
      await attributed.remove()
    }
  })

  test('of two at once one wins; the other is told, changes nothing, and goes on from there', async () => {
    const children = await Promise.all(['t1', 't2', 't3', 't4'].map((task) => bench.child(task, { [`${task}.txt`]: `${task}\n` })))
    const results = await Promise.all(children.map((each) => bench.integrate(each)))
    const moved = results.filter((each) => 'moved' in each && each.moved)
    assert.equal(moved.length, 1)
    const winner = results.findIndex((each) => 'moved' in each && each.moved)
    assert.equal(await bench.integrator.newest(), (results[winner] as { commit: CommitId }).commit)
    assert.deepEqual((await bench.integrator.listUnmerged()).map(({ task }) => task).sort(), ['t1', 't2', 't3', 't4'].filter((_, index) => index !== winner))
    for (const [index, each] of children.entries()) if (index !== winner) assert.deepEqual(await bench.integrate(each).then((done) => 'moved' in done && done.moved), true)
    assert.deepEqual(bench.git('ls-tree', '--name-only', 'refs/writ/integrated').trim().split('\n').filter((name) => /^t\d/.test(name)), ['t1.txt', 't2.txt', 't3.txt', 't4.txt'])
    assert.deepEqual(await bench.integrator.listUnmerged(), [])
  })

  test('several processes that race for the line lose nothing', async () => {
    const commits: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) commits.push((await bench.integrator.commit({ tree: (await bench.merge(await bench.child(`t${name}`, { [name]: `${name}\n` }))).tree, parent: bench.base, task: name, child: `run_${'0'.repeat(16)}` as never, from: bench.base, message: name, trailers: [], atMs: 1 })))
    const answers = await Promise.all(commits.map(async (commit) => (await bench.reopen()).advance(bench.base, commit as CommitId)))
    const winner = answers.findIndex(({ moved }) => moved)
    assert.equal(answers.filter(({ moved }) => moved).length, 1)
    for (const [index, answer] of answers.entries()) assert.deepEqual(answer, index === winner ? { moved: true } : { moved: false, now: commits[winner] })
  })

  test('what loses for good is published under a name of its own', async () => {
    const { merged, second } = await meet({ 'text.txt': lines([3, 'ours']) }, { 'text.txt': lines([3, 'theirs']) })
    assert.equal(merged.conflicts.length, 1)
    const unmerged = await bench.integrator.listUnmerged()
    assert.deepEqual(unmerged, [{ task: 't2', commit: second.commit }])
    for (let twice = 0; twice < 2; twice += 1) assert.equal(await bench.integrator.publishKept({ task: 't2', commit: second.commit }, { branch: 'writ/abc', base: bench.base }), `writ/abc-t2-${second.commit.slice(0, 8)}`)
    assert.equal(bench.repository.git('show', `writ/abc-t2-${second.commit.slice(0, 8)}:text.txt`), lines([3, 'theirs']))
  })

  test('killed between the commit and the move of the line: nothing is lost, and the same again ends it', async () => {
    const child = await bench.child('t1', { 'text.txt': lines([1, 'one']) })
    const script = path.join(bench.repository.home, 'killed.ts')
    const at = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name))
    fs.writeFileSync(script, `import { createGitIntegrator } from ${at('git-integrator.ts')}
import { createRunRepositories } from ${at('run-repositories.ts')}
const env = ${JSON.stringify(bench.repository.env)}
const integrator = await createGitIntegrator({ run: 'run_0123456789abcdef', repository: ${JSON.stringify(bench.repository.root)}, repositories: createRunRepositories({ stateDir: ${JSON.stringify(bench.repository.stateDir)}, env }), env })
await integrator.keep('${child.run}', { task: 't1', commit: '${child.commit}' })
const merged = await integrator.merge({ ours: '${bench.base}', theirs: '${child.commit}', strategies: [] })
const commit = await integrator.commit({ tree: merged.tree, parent: '${bench.base}', task: 't1', child: '${child.run}', from: '${child.commit}', message: 'Work of t1', trailers: [], atMs: 1_700_000_000_000 })
process.stdout.write(commit)
process.kill(process.pid, 'SIGKILL')
`)
    const killed = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let commit = ''
    killed.stdout.on('data', (chunk: Buffer) => (commit += chunk.toString()))
    const [, signal] = (await once(killed, 'close')) as [number | null, string | null]
    assert.equal(signal, 'SIGKILL')
    const later = await bench.reopen()
    assert.equal(await later.newest(), bench.base)
    assert.deepEqual(await later.listUnmerged(), [{ task: 't1', commit: child.commit }])
    const again = await bench.integrate(child)
    assert.deepEqual(again, { moved: true, commit })
    // Recorded or not: the move itself can be asked for again.
    assert.deepEqual(await later.advance(bench.base, commit as CommitId), { moved: true })
    assert.deepEqual(await later.listUnmerged(), [])
  })

  test('a task that cannot be part of a ref, and a commit of another history, are refused', async () => {
    const child = await bench.child('t1', { 'a.txt': 'a\n' })
    await assert.rejects(bench.integrator.keep(child.run, { task: '../x', commit: child.commit }), /cannot be part of a ref/)
    const stranger = bench.git('commit-tree', '-m', 'alone', bench.git('mktree', '--missing').trim() || `${bench.base}^{tree}`).trim() as CommitId
    await assert.rejects(bench.integrator.merge({ ours: bench.base, theirs: stranger, strategies: [] }), /no commit in common/)
  })

  after(() => assert.equal(process.env['GIT_INDEX_FILE'], undefined))
})
