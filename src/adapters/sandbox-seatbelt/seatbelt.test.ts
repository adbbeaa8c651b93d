import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { SandboxCommand } from '../../engine/ports/sandbox.ts'
import { createSeatbeltSandbox } from './driver.ts'
import { toHostView } from './host-paths.ts'
import { findFamily, parseProcessTable, toKey } from './process-family.ts'
import { toSeatbeltProfile } from './profile.ts'

const policy = {
  readOnly: ['/Users/u/.nvm'], writable: ['/Users/u/state/work "tree"'], masked: ['/Users/u/state/work "tree"/.env'],
  guarded: ['/Users/u/state/work "tree"/.git'], scratch: '/Users/u/state/scratch-1',
}

test('the profile denies by default and names what is allowed', () => {
  const text = toSeatbeltProfile(policy)
  assert.ok(text.startsWith('(version 1)\n(deny default)\n'))
  assert.match(text, /\(deny network\*\)/)
  assert.ok(!/\(allow network-outbound\s+\(remote ip/.test(text))
  const writes = /\(allow file-write\*\n([^]*?\)\))/.exec(text)?.[1]
  assert.equal(writes?.replaceAll(/\s+/g, ' ').trim(), '(subpath "/Users/u/state/work \\"tree\\"") (subpath "/Users/u/state/scratch-1"))')
  assert.ok(!text.includes('(subpath "/Users/u")') && !text.includes('(subpath "/")'))
  assert.ok(text.includes('(literal "/Users/u")'), 'ancestors can be looked at')
})

test('what is denied again comes after what is allowed, and the parentheses match', () => {
  const text = toSeatbeltProfile(policy)
  assert.ok(text.indexOf('(deny file-write*') > text.indexOf('(allow file-write*'))
  assert.ok(text.indexOf('(deny file-read* file-write*') > text.indexOf('(allow file-read*'))
  const bare = text.replaceAll(/#?"(?:[^"\\]|\\.)*"/g, '')
  assert.equal(bare.split('(').length, bare.split(')').length)
})

test('a path cannot break out of its string', () => {
  assert.throws(() => toSeatbeltProfile({ ...policy, writable: ['/a\n(allow default)'] }), RangeError)
  assert.ok(toSeatbeltProfile({ ...policy, writable: ['/a")(allow default)("'] }).includes('(subpath "/a\\")(allow default)(\\"")'))
})

test('mounts become host paths', () => {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-seatbelt-')))
  try {
    fs.mkdirSync(path.join(root, 'tree', '.git'), { recursive: true })
    const command: SandboxCommand = {
      argv: ['true'], cwd: '/repo/sub', env: {}, net: { mode: 'none' },
      limits: { timeoutMs: 1, memoryMb: 1, pids: 1, outputBytes: 1, diskBytes: 1 },
      mounts: [
        { mode: 'rw', host: path.join(root, 'tree'), at: '/repo' },
        { mode: 'ro', host: path.join(root, 'tree', '.git'), at: '/repo/.git' },
        { mode: 'mask', at: '/repo/.env' },
      ],
    }
    const view = toHostView(command, ['/opt/tool'], '/scratch')
    assert.equal(view.cwd, path.join(root, 'tree', 'sub'))
    assert.deepEqual(view.policy, {
      readOnly: ['/opt/tool', path.join(root, 'tree', '.git')], writable: [path.join(root, 'tree')],
      masked: [path.join(root, 'tree', '.env')], guarded: [path.join(root, 'tree', '.git')], scratch: '/scratch',
    })
    assert.equal(view.notes.length, 1)
    assert.throws(() => toHostView({ ...command, cwd: '/elsewhere' }, [], '/scratch'), { code: 'sandbox-failed' })
  } finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
})

test('a daemon that left group and parents is still family', () => {
  const table = (daemonParent: number): string => ` 10 1 10 100 Mon Jan  1 10:00:00 2026\n 11 10 10 200 Mon Jan  1 10:00:01 2026\n 12 ${daemonParent} 12 300 Mon Jan  1 10:00:02 2026\n 99 1 99 5 Mon Jan  1 09:00:00 2026\n`
  const first = findFamily(parseProcessTable(table(11)), 10, new Set())
  assert.deepEqual(first.map((row) => row.pid), [10, 11, 12])
  const known = new Set(first.map(toKey))
  assert.deepEqual(findFamily(parseProcessTable(table(1)), 10, known).map((row) => row.pid), [10, 11, 12])
  assert.deepEqual(findFamily(parseProcessTable(table(1)), 10, new Set()).map((row) => row.pid), [10, 11])
})

test('elsewhere than on macOS it refuses', { skip: process.platform === 'darwin' && 'this is a Mac' }, async () => {
  const sandbox = createSeatbeltSandbox({ stateDir: path.join(os.tmpdir(), 'writ-never-made'), env: { PATH: '/usr/bin' } })
  await assert.rejects(sandbox.ready(), { code: 'sandbox-unavailable', message: /macOS only/ })
})
