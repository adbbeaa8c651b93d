import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Router } from '../src/router.js'

const router = new Router()
  .on('GET', '/users/:id', ({ id }) => `user ${id}`)
  .on('GET', '/users/:id/posts/:post', ({ id, post }) => `${id} wrote ${post}`)
  .on('GET', '/files/*', () => 'a file')

test('one parameter', () => assert.deepEqual(router.handle('GET', '/users/7'), { status: 200, body: 'user 7' }))
test('two parameters', () => assert.deepEqual(router.handle('GET', '/users/7/posts/9'), { status: 200, body: '7 wrote 9' }))
test('the rest', () => assert.equal(router.handle('GET', '/files/a/b').body, 'a file'))
test('method', () => assert.equal(router.handle('POST', '/users/7').status, 404))
