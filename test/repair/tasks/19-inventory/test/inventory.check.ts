import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Inventory } from '../src/inventory.ts'

const stock = () => new Inventory().add({ sku: 'nut', price: 2, quantity: 10 }).add({ sku: 'bolt', price: 3, quantity: 4 })

describe('inventory', () => {
  it('knows its value', () => assert.equal(stock().value(), 32))
  it('adds to what is there', () => assert.equal(stock().add({ sku: 'nut', price: 2, quantity: 1 }).take('nut', 1), 10))
  it('orders at five by default', () => assert.deepEqual(stock().toReorder(), ['bolt']))
  it('never orders before there is nothing where it says zero', () => {
    assert.deepEqual(stock().add({ sku: 'pin', price: 1, quantity: 1, reorderAt: 0 }).toReorder(), ['bolt'])
  })
  it('refuses', () => assert.throws(() => stock().take('bolt', 5), RangeError))
})
