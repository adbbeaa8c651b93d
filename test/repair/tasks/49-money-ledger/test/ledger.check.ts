import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../src/ledger.ts'

test('transfers', () => {
  const ledger = new Ledger()
  ledger.transfer('cash', 'food', 500)
  assert.deepEqual([ledger.balance('cash'), ledger.balance('food')], [-500, 500])
})
test('takes back', () => {
  const ledger = new Ledger()
  const id = ledger.transfer('cash', 'food', 500)
  assert.equal(ledger.reverse(id), 2)
  assert.deepEqual([ledger.balance('cash'), ledger.balance('food')], [0, 0])
})
test('refuses what does not add up', () => assert.throws(() => new Ledger().post('x', [{ account: 'a', cents: 1 }]), RangeError))
test('unknown', () => assert.throws(() => new Ledger().reverse(7), /no transaction 7/))
