import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Inventory } from '../src/inventory.ts'

it('orders by what each item says', () => {
  const stock = new Inventory()
    .add({ sku: 'a', price: 1, quantity: 0, reorderAt: 0 })
    .add({ sku: 'b', price: 1, quantity: 5 })
    .add({ sku: 'c', price: 1, quantity: 6 })
    .add({ sku: 'd', price: 1, quantity: 20, reorderAt: 20 })
    .add({ sku: 'e', price: 1, quantity: 3, reorderAt: 2 })
    .add({ sku: 'f', price: 1, quantity: 5, reorderAt: 0 })
  assert.deepEqual(stock.toReorder(), ['a', 'b', 'd'])
})
