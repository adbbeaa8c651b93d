import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import type { Workspace } from '../../engine/ports/workspace.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { createTestRepository, run, signal, type TestRepository } from './test-repository.ts'

/** Everything that a rollback promises: names as bytes, kinds, contents, link targets, all permission bits. Not times, not which names share a file. */
function look(root: string): string {
  const lines: string[] = []
  const visit = (directory: Buffer, shown: string): void => {
    for (const name of fs.readdirSync(directory, { encoding: 'latin1' }).sort()) {
      if (shown === '' && name === '.git') continue
      const at = Buffer.concat([directory, Buffer.from(`/${name}`, 'latin1')])
      const stats = fs.lstatSync(at)
      const bits = stats.mode & 0o7777
      // Whoever is not root has to open what is closed to look at it.
      const wasClosed = !stats.isSymbolicLink() && (bits & 0o500) !== 0o500 && process.getuid?.() !== 0
      if (wasClosed) fs.chmodSync(at, bits | 0o700)
      const content = stats.isSymbolicLink() ? fs.readlinkSync(at, { encoding: 'latin1' }) : stats.isFile() ? crypto.createHash('sha1').update(fs.readFileSync(at)).digest('hex') : ''
      lines.push(`${JSON.stringify(`${shown}/${name}`)} ${stats.isSymbolicLink() ? 'link' : (stats.mode & 0o177777).toString(8)} ${content}`)
      if (stats.isDirectory()) visit(at, `${shown}/${name}`)
      if (wasClosed) fs.chmodSync(at, bits)
    }
  }
  visit(Buffer.from(root), '')
  return lines.join('\n')
}

/** Numbers from 0 to n − 1, the same for the same seed. */
function randomOf(seed: number): (n: number) => number {
  let state = seed * 2_654_435_761 + 1
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5) | 0
    return ((state ^ (state >>> 13)) >>> 0) % n
  }
}

const names = ['a', 'b c', 'new\nline', 'bad-\u00ff\u00fe', '~writ~', '~writ~x', 'x.log', 'node_modules', '.git', '.hidden', 'quote"\'', 'é', '-dash', 'z'.repeat(200)]
const fileBits = [0o644, 0o755, 0o600, 0o444, 0o000, 0o640, 0o4755, 0o777, 0o111]
const directoryBits = [0o755, 0o700, 0o555, 0o1777, 0o000, 0o311, 0o500]

/** Does something to the tree that a command could have done, whatever is in the way. */
function disturb(root: string, random: (n: number) => number): void {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
  const base = Buffer.from(root).toString('latin1')
  let directory = base
  for (let depth = random(4); depth > 0; depth--) {
    const below = fs.readdirSync(bytes(directory), { encoding: 'latin1', withFileTypes: true }).filter((entry) => entry.isDirectory() && !(directory === base && entry.name === '.git'))
    if (below.length === 0) break
    directory = `${directory}/${below[random(below.length)]?.name ?? ''}`
    if (process.getuid?.() !== 0) fs.chmodSync(bytes(directory), 0o700)
  }
  const name = names[random(names.length)] ?? 'a'
  if (directory === base && name === '.git') return
  const at = bytes(`${directory}/${name}`)
  const old = fs.lstatSync(at, { throwIfNoEntry: false })
  const clear = (): void => {
    const open = (where: Buffer): void => {
      if (!fs.lstatSync(where).isDirectory()) return
      fs.chmodSync(where, 0o700)
      for (const each of fs.readdirSync(where, { encoding: 'latin1' })) open(Buffer.concat([where, bytes(`/${each}`)]))
    }
    if (old !== undefined) open(at)
    fs.rmSync(at, { recursive: true, force: true })
  }
  switch (random(9)) {
    case 0: clear(); break
    case 1: clear(); fs.mkdirSync(at); break
    case 2: clear(); fs.symlinkSync(['/nowhere', '.', '../src', name, 'a/b'][random(5)] ?? '', at); break
    case 3: if (old !== undefined && !old.isSymbolicLink()) fs.chmodSync(at, (old.isDirectory() ? directoryBits : fileBits)[random(7)] ?? 0o644); break
    case 4: if (old?.isFile() === true) { fs.chmodSync(at, 0o600); fs.appendFileSync(at, `more ${random(100)}\n`) } break
    case 5: if (old?.isFile() === true && !fs.existsSync(bytes(`${directory}/hard`))) fs.linkSync(at, bytes(`${directory}/hard`)); break
    default:
      clear()
      fs.writeFileSync(at, ['', '\0\r\n\xff', 'text\n'.repeat(random(50)), crypto.createHash('sha512').update(String(random(9))).digest()][random(4)] ?? '')
      fs.chmodSync(at, fileBits[random(fileBits.length)] ?? 0o644)
  }
}

