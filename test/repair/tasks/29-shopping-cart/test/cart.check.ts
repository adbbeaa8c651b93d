import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLine, subtotal, total } from '../src/cart.ts'

const lines = [{ sku: 'tea', cents: 250, quantity: 2 }, { sku: 'cup', cents: 999, quantity: 1 }]

test('subtotal', () => assert.equal(subtotal(lines), 1499))
test('no discounts', () => assert.equal(total(lines), 1499))
test('on everything from some amount', () => {
  assert.equal(total(lines, [{ percent: 10, minCents: 1000 }]), 450 + 899)
  assert.equal(total(lines, [{ percent: 10, minCents: 2000 }]), 1499)
})
test('on some items', () => assert.equal(total(lines, [{ percent: 50, skus: ['cup'] }]), 500 + 500))
test('adds up lines', () => assert.equal(addLine(lines, { sku: 'tea', cents: 250, quantity: 3 })[0]?.quantity, 5))
