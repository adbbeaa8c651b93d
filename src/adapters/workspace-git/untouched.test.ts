import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { CommitId } from '../../protocol/ids.ts'
import { createTestRepository, fingerprint, run, signal, type TestRepository } from './test-repository.ts'

/** Everything of the person's, but the objects and the run's own branches. */
function look(repository: TestRepository): string {
  return fingerprint(repository.root, { exact: true, skip: /^\.git\/(objects|(logs\/)?refs\/heads\/writ)(\/|$)/ })
}

describe("the person's repository is untouched", () => {
  let repository: TestRepository
  beforeEach(() => {
    repository = createTestRepository()
    repository.write('staged', 'staged\n')
    repository.git('add', 'staged')
    repository.write('src/a.txt', 'edited\n')
    repository.write('untracked/file', 'untracked\n')
    repository.write('ignored.log', 'ignored\n')
    repository.write('node_modules/m/index.js', 'm\n')
    repository.git('remote', 'add', 'origin', 'https://token@example.org/x.git')
  })
  afterEach(() => repository.remove())

  for (const includeDirty of [false, true]) {
    test(`by a whole run, with${includeDirty ? '' : 'out'} the uncommitted changes`, async () => {
      const before = look(repository)
      const workspace = await repository.open({ includeDirty })
      await workspace.write(new Map([['src/a.txt', Buffer.from('by the run\n')], ['x.log', Buffer.from('x')]]))
      const tree = await workspace.snapshot(signal)
      await workspace.write(new Map([['README.md', undefined]]))
      await workspace.rollback(tree, signal)
      const made = await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] })
      assert.ok(made)
      await (await workspace.checkout(made.commit)).dispose()
      await workspace.publish(made.commit, undefined)
      await workspace.dispose()
      assert.equal(look(repository), before)
      assert.equal(repository.git('show', 'writ/test:src/a.txt'), 'by the run\n')
    })
  }

  for (const stage of ['created', 'snapshot', 'committed', 'published']) {
    test(`by a run that is killed once it is ${stage}`, async () => {
      const before = look(repository)
      const script = `
        import { createGitWorkspaces } from ${JSON.stringify(new URL('git-workspaces.ts', import.meta.url).href)}
        const { run, root, stateDir } = JSON.parse(process.argv[1])
        const signal = new AbortController().signal
        const workspaces = createGitWorkspaces({ stateDir, env: process.env })
        const found = await workspaces.inspect(root, { includeDirty: true, run })
        const workspace = await workspaces.create({ run, repository: root, base: found.base, branch: 'writ/test' })
        process.stdout.write('created ' + found.base + '\\n')
        let parent = found.base
        let expected
        for (let round = 0; ; round++) {
          await workspace.write(new Map([['file', Buffer.from('round ' + round)]]))
          process.stdout.write('snapshot ' + await workspace.snapshot(signal) + '\\n')
          const made = await workspace.commit({ message: 'round', parent, trailers: [] })
          process.stdout.write('committed ' + made.commit + '\\n')
          await workspace.publish(made.commit, expected)
          process.stdout.write('published ' + made.commit + '\\n')
          parent = expected = made.commit
        }`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify({ run, root: repository.root, stateDir: repository.stateDir })], { env: repository.env, stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      let seen = 0
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        output += chunk.toString()
        // The second time around, so that the kill falls anywhere into what follows.
        seen = output.split('\n').filter((line) => line.startsWith(stage)).length
        if (seen > (stage === 'created' ? 0 : 1)) break
      }
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      assert.equal(look(repository), before)
      repository.git('fsck', '--strict', '--no-dangling')
      const lines = output.split('\n').map((line) => line.split(' '))
      const base = lines[0]?.[1] as CommitId
      const last = lines.findLast(([name]) => name === 'snapshot')?.[1]
      const workspace = await repository.workspaces().reopen({ run, repository: repository.root, base, branch: 'writ/test', last: (last ?? repository.git('rev-parse', 'HEAD^{tree}').trim()) as never })
      if (last !== undefined) {
        await workspace.rollback(last as never, signal)
        assert.match(fs.readFileSync(path.join(workspace.root, 'file'), 'utf8'), /^round \d+$/)
      }
      await workspace.write(new Map([['file', Buffer.from('after the crash')]]))
      const made = await workspace.commit({ message: 'again', parent: base, trailers: [] })
      assert.ok(made)
      const there = repository.git('for-each-ref', '--format=%(objectname)', 'refs/heads/writ/test').trim()
      await workspace.publish(made.commit, there === '' ? undefined : (there as CommitId))
      assert.equal(repository.git('show', 'writ/test:file'), 'after the crash')
      await workspace.dispose()
      assert.equal(look(repository), before)
    })
  }
})
