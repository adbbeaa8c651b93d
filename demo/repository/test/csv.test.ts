import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeCell, ordersToCsv, toCsv } from '../service/csv.ts'
import type { Order } from '../service/order.ts'

function order(id: string, createdAt: string, more: Partial<Order> = {}): Order {
  return {
    id,
    customer: { name: 'Ada', email: 'ada@example.com' },
    lines: [
      { sku: 'mug', quantity: 2, unitCents: 900 },
      { sku: 'tee', quantity: 1, unitCents: 1900 },
    ],
    totalCents: 3700,
    status: 'open',
    createdAt,
    ...more,
  }
}

test('plain cells stay as they are', () => {
  assert.equal(escapeCell('mug'), 'mug')
  assert.equal(escapeCell(12), '12')
  assert.equal(escapeCell(0), '0')
  assert.equal(escapeCell(undefined), '')
})

test('cells with commas, quotes or line ends are quoted', () => {
  assert.equal(escapeCell('a,b'), '"a,b"')
  assert.equal(escapeCell('6" mug'), '"6"" mug"')
  assert.equal(escapeCell('one\ntwo'), '"one\ntwo"')
})

test('rows end with CR LF', () => {
  assert.equal(toCsv(['a', 'b'], [[1, 'x,y']]), 'a,b\r\n1,"x,y"\r\n')
  assert.equal(toCsv(['a'], []), 'a\r\n')
})

test('an order becomes one row with all its columns', () => {
  const [header, row, end] = ordersToCsv([order('ord_000001', '2024-03-04T09:30:00.000Z')]).split('\r\n')
  assert.equal(header, 'id,created_at,status,customer,email,pieces,total')
  assert.equal(row, 'ord_000001,2024-03-04T09:30:00.000Z,open,Ada,ada@example.com,3,37.00')
  assert.equal(end, '')
})

test('orders are listed oldest first, and by id where they are as old', () => {
  const orders = [
    order('ord_000003', '2024-03-05T00:00:00.000Z'),
    order('ord_000002', '2024-03-04T00:00:00.000Z'),
    order('ord_000001', '2024-03-05T00:00:00.000Z'),
  ]
  const ids = ordersToCsv(orders).split('\r\n').slice(1, 4).map((row) => row.split(',')[0])
  assert.deepEqual(ids, ['ord_000002', 'ord_000001', 'ord_000003'])
})

test('totals carry no thousands separator', () => {
  const row = ordersToCsv([order('ord_000001', '2024-03-04T09:30:00.000Z', { totalCents: 123_456_00 })])
  assert.match(row, /,123456\.00\r\n$/)
})

test('exporting leaves the list as it was', () => {
  const orders = [order('b', '2024-03-05T00:00:00.000Z'), order('a', '2024-03-04T00:00:00.000Z')]
  ordersToCsv(orders)
  assert.deepEqual(orders.map(({ id }) => id), ['b', 'a'])
})
