import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { countLines } from './line-count.ts'
import { createPackReader } from './pack-reader.ts'
import { createTestRepository, run, signal, type TestRepository } from './test-repository.ts'

/** A generator of numbers below `limit` that is the same on each run. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % limit
  }
}

async function withRepository(work: (repository: TestRepository) => Promise<void>): Promise<void> {
  const repository = createTestRepository()
  try {
    await work(repository)
  } finally {
    repository.remove()
  }
}

test('what the files of a commit are', () => withRepository(async (repository) => {
  const workspace = await repository.open()
  const modes = await workspace.modesAt?.(workspace.base.commit)
  assert.deepEqual([...(modes ?? [])].toSorted(), [['.gitignore', '100644'], ['README.md', '100644'], ['link', '120000'], ['run.sh', '100755'], ['src/a.txt', '100644']])
  await workspace.dispose()
}))

describe('changes', () => {
  test('between snapshots are those that git lists, with as few lines', () => withRepository(async (repository) => {
    const random = createRandom(7)
    const workspace = await repository.open()
    const at = (name: string): string => path.join(workspace.root, name)
    const gitDir = path.join(repository.stateDir, 'runs', run, 'git')
    const ask = (...args: string[]): string => execFileSync('git', args, { cwd: workspace.root, env: { ...repository.env, GIT_DIR: gitDir }, encoding: 'utf8' })
    const edit = (): void => {
      const name = `${['', 'd/', 'd/e/', 'f.x/'][random(4)]}${'abcdef'[random(6)]}${random(4) === 0 ? '.log' : ''}`
      const above = fs.lstatSync(at(name.slice(0, 1)), { throwIfNoEntry: false })
      if (name.includes('/') && above?.isDirectory() === false) fs.rmSync(at(name.slice(0, 1)))
      if (name.startsWith('d/e/') && fs.lstatSync(at('d/e'), { throwIfNoEntry: false })?.isDirectory() === false) fs.rmSync(at('d/e'))
      fs.mkdirSync(path.dirname(at(name)), { recursive: true })
      const what = random(8)
      fs.rmSync(at(name), { recursive: true, force: true })
      if (what === 0) return
      if (what === 1) return fs.symlinkSync(`to/${random(3)}`, at(name))
      if (what === 2) return fs.writeFileSync(at(name), Uint8Array.from([0, random(255), 1]))
      const lines = Array.from({ length: random(30) }, () => `line ${random(6)}`)
      fs.writeFileSync(at(name), lines.join('\n') + (random(2) === 0 ? '\n' : ''), { mode: random(3) === 0 ? 0o755 : 0o644 })
    }
    let before = await workspace.snapshot(signal)
    for (let round = 0; round < 12; round += 1) {
      for (let step = 0; step < 8; step += 1) edit()
      const after = await workspace.snapshot(signal)
      const changes = await workspace.changes(before, after)
      // Only `--minimal` promises the fewest lines.
      const counted = ask('diff-tree', '-r', '--numstat', '--no-renames', '--minimal', before, after).trim().split('\n').filter((line) => line !== '')
      assert.deepEqual(changes.map((change) => `${change.binary ? '-\t-' : `${change.added}\t${change.removed}`}\t${change.path}`), counted)
      const letters = ask('diff-tree', '-r', '--name-status', '--no-renames', before, after).trim().split('\n').filter((line) => line !== '').map((line) => line[0])
      const toLetter = { added: 'A', deleted: 'D', modified: 'M', mode: 'M', renamed: 'R' }
      assert.deepEqual(changes.map(({ kind }) => toLetter[kind]), letters.map((letter) => (letter === 'T' ? 'M' : letter)))
      before = after
    }
  }))

  test('very different texts are counted in bounded time, and a large one by git', () => withRepository(async (repository) => {
    const many = (word: string, count: number): string => Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('')
    assert.deepEqual(countLines(Buffer.from(many('a', 5_000)), Buffer.from(many('b', 4_000))), { added: 4_000, removed: 5_000 })
    const workspace = await repository.open()
    const before = await workspace.snapshot(signal)
    await workspace.write(new Map([['large.txt', Buffer.from(many('some words that make it long', 20_000))], ['src/a.txt', Buffer.from('one\n')]]))
    const changes = await workspace.changes(before, await workspace.snapshot(signal))
    assert.deepEqual(changes.map(({ path: file, added, removed }) => [file, added, removed]), [['large.txt', 20_000, 0], ['src/a.txt', 0, 6]])
  }))

  test('of a commit honour its attributes', () => withRepository(async (repository) => {
    repository.write('.gitattributes', '*.dat binary\n')
    repository.write('x.dat', 'one\n')
    repository.commit('attributes')
    const workspace = await repository.open()
    await workspace.write(new Map([['x.dat', Buffer.from('two\n')]]))
    const made = await workspace.commit({ message: 'x', parent: workspace.base.commit, trailers: [] })
    assert.ok(made)
    assert.deepEqual(await workspace.changes(workspace.base.commit, made.commit), [{ path: 'x.dat', kind: 'modified', added: 0, removed: 0, binary: true }])
  }))
})

describe('packs', () => {
  test('are read as git reads them, deltas too; what is damaged or missing is left to git', () => withRepository(async (repository) => {
    const text = Array.from({ length: 3_000 }, (_, index) => `line number ${index} of a text that is worth a delta\n`)
    for (let round = 0; round < 12; round += 1) {
      text[round * 200] = `changed in round ${round}\n`
      repository.write('src/long.txt', text.join(''))
      repository.write(`src/dir${round}/file`, `${round}\n`)
      repository.commit(`round ${round}`)
    }
    repository.git('tag', '-a', '-m', 'a tag', 'v1')
    repository.git('repack', '-adfq')
    const listed = repository.git('cat-file', '--batch-all-objects', '--batch-check').trim().split('\n').map((line) => line.split(' '))
    assert.match(repository.git('count-objects', '-v'), /^count: 0$/m)
    const objects = path.join(repository.root, '.git/objects')
    const reader = createPackReader([objects], 20)
    for (const [oid = '', type = ''] of listed) {
      const content = execFileSync('git', ['cat-file', type, oid], { cwd: repository.root, env: repository.env })
      assert.deepEqual(reader.find(oid, 1_000_000), { type, bytes: content })
    }
    assert.equal(reader.find('0'.repeat(40), 1_000), undefined)
    const [large = ''] = repository.git('rev-parse', 'HEAD:src/long.txt').split('\n')
    assert.equal(reader.find(large, 1_000), undefined)
    reader.close()
    const pack = fs.readdirSync(path.join(objects, 'pack')).find((name) => name.endsWith('.pack')) ?? ''
    const damaged = fs.readFileSync(path.join(objects, 'pack', pack)).fill(0xff, 12)
    fs.rmSync(path.join(objects, 'pack', pack))
    fs.writeFileSync(path.join(objects, 'pack', pack), damaged)
    assert.equal(reader.find(large, 1_000_000), undefined)
    reader.close()
  }))

  test('a packed repository is worked on, and one that is packed meanwhile', () => withRepository(async (repository) => {
    repository.git('repack', '-adfq')
    repository.git('pack-refs', '--all')
    const workspace = await repository.open()
    assert.equal(await workspace.snapshot(signal), workspace.base.tree)
    repository.write('later', 'x')
    const later = repository.commit('later')
    repository.git('repack', '-adfq')
    assert.equal(Buffer.from((await workspace.readAt(later, 'later')) ?? []).toString(), 'x')
    await workspace.dispose()
  }))
})
