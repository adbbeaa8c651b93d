import assert from 'node:assert/strict'
import { test } from 'node:test'
import { total } from '../src/cart.ts'

const lines = [{ sku: 'tea', cents: 100, quantity: 3 }, { sku: 'cup', cents: 1000, quantity: 1 }]

test('named items, however many', () => {
  assert.equal(total(lines, [{ percent: 10, skus: ['tea', 'cup'] }]), 270 + 900)
  assert.equal(total(lines, [{ percent: 10 }]), 270 + 900)
  assert.equal(total(lines, [{ percent: 10 }, { percent: 50, skus: ['tea'] }]), 150 + 900)
})
