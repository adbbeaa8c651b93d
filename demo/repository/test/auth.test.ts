import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findBearerToken, TokenRegistry } from '../service/auth.ts'

const READER = 'reader-token-0123456789'
const WRITER = 'writer-token-0123456789'

function registry(): TokenRegistry {
  const tokens = new TokenRegistry()
  tokens.add(READER, { name: 'reader', scopes: ['orders:read'] })
  tokens.add(WRITER, { name: 'writer', scopes: ['orders:read', 'orders:write'] })
  return tokens
}

test('the token follows the word Bearer, however that is written', () => {
  assert.equal(findBearerToken('Bearer abc'), 'abc')
  assert.equal(findBearerToken('bearer   abc '), 'abc')
})

test('other schemes and a bare word give no token', () => {
  assert.equal(findBearerToken('Basic abc'), undefined)
  assert.equal(findBearerToken('Bearer'), undefined)
  assert.equal(findBearerToken(''), undefined)
})

test('a request without the header gives no token', () => {
  assert.equal(findBearerToken(undefined), undefined)
})

test('a client is found by its token only', () => {
  assert.equal(registry().find(READER)?.name, 'reader')
  assert.equal(registry().find(`${READER}x`), undefined)
})

test('a client may use its scopes', () => {
  const access = registry().check(`Bearer ${WRITER}`, 'orders:write')
  assert.equal(access.granted && access.client.name, 'writer')
})

test('a missing header is answered with 401', () => {
  assert.deepEqual(registry().check(undefined, 'orders:read'), {
    granted: false,
    status: 401,
    reason: 'a bearer token is needed',
  })
})

test('an unknown token is answered with 401', () => {
  const access = registry().check('Bearer nobody-knows-this-one', 'orders:read')
  assert.equal(!access.granted && access.status, 401)
})

test('a scope that a client lacks is answered with 403', () => {
  assert.deepEqual(registry().check(`Bearer ${READER}`, 'orders:write'), {
    granted: false,
    status: 403,
    reason: 'reader may not use orders:write',
  })
})

test('short tokens are refused', () => {
  assert.throws(() => new TokenRegistry().add('short', { name: 'x', scopes: [] }), RangeError)
})
