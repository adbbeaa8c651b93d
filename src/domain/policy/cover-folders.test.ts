import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverFolders } from './cover-folders.ts'

test('few files are covered one by one, many by the topmost folder that has no other', () => {
  const many = Array.from({ length: 300 }, (_, n) => `private/${n % 3}/f${n}`)
  const all = [...many, 'src/a.ts', 'mixed/open', 'mixed/closed']
  assert.deepEqual(coverFolders(['private/0/f0'], all), ['private/0/f0'])
  assert.deepEqual(coverFolders([...many, 'mixed/closed', 'top'], [...all, 'top']), ['private', 'mixed/closed', 'top'])
  assert.deepEqual([...coverFolders(many, [...all, 'private/readme'])].sort(), ['private/0', 'private/1', 'private/2'])
})
