import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../src/ledger.ts'

test('back and back again', () => {
  const ledger = new Ledger()
  const first = ledger.post('split', [{ account: 'a', cents: -900 }, { account: 'b', cents: 600 }, { account: 'c', cents: 300 }])
  ledger.transfer('b', 'c', 100)
  const back = ledger.reverse(first)
  assert.deepEqual(['a', 'b', 'c'].map((name) => ledger.balance(name)), [0, -100, 100])
  assert.equal(ledger.reverse(back), 4)
  assert.deepEqual(['a', 'b', 'c'].map((name) => ledger.balance(name)), [-900, 500, 400])
  assert.equal(ledger.isBalanced(), true)
  assert.equal(ledger.transactions.length, 4)
})
