import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRepository } from './test-repository.ts'

test('what a task may change is measured at a commit: files, bytes and depth, each scope once', async () => {
  const repository = createTestRepository()
  try {
    repository.write('app/one.js', 'export function one() {\n  if (true) {\n    return 1\n  }\n}\n'.repeat(20))
    repository.write('app/deep/two.js', 'x\n'.repeat(500))
    repository.write('app/empty.js', '')
    repository.write('app/large.bin', '\0'.repeat(300_000))
    repository.commit('more')
    const workspace = await repository.open()
    // What is not committed is no part of it.
    await workspace.write(new Map([['app/new.js', Buffer.from('y'.repeat(9000))]]))
    const sizes = await workspace.measureAt?.(workspace.base.commit, [
      { id: 'all', scope: ['app/**'] }, { id: 'same', scope: ['app/**'] }, { id: 'one', scope: ['app/one.js'] }, { id: 'folder', scope: ['app/deep'] }, { id: 'none', scope: ['nowhere/**'] }, { id: 'whole', scope: [] },
    ])
    assert.deepEqual(sizes?.get('one'), { files: 1, kb: 1.1, depth: 0.8 })
    assert.deepEqual(sizes.get('folder'), { files: 1, kb: 1, depth: 0 })
    assert.deepEqual(sizes.get('none'), { files: 0, kb: 0, depth: 0 })
    assert.deepEqual(sizes.get('all'), sizes.get('same'))
    const all = sizes.get('all')
    // What is longer than anybody writes counts for no more than the longest file that is read.
    assert.deepEqual([all?.files, all?.kb], [3, 202.1])
    assert.ok((sizes.get('whole')?.files ?? 0) > 3)
    assert.deepEqual(await workspace.measureAt?.(workspace.base.commit, []), new Map())
    await workspace.dispose()
  } finally {
    repository.remove()
  }
})
