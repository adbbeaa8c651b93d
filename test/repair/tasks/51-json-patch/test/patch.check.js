import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apply, get } from '../src/patch.js'

test('adds', () => assert.deepEqual(apply({ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }]), { a: [1, 2, 3] }))
test('appends', () => assert.deepEqual(apply({ a: [] }, [{ op: 'add', path: '/a/-', value: 1 }]), { a: [1] }))
test('replaces', () => assert.deepEqual(apply({ a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 2 }]), { a: { b: 2 } }))
test('replaces only what is there', () => assert.throws(() => apply({ a: 1 }, [{ op: 'replace', path: '/b', value: 2 }]), RangeError))
test('removes', () => assert.deepEqual(apply({ a: 1, b: 2 }, [{ op: 'remove', path: '/a' }]), { b: 2 }))
test('gets', () => assert.equal(get({ 'a/b': { '~': 5 } }, '/a~1b/~0'), 5))
