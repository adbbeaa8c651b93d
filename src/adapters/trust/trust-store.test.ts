import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Fault } from '../../protocol/fault.ts'
import { digestOf } from '../../domain/digest.ts'
import { openTrust, type Trusted } from './trust-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'writ-trust-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const entry = (root: string, path: string, text: string): Trusted => ({ root, path, digest: digestOf(text), by: 'ada', at: '2026-01-01T00:00:00.000Z' })

test('what was trusted is trusted by its digest alone, until it is taken back', async () => {
  const stateDir = join(folder, 'a', 'writ')
  const store = openTrust(stateDir)
  assert.deepEqual(await store.list(), [])
  await store.trust([entry('/r', '.writ/policy', 'one'), entry('/r', '.writ/hooks.yaml', 'h'), entry('/s', '.writ/policy', 'one')])
  assert.equal(await store.isTrusted('/r', '.writ/policy', digestOf('one')), true)
  assert.equal(await store.isTrusted('/r', '.writ/policy', digestOf('two')), false)
  assert.equal(await store.isTrusted('/t', '.writ/policy', digestOf('one')), false)
  await store.trust([entry('/r', '.writ/policy', 'two')])
  assert.equal(await openTrust(stateDir).isTrusted('/r', '.writ/policy', digestOf('one')), false)
  assert.equal((await store.find('/r', '.writ/policy'))?.digest, digestOf('two'))
  assert.equal((await store.revoke('/r')).length, 2)
  assert.deepEqual((await store.list()).map(({ root }) => root), ['/s'])
  assert.deepEqual(await store.revoke('/r', '.writ/policy'), [])
  assert.equal(statSync(join(stateDir, 'trust.json')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(stateDir), ['trust.json'])
})

test('a damaged store trusts nothing, and says what to do', async () => {
  const stateDir = join(folder, 'b')
  await openTrust(stateDir).trust([entry('/r', 'x', 'one')])
  for (const text of ['{', '{}', '[]', '{"version":1,"trusted":[{"root":1}]}']) {
    writeFileSync(join(stateDir, 'trust.json'), text)
    await assert.rejects(openTrust(stateDir).isTrusted('/r', 'x', digestOf('one')), (thrown) => thrown instanceof Fault && /is damaged, so nothing of any repository is trusted\. Move it away/.test(thrown.message))
  }
})
