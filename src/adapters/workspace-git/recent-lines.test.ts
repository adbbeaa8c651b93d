import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestRepository } from './test-repository.ts'

test('lines are recent by the newest commit that they came in with; a first commit says nothing, and uncommitted changes are the newest', async () => {
  const repository = createTestRepository()
  try {
    const alone = await repository.open()
    assert.deepEqual(await alone.recentAt?.(alone.base.commit), [])
    await alone.dispose()
    repository.write('src/a.txt', 'one\ntwo\nTHREE\nfour\nfive\nsix\nseven\n')
    repository.commit('three')
    repository.write('src/a.txt', 'one\ntwo\nTHREE\nfive\nsix\nseven\neight\n')
    repository.commit('without four, with eight')
    repository.write('späte.txt', '@@ -1 +1 @@\n')
    const workspace = await repository.open({ includeDirty: true })
    const recent = await workspace.recentAt?.(workspace.base.commit)
    assert.deepEqual(recent?.filter(({ age }) => age === 1), [{ path: 'späte.txt', from: 1, to: 1, age: 1 }])
    assert.deepEqual(recent.filter(({ path, from }) => path === 'src/a.txt' && from <= 3 ), [{ path: 'src/a.txt', from: 3, to: 3, age: 3 }])
    assert.deepEqual(recent.filter(({ path, from }) => path === 'src/a.txt' && from > 3 ), [{ path: 'src/a.txt', from: 7, to: 7, age: 3 }])
    await workspace.dispose()
  } finally {
    repository.remove()
  }
})
