import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest, signatureHeader, verifySignature } from '../service/signature.ts'

const SECRET = 'whsec_test'
const BODY = '{"order":"ord_000001"}'
const AT = 1_700_000_000
const HEADER = 't=1700000000,v1=874a4bf1d81b07fd41575d54dbeaff8ab38cbc86520f55459b7f9e22a5a9588c'

test('digest agrees with RFC 4231, test case 2', () => {
  assert.equal(
    digest('Jefe', 'what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('the header carries time and digest', () => {
  assert.equal(signatureHeader(BODY, SECRET, AT), HEADER)
})

test('a header made by someone who knows the secret is valid', () => {
  assert.equal(verifySignature(HEADER, BODY, SECRET, AT), 'valid')
})

test('what we sign we also accept', () => {
  assert.equal(verifySignature(signatureHeader('{}', 'another secret', 42), '{}', 'another secret', 42), 'valid')
})

test('the clock may be five minutes off either way', () => {
  assert.equal(verifySignature(HEADER, BODY, SECRET, AT + 300), 'valid')
  assert.equal(verifySignature(HEADER, BODY, SECRET, AT - 300), 'valid')
  assert.equal(verifySignature(HEADER, BODY, SECRET, AT + 301), 'expired')
  assert.equal(verifySignature(HEADER, BODY, SECRET, AT - 301), 'expired')
})

test('another body, secret or time does not fit', () => {
  assert.equal(verifySignature(HEADER, `${BODY} `, SECRET, AT), 'mismatch')
  assert.equal(verifySignature(HEADER, BODY, 'whsec_other', AT), 'mismatch')
  assert.equal(verifySignature(HEADER.replace('t=1700000000', 't=1700000001'), BODY, SECRET, AT), 'mismatch')
})

test('a header that is missing or cut is malformed', () => {
  assert.equal(verifySignature(undefined, BODY, SECRET, AT), 'malformed')
  assert.equal(verifySignature(HEADER.slice(0, -1), BODY, SECRET, AT), 'malformed')
  assert.equal(verifySignature('v1=abc', BODY, SECRET, AT), 'malformed')
})
