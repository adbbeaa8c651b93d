import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsCredential, toSecrecy } from './secret-paths.ts'

test('credentials are known by their names, at any depth and in any case', () => {
  for (const path of ['.env', '.env.local', 'app/.env.production', '.ENV', '.envrc', 'server.pem', 'deploy/id_rsa', 'id_ed25519', 'a/b/.netrc', 'cert.p12', 'x.pfx',
    '.aws/credentials', 'tls/private.key', '.git-credentials', 'kubeconfig', '.kube/config', 'service-account-prod.json', 'gcp/service-account.json', '.ssh/config']) {
    assert.equal(toSecrecy(path), 'yes', path)
  }
})

test('templates, public keys, fixtures and ordinary files are not', () => {
  for (const path of ['.env.example', '.env.sample', '.env.template', 'app/.env.production.example', 'id_rsa.pub', 'test/fixtures/key.pem', 'tests/server.key', 'src/environment.ts',
    'src/env.ts', 'keys.ts', 'docs/pem.md', 'src/credentials.ts', 'locale/key.json']) {
    assert.equal(toSecrecy(path), 'no', path)
  }
  assert.equal(toSecrecy('test/.env'), 'yes')
})

test('a registry configuration is a secret when it holds a token, not when it names a variable', () => {
  assert.equal(toSecrecy('.npmrc'), 'look')
  assert.equal(holdsCredential('//registry.example.org/:_authToken=abc123\n'), true)
  assert.equal(holdsCredential('//registry.example.org/:_authToken=${NPM_TOKEN}\n'), false)
  assert.equal(holdsCredential('registry=https://user:pass@example.org/\n'), true)
  assert.equal(holdsCredential('save-exact=true\nfund=false\n'), false)
})
