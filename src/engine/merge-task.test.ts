import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createBwrapSandbox } from '../adapters/sandbox-bwrap/driver.ts'
import { openIntegratorBench, type IntegratorBench } from '../adapters/workspace-git/integrator-bench.ts'
import { run } from '../adapters/workspace-git/test-repository.ts'
import type { MergedTask, MergeStrategy } from '../protocol/integration.ts'
import { mergeTask } from './merge-task.ts'
import type { Workspace } from './ports/workspace.ts'

const manifest = (...names: readonly string[]): string => `${JSON.stringify({ name: 'root', version: '1.0.0', dependencies: Object.fromEntries(names.map((name) => [name, `file:./pkgs/${name}`])) }, undefined, 2)}\n`
const lock = (...names: readonly string[]): string => `${JSON.stringify({
  name: 'root', version: '1.0.0', lockfileVersion: 3, requires: true,
  packages: {
    '': { name: 'root', version: '1.0.0', dependencies: Object.fromEntries(names.map((name) => [name, `file:./pkgs/${name}`])) },
    ...Object.fromEntries(names.map((name) => [`node_modules/${name}`, { resolved: `pkgs/${name}`, link: true }])),
    ...Object.fromEntries(names.map((name) => [`pkgs/${name}`, { version: '1.0.0' }])),
  },
}, undefined, 2)}\n`
const files = {
  ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`pkgs/${name}/package.json`, `${JSON.stringify({ name, version: '1.0.0' })}\n`])),
  'package.json': manifest('a'), 'package-lock.json': lock('a'), 'gen/one.txt': 'one\n', 'gen/two.txt': 'two\n', 'gen/all.lock': 'one\ntwo\n', 'Cargo.lock': 'version = 3\n',
}
const limits = { timeoutMs: 60_000, memoryMb: 1024, pids: 128, outputBytes: 100_000, diskBytes: 200_000_000 }

