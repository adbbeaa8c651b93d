import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { patchIndex, type IndexedFile } from './index-file.ts'
import { createTestRepository } from './test-repository.ts'

const name = fc.constantFrom('a', 'a.txt', 'a/b', 'a/c.txt', 'a-b', 'b', 'b/c/d', 'z', 'ä', `long/${'x'.repeat(5_000)}`, 'run.sh', 'm/n', 'm.n')
const change = fc.tuple(name, fc.option(fc.constantFrom(['100644', 'x'], ['100755', 'x'], ['100644', 'yy']), { nil: undefined }))

for (const format of ['sha1', 'sha256'] as const) {
  test(`an index that was patched is the one that git would have made (${format})`, () => {
    const repository = createTestRepository({ init: [`--object-format=${format}`] })
    try {
      const git = (index: string, args: readonly string[], input = ''): string => execFileSync('git', args, { cwd: repository.root, env: { ...repository.env, GIT_INDEX_FILE: index }, encoding: 'utf8', input, maxBuffer: 1e8 })
      const oids = new Map(['x', 'yy'].map((text) => [text, git('unused', ['hash-object', '-w', '--stdin'], text).trim()]))
      const [mine, gits] = [path.join(repository.home, 'mine'), path.join(repository.home, 'gits')]
      fc.assert(fc.property(fc.array(change, { maxLength: 6 }), fc.array(change, { maxLength: 6 }), (first, second) => {
        fs.rmSync(gits, { force: true })
        // A file and a folder of the same name cannot both be there.
        const take = (all: typeof first, before: Map<string, readonly string[] | undefined>): Map<string, readonly string[] | undefined> => {
          const now = new Map(before)
          for (const [at, content] of all) if (content === undefined || ![...now].some(([other, there]) => there && other !== at && (other.startsWith(`${at}/`) || at.startsWith(`${other}/`)))) now.set(at, content)
          return now
        }
        const [start, end] = [take(first, new Map()), take(second, take(first, new Map()))]
        const toInfo = (all: ReadonlyMap<string, readonly string[] | undefined>): string => [...all].map(([at, content]) => `${content?.[0] ?? '0'} ${oids.get(content?.[1] ?? 'x') ?? ''}\t${at}\0`).join('')
        git(gits, ['update-index', '-z', '--index-info'], toInfo(start))
        git(gits, ['write-tree'])
        fs.copyFileSync(gits, mine)
        git(gits, ['update-index', '-z', '--index-info'], toInfo(end))
        const changes = new Map([...end].map(([at, content]): [string, IndexedFile | undefined] => {
          const key = Buffer.from(at, 'utf8').toString('latin1')
          return [key, content === undefined ? undefined : { path: key, mode: content[0] ?? '', oid: oids.get(content[1] ?? '') ?? '', stats: undefined }]
        }))
        assert.equal(patchIndex(mine, changes, format), true)
        assert.equal(git(mine, ['ls-files', '--stage', '--debug', '-z']), git(gits, ['ls-files', '--stage', '--debug', '-z']))
        assert.equal(git(mine, ['write-tree']), git(gits, ['write-tree']))
      }), { numRuns: 40, seed: 7 })
    } finally {
      repository.remove()
    }
  })
}

test('an index of another form, or with a conflict in it, is left as it is', () => {
  const repository = createTestRepository()
  try {
    const file = path.join(repository.root, '.git/index')
    const requireRefused = (): void => {
      const before = fs.readFileSync(file)
      assert.equal(patchIndex(file, new Map([['x', undefined]]), 'sha1'), false)
      assert.deepEqual(fs.readFileSync(file), before)
    }
    repository.git('update-index', '--index-version', '4')
    requireRefused()
    repository.git('update-index', '--index-version', '2')
    repository.git('update-index', '--split-index')
    requireRefused()
    repository.git('update-index', '--no-split-index')
    const oid = repository.git('rev-parse', 'HEAD:README.md').trim()
    execFileSync('git', ['update-index', '--index-info'], { cwd: repository.root, env: repository.env, input: `100644 ${oid} 1\tx\n100644 ${oid} 2\tx\n` })
    requireRefused()
  } finally {
    repository.remove()
  }
})
