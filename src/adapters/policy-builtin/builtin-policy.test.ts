import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallQuestion } from '../../engine/ports/policy.ts'
import { Contract } from '../../protocol/contract.ts'
import type { PathAccess } from '../../protocol/policy.ts'
import { createBuiltinPolicy } from './builtin-policy.ts'

const policy = createBuiltinPolicy()

const contract = Contract.parse({
  version: 1, goal: 'g', constraints: [], checks: [], scope: ['src/**', 'docs'], dataLocations: [], budget: { maxTurns: 10, maxIdleTurns: 3 }, approvers: [], unknowns: [], network: [],
  pins: [
    { mode: 'whole', path: 'src/a.test.ts', sha256: '0'.repeat(64), why: 'a test' },
    { mode: 'keys', path: 'package.json', free: ['dependencies'], sha256: '0'.repeat(64), why: 'scripts' },
  ],
  guarded: ['**/conftest.py', '**/.mocharc*'],
})

function decide(path: string | undefined, access: PathAccess['access'], more: Partial<CallQuestion> & { outside?: boolean } = {}): string {
  const paths = path === undefined ? [] : [{ path, access, outside: more.outside ?? false }]
  const decision = policy.decide({ tool: 'edit', input: {}, effect: 'reversible', paths, contract, ...more })
  assert.equal(decision.policy, policy.hash)
  return `${decision.effect} ${decision.rules.join(' ')}`
}

test('writes in scope are allowed, out of scope refused, reads are free', () => {
  assert.equal(decide('src/new/b.ts', 'write'), 'allow ordinary')
  assert.equal(decide('docs/x/y.md', 'write'), 'allow ordinary')
  assert.equal(decide('lib/b.ts', 'write'), 'deny outside-scope ordinary')
  assert.equal(decide('lib/b.ts', 'read'), 'allow ordinary')
  assert.equal(decide('lib/b.ts', 'write', { contract: { ...contract, scope: [] } }), 'allow ordinary')
  assert.equal(decide('package.json', 'write', { contract: { ...contract, scope: [] } }), 'allow ordinary')
})

test('outside, .git, secrets, pins and guarded names', () => {
  assert.equal(decide('/etc/passwd', 'read', { outside: true }), 'deny outside-repository ordinary')
  assert.equal(decide('.git/config', 'write', { contract: { ...contract, scope: [] } }), 'deny git-directory ordinary')
  assert.equal(decide('src/vendored/.git/hooks/x', 'write'), 'deny git-directory ordinary')
  assert.equal(decide('.env', 'read'), 'deny secret-files ordinary')
  assert.equal(decide('src/.env.local', 'write'), 'deny secret-files ordinary')
  assert.equal(decide('src/a.test.ts', 'write'), 'deny pinned-file ordinary')
  assert.equal(decide('src/a.test.ts', 'read'), 'allow ordinary')
  assert.equal(decide('src/deep/conftest.py', 'write'), 'deny guarded-file ordinary')
  assert.equal(decide('.mocharc.json', 'write'), 'deny outside-scope guarded-file ordinary')
})

test('the strictest wins and all that held are cited', () => {
  assert.equal(decide(undefined, 'read', { effect: 'irreversible', tool: 'shell' }), 'ask irreversible-effect ordinary')
  assert.equal(decide('.env', 'write', { effect: 'irreversible' }), 'deny secret-files outside-scope irreversible-effect ordinary')
})

test('a denial says what, and what to do instead', () => {
  const paths = ['src/a.test.ts', 'src/ok.ts'].map((path) => ({ path, access: 'write' as const, outside: false }))
  const { reason } = policy.decide({ tool: 'patch', input: {}, effect: 'reversible', paths, contract })
  assert.match(reason, /^src\/a\.test\.ts is pinned.*put new tests in a new file/)
  const scoped = policy.decide({ tool: 'write', input: {}, effect: 'reversible', paths: [{ path: 'lib/x', access: 'write', outside: false }], contract })
  assert.match(scoped.reason, /^lib\/x is outside the scope of the contract \(src\/\*\*, docs\)/)
})

test('the same question gets the same answer, and the hash is that of the rules', () => {
  assert.match(policy.hash, /^[0-9a-f]{64}$/)
  assert.equal(createBuiltinPolicy().hash, policy.hash)
})
