import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Router } from '../service/router.ts'

function router(): Router<string> {
  return new Router<string>()
    .add('GET', '/orders', 'list')
    .add('POST', '/orders', 'create')
    .add('GET', '/orders/latest', 'latest')
    .add('GET', '/orders/:id', 'show')
    .add('POST', '/orders/:id/lines/:line', 'line')
}

test('a route is found by method and path', () => {
  assert.deepEqual(router().match('POST', '/orders'), { kind: 'found', handler: 'create', params: {} })
  assert.deepEqual(router().match('GET', '/orders/'), { kind: 'found', handler: 'list', params: {} })
})

test('names in a pattern become parameters', () => {
  assert.deepEqual(router().match('POST', '/orders/7/lines/2'), {
    kind: 'found',
    handler: 'line',
    params: { id: '7', line: '2' },
  })
})

test('parameters are decoded', () => {
  const match = router().match('GET', '/orders/a%20b%2Fc')
  assert.deepEqual(match.kind === 'found' && match.params, { id: 'a b/c' })
})

test('the route that was added first wins', () => {
  const match = router().match('GET', '/orders/latest')
  assert.equal(match.kind === 'found' && match.handler, 'latest')
})

test('a known path by another method says which are allowed', () => {
  assert.deepEqual(router().match('DELETE', '/orders'), { kind: 'wrong-method', allowed: ['GET', 'POST'] })
})

test('an unknown path is not found', () => {
  assert.deepEqual(router().match('GET', '/order'), { kind: 'not-found' })
  assert.deepEqual(router().match('GET', '/orders/7/lines'), { kind: 'not-found' })
  assert.deepEqual(router().match('GET', '/orders/%E0%A4%A'), { kind: 'not-found' })
})