describe('a task is merged onto the integrated state', () => {
  let bench: IntegratorBench
  let workspace: Workspace
  before(async () => {
    bench = await openIntegratorBench(files)
    workspace = await bench.workspaces.create({ run, repository: bench.repository.root, base: bench.base, branch: 'writ/parent' })
  })
  after(async () => {
    await workspace.dispose()
    await bench.remove()
  })
  let count = 0
  const merge = async (ours: Record<string, string>, theirs: Record<string, string>, strategies: readonly MergeStrategy[] = []): Promise<MergedTask> => {
    const [first, second] = [await bench.child(`o${++count}`, ours), await bench.child(`t${count}`, theirs)]
    await bench.integrator.keep(first.run, { task: first.task, commit: first.commit })
    const sandbox = createBwrapSandbox({ stateDir: bench.repository.stateDir, env: process.env })
    return mergeTask({ integrator: bench.integrator, sandbox, workspace }, { task: second.task, child: second.run, commit: second.commit, onto: first.commit, strategies, limits }, new AbortController().signal)
  }
  const show = (merged: MergedTask, file: string): string => bench.git('cat-file', 'blob', `${merged.tree}:${file}`)

  const all: MergeStrategy = { paths: ['gen/*.lock'], use: 'regenerate', command: 'cat one.txt two.txt > all.lock' }

  test('what a command writes is written anew from the merged files around it', async () => {
    const merged = await merge({ 'gen/one.txt': 'ONE\n', 'gen/all.lock': 'ONE\ntwo\n' }, { 'gen/two.txt': 'TWO\n', 'gen/all.lock': 'one\nTWO\n' }, [all])
    assert.deepEqual(merged.conflicts, [])
    assert.equal(show(merged, 'gen/all.lock'), 'ONE\nTWO\n')
    assert.deepEqual(merged.settled, [{ path: 'gen/all.lock', use: 'regenerate' }])
    assert.deepEqual(fs.readdirSync(path.join(bench.repository.stateDir, 'runs', run, 'checkouts')), [])
  })

  test('also where its lines would have merged', async () => {
    const long = (text: string): string => `${text}\n${'same\n'.repeat(20)}`
    const merged = await merge({ 'gen/one.txt': 'ONE\n', 'gen/all.lock': `x\n${long('one')}` }, { 'gen/two.txt': 'TWO\n' , 'gen/all.lock': `x\n${long('one')}` }, [all])
    assert.equal(show(merged, 'gen/all.lock'), 'ONE\nTWO\n')
  })

  test('a lock file of npm, offline, with what is built in', async () => {
    const merged = await merge({ 'package.json': manifest('a', 'b'), 'package-lock.json': lock('a', 'b') }, { 'package.json': manifest('a', 'c').replace('"root"', '"rooted"'), 'package-lock.json': lock('a', 'c') }, [{ paths: ['package.json'], use: 'union' }])
    // Union leaves a manifest that is no JSON where both add a line at the same place: npm says so, and the conflict stays.
    assert.deepEqual(merged.conflicts.map(({ path: at }) => at), ['package-lock.json'])
    assert.match(merged.conflicts[0]?.message ?? '', /^'npm install .*' failed with exit code 1/)
    const spaced = (...names: readonly string[]): string => manifest('a').replace('"dependencies"', `${names.includes('b') ? '"devDependencies": { "b": "file:./pkgs/b" },\n  ' : ''}"dependencies"`).replace('\n}\n', `${names.includes('c') ? ',\n  "optionalDependencies": { "c": "file:./pkgs/c" }' : ''}\n}\n`)
    const whole = await merge({ 'package.json': spaced('b'), 'package-lock.json': lock('a', 'b') }, { 'package.json': spaced('c'), 'package-lock.json': lock('a', 'c') })
    assert.deepEqual(whole.conflicts, [], JSON.stringify(whole.conflicts))
    const packages = (JSON.parse(show(whole, 'package-lock.json')) as { packages: Record<string, unknown> }).packages
    assert.deepEqual(['node_modules/a', 'node_modules/b', 'node_modules/c'].filter((name) => name in packages), ['node_modules/a', 'node_modules/b', 'node_modules/c'])
  })

  test('a program that is not installed leaves the conflict, and what git could merge as it is', async () => {
    const absent: MergeStrategy = { paths: ['Cargo.lock', 'gen/all.lock'], use: 'regenerate', command: 'no-such-program-here lock', needs: 'no-such-program-here' }
    const lines = (change: Readonly<Record<number, string>>): string => Array.from({ length: 12 }, (_, index) => `${change[index] ?? index}\n`).join('')
    const merged = await merge({ 'Cargo.lock': 'ours\n', 'gen/all.lock': lines({}) }, { 'Cargo.lock': 'theirs\n', 'gen/all.lock': lines({}) }, [absent])
    assert.deepEqual(merged.conflicts.map(({ path: at, kind, message }) => [at, kind, message]), [['Cargo.lock', 'content', "no-such-program-here is not installed here, so that 'no-such-program-here lock' could not write it anew"]])
    assert.equal(show(merged, 'gen/all.lock'), lines({}))
    assert.match(merged.notes.join(), /gen\/all.lock is what git merged from both sides: no-such-program-here is not installed here/)
  })

  test('a command has no network unless it is granted, and cannot write elsewhere', async () => {
    const greedy: MergeStrategy = { paths: ['gen/all.lock'], use: 'regenerate', command: 'echo changed > one.txt; cat one.txt two.txt > all.lock; ls /sys/class/net 2>/dev/null | grep -v lo >> all.lock; true' }
    const merged = await merge({ 'gen/all.lock': 'a\n' }, { 'gen/all.lock': 'b\n' }, [greedy])
    assert.equal(show(merged, 'gen/one.txt'), 'one\n')
    assert.equal(show(merged, 'gen/all.lock'), 'changed\ntwo\n')
    assert.equal(bench.repository.read('gen/one.txt'), 'one\n')
  })
})
