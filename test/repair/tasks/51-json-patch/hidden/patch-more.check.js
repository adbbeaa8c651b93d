import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apply } from '../src/patch.js'

test('a value of nothing can be replaced', () => {
  assert.deepEqual(apply({ a: undefined, b: null, c: 0 }, [{ op: 'replace', path: '/a', value: 1 }, { op: 'replace', path: '/b', value: 2 }, { op: 'replace', path: '/c', value: 3 }]), { a: 1, b: 2, c: 3 })
})
test('lists', () => {
  assert.deepEqual(apply([1, 2], [{ op: 'replace', path: '/0', value: 0 }]), [0, 2])
  assert.throws(() => apply([1, 2], [{ op: 'replace', path: '/2', value: 0 }]), RangeError)
})
test('a value may be nothing', () => assert.deepEqual(apply({ a: 1 }, [{ op: 'replace', path: '/a', value: null }]), { a: null }))