async function withWorkspace(work: (workspace: Workspace, repository: TestRepository) => Promise<void>): Promise<void> {
  const repository = createTestRepository()
  const workspace = await repository.open()
  try {
    await work(workspace, repository)
  } finally {
    await workspace.dispose()
    repository.remove()
  }
}

describe('a rollback is byte for byte', () => {
  test('whatever was done in between, and forward again; a new process and a checkout see the same', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      await withWorkspace(async (workspace, repository) => {
        const random = randomOf(seed)
        const known: { tree: TreeId; shown: string }[] = []
        for (let round = 0; round < 4; round++) {
          for (let n = 0; n < 25; n++) disturb(workspace.root, random)
          const shown = look(workspace.root)
          known.push({ tree: await workspace.snapshot(signal), shown })
          assert.equal(look(workspace.root), shown, `seed ${seed}: a snapshot changes nothing`)
        }
        for (const at of [0, 3, 1, 2, 0]) {
          const { tree, shown } = known[at] ?? { tree: '' as TreeId, shown: '' }
          await workspace.rollback(tree, signal)
          assert.equal(look(workspace.root), shown, `seed ${seed}, snapshot ${at}`)
          assert.equal(await workspace.snapshot(signal), tree)
        }
        const { tree, shown } = known[0] ?? { tree: '' as TreeId, shown: '' }
        const again = await repository.workspaces().reopen({ run, repository: repository.root, base: workspace.base.commit, branch: 'writ/test', last: tree })
        assert.equal(await again.snapshot(signal), tree)
        const checkout = await workspace.checkout(tree)
        assert.equal(look(checkout.root), shown, `seed ${seed}, in a checkout`)
        await checkout.dispose()
        assert.ok(!(await workspace.listAt(tree)).includes(''))
      })
    }
  })

  test('when everything was deleted, or the worktree itself is gone', async () => {
    await withWorkspace(async (workspace, repository) => {
      const random = randomOf(99)
      for (let n = 0; n < 60; n++) disturb(workspace.root, random)
      fs.writeFileSync(`${workspace.root}/large`, crypto.createHash('sha512').update('x').digest().toString('hex').repeat(50_000), { mode: 0o600 })
      const shown = look(workspace.root)
      const tree = await workspace.snapshot(signal)
      for (const name of fs.readdirSync(workspace.root, { encoding: 'latin1' })) if (name !== '.git') await workspace.write(new Map([[Buffer.from(name, 'latin1').toString('utf8'), undefined]]))
      await workspace.rollback(tree, signal)
      assert.equal(look(workspace.root), shown)
      fs.rmSync(workspace.root, { recursive: true, force: true })
      const again = await repository.workspaces().reopen({ run, repository: repository.root, base: workspace.base.commit, branch: 'writ/test', last: tree })
      assert.equal(look(again.root), shown)
      assert.equal(await again.snapshot(signal), tree)
    })
  })

  test('permissions alone are a change; they are no file, in no list, diff or commit', async () => {
    await withWorkspace(async (workspace) => {
      const before = await workspace.snapshot(signal)
      fs.chmodSync(`${workspace.root}/src`, 0o555)
      fs.chmodSync(`${workspace.root}/README.md`, 0o600)
      fs.chmodSync(`${workspace.root}/src/a.txt`, 0o000)
      const after = await workspace.snapshot(signal)
      assert.notEqual(after, before)
      assert.deepEqual(await workspace.changes(before, after), [])
      assert.equal(await workspace.diff(before, after, { maxBytes: 1000 }), '')
      assert.deepEqual(await workspace.listAt(after), await workspace.listAt(before))
      assert.equal(await workspace.commit({ message: 'nothing', parent: workspace.base.commit, trailers: [] }), undefined)
      assert.equal(fs.lstatSync(`${workspace.root}/src/a.txt`).mode & 0o777, 0, 'a commit leaves them, too')
      await workspace.rollback(before, signal)
      assert.equal(await workspace.snapshot(signal), before)
    })
  })

  test('names that share one file get their content back, each on its own', async () => {
    await withWorkspace(async (workspace) => {
      fs.linkSync(`${workspace.root}/README.md`, `${workspace.root}/twin`)
      const tree = await workspace.snapshot(signal)
      fs.appendFileSync(`${workspace.root}/twin`, 'through both\n')
      await workspace.rollback(tree, signal)
      assert.deepEqual(['README.md', 'twin'].map((name) => fs.readFileSync(`${workspace.root}/${name}`, 'utf8')), ['hello\n', 'hello\n'])
    })
  })
})
