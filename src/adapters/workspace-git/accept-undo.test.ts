import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { CommitId } from '../../protocol/ids.ts'
import { acceptRun, type Accepted, type AcceptRequest } from './accept.ts'
import { undoAccepted, type Undone, type UndoRequest } from './accept-undo.ts'
import { createTestRepository, fingerprint, type TestRepository } from './test-repository.ts'

type Strategy = AcceptRequest['strategy']
const lines = (second: string, sixth: string): string => `one\n${second}\nthree\nfour\nfive\n${sixth}\nseven\n`
const outsideGit = { exact: false, skip: /^\.git(\/|$)/ }

describe('undo', () => {
  let repository: TestRepository
  beforeEach(() => {
    repository = createTestRepository()
  })
  afterEach(() => repository.remove())

  /** Two commits: line 2 and a mode; a file in a directory of its own, a deleted link. */
  async function makeResult(): Promise<{ base: CommitId; commit: CommitId }> {
    const workspace = await repository.open()
    await workspace.write(new Map([['src/a.txt', Buffer.from(lines('TWO', 'six'))]]))
    const first = await workspace.commit({ message: 'First', parent: workspace.base.commit, trailers: [] })
    assert.ok(first)
    await workspace.write(new Map([['new/file', Buffer.from('new\n')], ['link', undefined]]))
    fs.chmodSync(path.join(workspace.root, 'README.md'), 0o755)
    const second = await workspace.commit({ message: 'Second', parent: first.commit, trailers: [] })
    assert.ok(second)
    await workspace.publish(second.commit, undefined)
    await workspace.dispose()
    return { base: workspace.base.commit, commit: second.commit }
  }
  const accept = (result: { base: CommitId; commit: CommitId }, strategy: Strategy): Promise<Accepted> =>
    acceptRun({ ...result, repository: repository.root, branch: 'writ/test', strategy, message: 'Goal reached', env: repository.env })
  const undo = (strategy: Strategy, accepted: Accepted, more: Partial<UndoRequest> = {}): Promise<Undone> =>
    undoAccepted({ repository: repository.root, run: 'run_0123456789abcdef', accepted: { ...accepted, strategy }, revert: false, dryRun: false, env: repository.env, ...more })
  const head = (): string => repository.git('rev-parse', 'HEAD').trim()
  const refuses = async (strategy: Strategy, accepted: Accepted, message: RegExp): Promise<void> => {
    const before = fingerprint(repository.root, { exact: true })
    await assert.rejects(undo(strategy, accepted), { code: 'accept-refused', message })
    await assert.rejects(undo(strategy, accepted, { dryRun: true }), { code: 'accept-refused', message })
    assert.equal(fingerprint(repository.root, { exact: true }), before)
  }

  const isDoneAlready = async (strategy: Strategy, accepted: Accepted, how: Undone['how']): Promise<void> => {
    const before = fingerprint(repository.root, { exact: true })
    const undone = await undo(strategy, accepted)
    assert.deepEqual([undone.already, undone.how, undone.after], [true, how, head()])
    assert.equal(fingerprint(repository.root, { exact: true }), before)
  }

  test('where nothing came after, the branch goes back; what is staged, edited and untracked stays, and it can be accepted again', async () => {
    const result = await makeResult()
    repository.write('run.sh', 'staged\n', 0o755)
    repository.git('add', 'run.sh')
    repository.write('run.sh', 'edited after staging\n', 0o755)
    repository.write('staged', 'mine\n')
    repository.git('add', 'staged')
    repository.write('untracked', 'mine\n')
    repository.write('x.log', 'ignored\n')
    const before = fingerprint(repository.root, outsideGit)
    const status = repository.git('status', '--porcelain')
    const index = repository.git('ls-files', '-s')
    for (const strategy of ['merge', 'squash', 'rebase'] as const) {
      const accepted = await accept(result, strategy)
      assert.notEqual(fingerprint(repository.root, outsideGit), before)
      const whole = fingerprint(repository.root, { exact: true })
      await undo(strategy, accepted, { dryRun: true })
      assert.equal(fingerprint(repository.root, { exact: true }), whole, 'a dry run changes nothing')
      const undone = await undo(strategy, accepted)
      assert.deepEqual([undone.how, undone.onto, undone.after], ['ref', 'main', result.base])
      assert.equal(head(), result.base)
      assert.equal(fingerprint(repository.root, outsideGit), before)
      assert.equal(repository.git('status', '--porcelain'), status)
      assert.equal(repository.git('ls-files', '-s'), index)
      await isDoneAlready(strategy, accepted, 'ref')
    }
    assert.match(repository.git('reflog', '-2', '--format=%gs'), /writ undo/)
  })

  test('under later commits each commit is reverted, a merge and a squash as one; the later work stays', async () => {
    const result = await makeResult()
    const start = head()
    const expected = { merge: ['Revert "First"', 'Revert "Second"'], rebase: ['Revert "First"', 'Revert "Second"'], squash: ['Revert "Goal reached"'] }
    for (const strategy of ['merge', 'rebase', 'squash'] as const) {
      const accepted = await accept(result, strategy)
      repository.write('later', 'mine\n')
      const later = repository.commit('later')
      const undone = await undo(strategy, accepted)
      assert.deepEqual([undone.how, undone.before, undone.after], ['revert', later, head()])
      assert.deepEqual([...undone.reverts].sort(), expected[strategy])
      assert.equal(repository.git('diff', '--name-only', start).trim(), 'later')
      assert.equal(repository.git('status', '--porcelain'), '')
      assert.match(repository.git('log', '-1', '--format=%an %b'), /^Person This reverts commit [0-9a-f]{40}\.\s+Writ-Run: run_/)
      await isDoneAlready(strategy, accepted, 'revert')
      repository.git('reset', '-q', '--hard', start)
    }
    repository.write('src/a.txt', lines('two', 'SIX'))
    const mine = repository.commit('mine')
    const merged = await accept(result, 'merge')
    repository.write('later', 'mine\n')
    repository.commit('later')
    const undone = await undo('merge', merged)
    assert.deepEqual(undone.reverts, ['Revert "Goal reached"'])
    assert.equal(repository.git('diff', '--name-only', mine).trim(), 'later')
    repository.git('fsck', '--strict')
  })

  test('a result that a remote has already is reverted, and so is one on demand', async () => {
    const result = await makeResult()
    const accepted = await accept(result, 'squash')
    repository.git('update-ref', 'refs/remotes/origin/main', accepted.after ?? '')
    const undone = await undo('squash', accepted)
    assert.deepEqual([undone.how, undone.because], ['revert', 'because origin/main has it already'])
    assert.equal(repository.git('diff', '--name-only', result.base), '')
    repository.git('update-ref', '-d', 'refs/remotes/origin/main')
    repository.git('reset', '-q', '--hard', result.base)
    const again = await accept(result, 'squash')
    assert.equal((await undo('squash', again, { revert: true })).how, 'revert')
  })

  test('refuses, changing nothing, where something would be lost, does not fit, or is elsewhere', async () => {
    const result = await makeResult()
    const accepted = await accept(result, 'merge')
    repository.write('src/a.txt', 'edited\n')
    await refuses('merge', accepted, /uncommitted changes in 'src\/a.txt', which taking it back changes too; commit or stash/)
    repository.git('checkout', '-q', '--', 'src/a.txt')
    repository.write('link', 'not tracked any more, and mine\n')
    await refuses('merge', accepted, /not track would be overwritten: 'link'/)
    fs.rmSync(path.join(repository.root, 'link'))
    repository.git('switch', '-q', '-c', 'elsewhere')
    await refuses('merge', accepted, /you are on 'elsewhere'.*switch main$/)
    repository.git('switch', '-q', '--detach')
    await refuses('merge', accepted, /a detached HEAD/)
    repository.git('switch', '-q', 'main')
    repository.write('src/a.txt', lines('drei', 'six'))
    repository.commit('the same line')
    await refuses('merge', accepted, /conflicts with later changes on 'main' in 'src\/a.txt'; nothing was changed.*git -C .* revert \w{12}\.\.\w{12}$/)
    fs.writeFileSync(path.join(repository.root, '.git/MERGE_HEAD'), `${head()}\n`)
    await refuses('merge', accepted, /a merge is under way/)
    fs.rmSync(path.join(repository.root, '.git/MERGE_HEAD'))
    repository.git('branch', '-m', 'main', 'trunk')
    await refuses('merge', accepted, /the branch 'main'.*is not there any more/)
  })

  test('single reverts that conflict become one, where their sum does not', async () => {
    const workspace = await repository.open()
    let parent = workspace.base.commit
    for (const text of ['ZWEI', 'two']) {
      await workspace.write(new Map([['src/a.txt', Buffer.from(lines(text, 'six'))], [text, Buffer.from(text)]]))
      const made = await workspace.commit({ message: text, parent, trailers: [] })
      assert.ok(made)
      parent = made.commit
    }
    await workspace.publish(parent, undefined)
    await workspace.dispose()
    const accepted = await accept({ base: workspace.base.commit, commit: parent }, 'merge')
    repository.write('src/a.txt', lines('mine', 'six'))
    repository.commit('line two again')
    const undone = await undo('merge', accepted)
    assert.deepEqual(undone.reverts, ['Revert "two"'])
    assert.equal(repository.read('src/a.txt'), lines('mine', 'six'))
    assert.ok(!fs.existsSync(path.join(repository.root, 'ZWEI')))
  })

  test('a patch is patched back, leaving edits beside it, index and commits alone; a second time there is nothing left', async () => {
    const result = await makeResult()
    repository.write('src/a.txt', lines('two', 'SIX'))
    const before = fingerprint(repository.root, outsideGit)
    const accepted = await accept(result, 'patch')
    repository.write('src/a.txt', lines('TWO', 'SIX').replace('seven', 'and more'))
    const index = fs.readFileSync(path.join(repository.root, '.git/index'))
    const { patch, ...old } = accepted
    assert.ok(patch)
    const undone = await undo('patch', old)
    assert.deepEqual([undone.how, undone.before, undone.after], ['patch', result.base, result.base])
    assert.equal(repository.read('src/a.txt'), lines('two', 'SIX').replace('seven', 'and more'))
    repository.write('src/a.txt', lines('two', 'SIX'))
    assert.equal(fingerprint(repository.root, outsideGit), before)
    assert.ok(fs.readFileSync(path.join(repository.root, '.git/index')).equals(index))
    await isDoneAlready('patch', accepted, 'patch')
    await accept(result, 'patch')
    repository.write('src/a.txt', lines('drei', 'SIX'))
    await refuses('patch', accepted, /does not fit your files 'src\/a.txt'.*writ diff/)
  })

  test('killed between the files and the branch, it is finished by asking again', async () => {
    const result = await makeResult()
    const accepted = await accept(result, 'merge')
    repository.git('read-tree', '-m', '-u', result.commit, result.base)
    assert.equal(head(), result.commit)
    await undo('merge', accepted)
    assert.equal(head(), result.base)
    assert.equal(repository.git('status', '--porcelain'), '')
  })
})
