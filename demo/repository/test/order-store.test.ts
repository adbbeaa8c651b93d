import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidInput } from '../service/invalid-input.ts'
import { canMove, isOrderStatus, parseDraft } from '../service/order.ts'
import { OrderStore } from '../service/order-store.ts'

const DRAFT = {
  customer: { name: 'Ada', email: 'ada@example.com' },
  lines: [{ sku: 'mug', quantity: 2, unitCents: 900 }],
}
const AT = new Date('2024-03-04T09:30:00.000Z')

test('orders are numbered from one and start open', () => {
  const store = new OrderStore()
  const first = store.add(DRAFT, 1800, AT)
  assert.deepEqual(first, {
    ...DRAFT,
    id: 'ord_000001',
    totalCents: 1800,
    status: 'open',
    createdAt: '2024-03-04T09:30:00.000Z',
  })
  assert.equal(store.add(DRAFT, 1800, AT).id, 'ord_000002')
  assert.equal(store.size, 2)
})

test('orders are found by id', () => {
  const store = new OrderStore()
  const order = store.add(DRAFT, 1800, AT)
  assert.equal(store.find(order.id), order)
  assert.equal(store.find('ord_999999'), undefined)
})

test('a list may be narrowed to a status', () => {
  const store = new OrderStore()
  const { id } = store.add(DRAFT, 1800, AT)
  store.add(DRAFT, 1800, AT)
  store.move(id, 'paid')
  assert.deepEqual(store.list('paid').map((order) => order.id), [id])
  assert.equal(store.list().length, 2)
})

test('an order moves on by the allowed steps', () => {
  const store = new OrderStore()
  const { id } = store.add(DRAFT, 1800, AT)
  assert.equal(store.move(id, 'paid').moved, true)
  assert.equal(store.move(id, 'shipped').moved, true)
  assert.equal(store.find(id)?.status, 'shipped')
})

test('an order does not move where it may not', () => {
  const store = new OrderStore()
  const { id } = store.add(DRAFT, 1800, AT)
  assert.deepEqual(store.move(id, 'shipped'), { moved: false, reason: 'forbidden' })
  assert.deepEqual(store.move('ord_999999', 'paid'), { moved: false, reason: 'unknown' })
  assert.equal(store.find(id)?.status, 'open')
})

test('steps between states', () => {
  assert.equal(canMove('open', 'cancelled'), true)
  assert.equal(canMove('paid', 'cancelled'), true)
  assert.equal(canMove('shipped', 'cancelled'), false)
  assert.equal(canMove('cancelled', 'open'), false)
})

test('only known words are a status', () => {
  assert.equal(isOrderStatus('paid'), true)
  assert.equal(isOrderStatus('lost'), false)
  assert.equal(isOrderStatus('toString'), false)
})

test('a draft keeps what it needs and drops the rest', () => {
  assert.deepEqual(parseDraft({ ...DRAFT, totalCents: 1 }), DRAFT)
})

test('a draft that cannot be used says why', () => {
  assert.throws(() => parseDraft(null), new InvalidInput('the body is not an object'))
  assert.throws(() => parseDraft({ lines: DRAFT.lines }), new InvalidInput('customer needs a name and an email'))
  assert.throws(() => parseDraft({ ...DRAFT, lines: [] }), new InvalidInput('lines must hold at least one line'))
})

test('a line that cannot be used is named', () => {
  const withLine = (line: unknown) => () => parseDraft({ ...DRAFT, lines: [DRAFT.lines[0], line] })
  assert.throws(withLine({ sku: '', quantity: 1, unitCents: 1 }), /^InvalidInput: line 2 has no sku$/)
  assert.throws(withLine({ sku: 'x', quantity: 0, unitCents: 1 }), /line 2 needs a whole quantity/)
  assert.throws(withLine({ sku: 'x', quantity: 1, unitCents: 1.5 }), /line 2 needs unitCents/)
})
