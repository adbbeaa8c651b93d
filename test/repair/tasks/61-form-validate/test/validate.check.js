import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isValid, summary, validate } from '../src/validate.js'

const rules = { name: { required: true, min: 2 }, mail: { email: true }, again: { same: 'mail' } }

test('all is well', () => assert.deepEqual(validate({ name: 'Ann', mail: 'a@b.c', again: 'a@b.c' }, rules), {}))
test('what is wrong', () => assert.deepEqual(validate({ name: 'A', mail: 'x' }, rules), { name: 'has at least 2 characters', mail: 'is no address' }))
test('is valid', () => assert.equal(isValid({ name: 'Ann' }, rules), true))
test('sums up', () => assert.equal(summary({ a: 'is required', b: 'is no address' }), 'a is required; b is no address'))
