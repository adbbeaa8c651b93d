import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { CommitId } from '../../protocol/ids.ts'
import { acceptRun, deleteRunBranch, type Accepted, type AcceptRequest } from './accept.ts'
import { findStanding } from './accept-standing.ts'
import { createTestRepository, fingerprint, type TestRepository } from './test-repository.ts'

const lines = (second: string, sixth: string): string => `one\n${second}\nthree\nfour\nfive\n${sixth}\nseven\n`

describe('accept', () => {
  let repository: TestRepository
  beforeEach(() => {
    repository = createTestRepository()
  })
  afterEach(() => repository.remove())

  /** A published result of two commits: changes line 2, adds a file and a directory, deletes the link. */
  async function makeResult(options: { includeDirty?: boolean } = {}): Promise<{ base: CommitId; commit: CommitId }> {
    const workspace = await repository.open(options)
    const text = fs.readFileSync(path.join(workspace.root, 'src/a.txt'), 'utf8')
    await workspace.write(new Map([['src/a.txt', Buffer.from(text.replace('two', 'TWO'))]]))
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
  const accept = (result: { base: CommitId; commit: CommitId }, strategy: AcceptRequest['strategy'] = 'merge'): Promise<Accepted> =>
    acceptRun({ ...result, repository: repository.root, branch: 'writ/test', strategy, message: 'Goal reached', env: repository.env })
  const refuses = async (result: { base: CommitId; commit: CommitId }, strategy: AcceptRequest['strategy'], message: RegExp): Promise<void> => {
    const before = fingerprint(repository.root, { exact: true })
    await assert.rejects(accept(result, strategy), { code: 'accept-refused', message })
    assert.equal(fingerprint(repository.root, { exact: true }), before)
  }
  const undo = (accepted: Accepted): string => execFileSync('sh', ['-c', accepted.undo], { cwd: repository.home, env: repository.env, encoding: 'utf8' })
  const subjects = (): string[] => repository.git('log', '--format=%s').trim().split('\n')
  const hasResult = (): void => {
    assert.match(repository.read('src/a.txt'), /TWO/)
    assert.equal(repository.read('new/file'), 'new\n')
    assert.ok(!fs.existsSync(path.join(repository.root, 'link')))
    assert.ok(fs.statSync(path.join(repository.root, 'README.md')).mode & 0o100)
  }

  test('merge fast-forwards where it can, keeps unrelated edits, and the undo brings everything back', async () => {
    const result = await makeResult()
    repository.write('run.sh', 'edited\n', 0o755)
    repository.write('untracked', 'mine\n')
    repository.write('staged', 'mine\n')
    repository.git('add', 'staged')
    const before = fingerprint(repository.root, { exact: false, skip: /^\.git(\/|$)/ })
    const accepted = await accept(result)
    assert.deepEqual({ ...accepted, undo: '' }, { onto: 'main', before: result.base, after: result.commit, undo: '' })
    hasResult()
    assert.equal(repository.git('status', '--porcelain'), ' M run.sh\nA  staged\n?? untracked\n')
    undo(accepted)
    assert.equal(fingerprint(repository.root, { exact: false, skip: /^\.git(\/|$)/ }), before)
    assert.equal(repository.git('rev-parse', 'HEAD').trim(), result.base)
  })

  test('merge makes a merge commit by the person where the branch went on', async () => {
    const result = await makeResult()
    repository.write('src/a.txt', lines('two', 'SIX'))
    const mine = repository.commit('mine')
    const accepted = await accept(result)
    hasResult()
    assert.equal(repository.read('src/a.txt'), lines('TWO', 'SIX'))
    assert.equal(repository.git('log', '-1', '--format=%an %s %P').trim(), `Person Goal reached ${mine} ${result.commit}`)
    assert.equal(repository.git('status', '--porcelain'), '')
    undo(accepted)
    assert.equal(repository.git('rev-parse', 'HEAD').trim(), mine)
    repository.git('fsck', '--strict')
  })

  test('squash makes one commit, rebase puts each on top and keeps its author', async () => {
    const result = await makeResult()
    repository.write('src/a.txt', lines('two', 'SIX'))
    repository.commit('mine')
    undo(await accept(result, 'squash'))
    const squashed = await accept(result, 'squash')
    assert.deepEqual(subjects(), ['Goal reached', 'mine', 'start'])
    hasResult()
    undo(squashed)
    await accept(result, 'rebase')
    assert.deepEqual(subjects(), ['Second', 'First', 'mine', 'start'])
    assert.equal(repository.git('log', '-1', '--format=%an, %cn').trim(), 'Writ, Person')
    hasResult()
    await refuses(result, 'rebase', /nothing to accept/)
    await refuses(result, 'squash', /nothing to accept/)
  })

  test('each commit that accepting makes carries the trailer, and those that were there before do not', async () => {
    const result = await makeResult()
    const trailers = (): string[] => repository.git('log', '-2', '--format=%(trailers:key=Writ-Attestation,valueonly,separator=%x2C)').split('\n')
    const request = { ...result, repository: repository.root, branch: 'writ/test', message: 'Goal reached\n\nWrit-Attestation: sha256:ab', trailer: 'Writ-Attestation: sha256:ab', env: repository.env }
    undo(await acceptRun({ ...request, strategy: 'merge' }))
    repository.write('src/a.txt', lines('two', 'SIX'))
    repository.commit('mine')
    const [first] = trailers()
    undo(await acceptRun({ ...request, strategy: 'rebase' }))
    assert.equal(first, '')
    for (const [strategy, expected] of [['rebase', ['sha256:ab', 'sha256:ab']], ['squash', ['sha256:ab', '']], ['merge', ['sha256:ab']]] as const) {
      const accepted = await acceptRun({ ...request, strategy })
      assert.deepEqual(trailers().slice(0, expected.length), expected, strategy)
      undo(accepted)
    }
  })

  test('patch changes the files only, merging into edits that do not touch', async () => {
    const result = await makeResult()
    repository.write('src/a.txt', lines('two', 'SIX'))
    repository.write('staged', 'mine\n')
    repository.git('add', 'staged')
    repository.git('switch', '-q', '--detach')
    const index = fs.readFileSync(path.join(repository.root, '.git/index'))
    const accepted = await accept(result, 'patch')
    assert.equal(accepted.after, undefined)
    assert.ok(fs.readFileSync(path.join(repository.root, '.git/index')).equals(index))
    hasResult()
    assert.equal(repository.read('src/a.txt'), lines('TWO', 'SIX'))
    assert.deepEqual(subjects(), ['start'])
    undo(accepted)
    assert.equal(repository.read('src/a.txt'), lines('two', 'SIX'))
    assert.ok(!fs.existsSync(path.join(repository.root, 'new')))
  })

  test('a run on uncommitted changes is accepted as a patch, or on a commit of them; the stand-in commit never gets in', async () => {
    repository.write('src/a.txt', lines('two', 'SIX'))
    const result = await makeResult({ includeDirty: true })
    await refuses(result, 'merge', /uncommitted changes in 'src\/a.txt'.*--strategy patch/)
    undo(await accept(result, 'patch'))
    assert.equal(repository.read('src/a.txt'), lines('two', 'SIX'))
    repository.commit('mine')
    await accept(result, 'merge')
    hasResult()
    assert.ok(!repository.git('log', '--format=%s').includes('uncommitted changes'))
    assert.equal(repository.read('src/a.txt'), lines('TWO', 'SIX'))
  })

  test('refuses, changing nothing, where something would be lost', async () => {
    const result = await makeResult()
    repository.write('src/a.txt', 'edited\n')
    for (const strategy of ['merge', 'squash', 'rebase'] as const) await refuses(result, strategy, /uncommitted changes in 'src\/a.txt'/)
    await refuses(result, 'patch', /does not fit your files 'src\/a.txt'/)
    repository.git('checkout', '-q', '--', 'src/a.txt')
    repository.git('update-index', '--assume-unchanged', 'src/a.txt')
    repository.write('src/a.txt', 'hidden edit\n')
    await refuses(result, 'merge', /./)
    repository.git('update-index', '--no-assume-unchanged', 'src/a.txt')
    repository.git('checkout', '-q', '--', 'src/a.txt')
    fs.appendFileSync(path.join(repository.root, '.git/info/exclude'), 'new\n')
    repository.write('new/file', 'mine, ignored\n')
    for (const strategy of ['merge', 'squash', 'patch'] as const) await refuses(result, strategy, /'new\/file'/)
    fs.rmSync(path.join(repository.root, 'new'), { recursive: true })
    fs.writeFileSync(path.join(repository.root, 'new'), 'a file in the way\n')
    for (const strategy of ['merge', 'patch'] as const) await refuses(result, strategy, /'new/)
    fs.rmSync(path.join(repository.root, 'new'))
    fs.symlinkSync('src', path.join(repository.root, 'new'))
    for (const strategy of ['merge', 'patch'] as const) await refuses(result, strategy, /'new/)
  })

  test('patch turns a file into a directory and takes back everything where a file cannot be written', async () => {
    const workspace = await repository.open()
    await workspace.write(new Map([['README.md/now/a/directory', Buffer.from('x')], ['src/a.txt', Buffer.from('changed\n')]]))
    const made = await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] })
    assert.ok(made)
    await workspace.publish(made.commit, undefined)
    const result = { base: workspace.base.commit, commit: made.commit }
    undo(await accept(result, 'patch'))
    assert.equal(repository.read('README.md'), 'hello\n')
    // Beside this name the new file is written first; a directory there makes that fail.
    fs.mkdirSync(path.join(repository.root, `src/.writ-${process.pid}-a.txt`))
    await refuses(result, 'patch', /could not be written.*taken back/)
  })

  test('refuses, changing nothing, on conflicts, in the middle of a merge, on a detached HEAD and without the commit', async () => {
    const result = await makeResult()
    repository.write('src/a.txt', lines('zwei', 'six'))
    repository.commit('mine')
    for (const strategy of ['merge', 'squash', 'rebase'] as const) await refuses(result, strategy, /conflicts with what is on your branch in 'src\/a.txt'/)
    assert.throws(() => repository.git('merge', 'writ/test'))
    for (const strategy of ['merge', 'patch'] as const) await refuses(result, strategy, /a merge is under way/)
    repository.git('merge', '--abort')
    repository.git('switch', '-q', '--detach')
    await refuses(result, 'merge', /detached/)
    repository.git('switch', '-q', 'writ/test')
    await refuses(result, 'merge', /the run's own branch/)
    repository.git('switch', '-q', 'main')
    await refuses({ ...result, commit: 'a'.repeat(40) as CommitId }, 'merge', /is not in/)
  })

  test('refuses with the mend where git does not know who commits', async () => {
    const result = await makeResult()
    repository.git('config', 'user.useConfigOnly', 'true')
    fs.writeFileSync(path.join(repository.home, '.gitconfig'), '')
    await refuses(result, 'squash', /git config --global user\.name/)
    await accept(result, 'merge')
    hasResult()
  })

  test('a merge that would bring back commits below the run is refused by their names; the other strategies take only the change', async () => {
    repository.write('undone', 'x\n')
    for (let n = 1; n <= 6; n++) repository.commit(`Undone ${n}`)
    const result = await makeResult()
    repository.git('reset', '-q', '--hard', 'HEAD~6')
    await refuses(result, 'merge', /'main' does not have 6 commits .*'\w+ Undone 6', .*'\w+ Undone 2' and 1 more; nothing was changed.*--strategy squash, rebase or patch/)
    for (const strategy of ['squash', 'rebase', 'patch'] as const) {
      const accepted = await accept(result, strategy)
      hasResult()
      assert.ok(!fs.existsSync(path.join(repository.root, 'undone')))
      undo(accepted)
    }
    repository.git('merge', '-q', result.base)
    await accept(result)
    hasResult()
  })

  test('the undo of a patch into files that were changed nearby, or hold a part of it already, leaves exactly them', async () => {
    const result = await makeResult()
    // Next to the changed line: the difference of the run does not apply backwards here.
    repository.write('src/a.txt', 'one\ntwo\nthree\nFOUR, mine\nfive\nsix\nseven\n')
    fs.rmSync(path.join(repository.root, 'link'))
    fs.chmodSync(path.join(repository.root, 'README.md'), 0o755)
    const before = fingerprint(repository.root, { exact: false, skip: /^\.git(\/|$)/ })
    const accepted = await accept(result, 'patch')
    hasResult()
    assert.match(repository.read('src/a.txt'), /TWO\nthree\nFOUR, mine/)
    await refuses(result, 'patch', /hold everything of the result already/)
    undo(accepted)
    assert.equal(fingerprint(repository.root, { exact: false, skip: /^\.git(\/|$)/ }), before)
  })

  test('what became of an accepted result: newest, under later commits, gone; each with an undo that loses nothing', async () => {
    const result = await makeResult()
    const standing = async (accepted: Accepted): Promise<{ standing: string; undo: string } | undefined> =>
      findStanding({ repository: repository.root, base: result.base, commit: result.commit, accepted, env: repository.env })
    for (const strategy of ['merge', 'squash'] as const) {
      const accepted = await accept(result, strategy)
      const newest = await standing(accepted)
      assert.deepEqual([newest?.standing, newest?.undo], ['newest', accepted.undo])
      repository.git('switch', '-qc', `other-${strategy}`)
      assert.match((await standing(accepted))?.undo ?? '', /switch main && git .*reset --keep/)
      repository.git('switch', '-q', 'main')
      repository.write('later', 'mine\n')
      const later = repository.commit('later')
      const below = await standing(accepted)
      assert.equal(below?.standing, 'below')
      execFileSync('sh', ['-c', below?.undo ?? ''], { cwd: repository.home, env: repository.env, stdio: 'pipe' })
      assert.equal(repository.git('diff', '--name-only', result.base).trim(), 'later')
      assert.ok(repository.git('log', '--format=%H').includes(later))
      repository.git('reset', '-q', '--hard', result.base)
      assert.equal((await standing(accepted))?.standing, 'gone')
    }
    repository.write('src/a.txt', lines('two', 'SIX'))
    repository.commit('mine')
    const merged = await accept(result)
    repository.write('later', 'mine\n')
    repository.commit('later')
    execFileSync('sh', ['-c', (await standing(merged))?.undo ?? ''], { cwd: repository.home, env: repository.env, stdio: 'pipe' })
    assert.equal(repository.read('src/a.txt'), lines('two', 'SIX'))
    repository.git('reset', '-q', '--hard', result.base)
    const patched = await accept(result, 'patch')
    assert.equal((await standing(patched))?.standing, 'newest')
    undo(patched)
    assert.equal((await standing(patched))?.standing, 'gone')
    fs.rmSync(repository.root, { recursive: true })
    assert.equal(await standing(merged), undefined)
  })

  test('a rejected branch is deleted only where the run left it', async () => {
    const result = await makeResult()
    const ask = { repository: repository.root, branch: 'writ/test', commit: result.commit, env: repository.env }
    await assert.rejects(deleteRunBranch({ ...ask, commit: result.base }), { code: 'git-failed', message: /not where the run left it/ })
    await deleteRunBranch(ask)
    await deleteRunBranch(ask)
    assert.equal(repository.git('branch', '--list', 'writ/test'), '')
  })
})
