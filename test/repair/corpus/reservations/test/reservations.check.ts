import { beforeEach, describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { Reservations } from '../src/reservations.ts'
import { Store } from '../src/store.ts'

describe('reservations', () => {
  let store: Store
  let reservations: Reservations
  beforeEach(async () => {
    store = new Store()
    reservations = new Reservations(store)
    await store.add('cup', 5)
    await store.add('plate', 2)
  })
  it('starts with the stock', async () => {
    assert.equal(await reservations.available('cup'), 5)
    assert.equal(await reservations.available('fork'), 0)
  })
  it('holds what is reserved', async () => {
    assert.equal(await reservations.reserve('cup', 2), true)
    assert.equal(await reservations.reserve('cup', 1), true)
    assert.equal(await reservations.available('cup'), 2)
  })
  it('can hold everything, and no more', async () => {
    assert.equal(await reservations.reserve('plate', 2), true)
    assert.equal(await reservations.reserve('plate', 1), false)
    assert.equal(await reservations.available('plate'), 0)
    assert.equal(await reservations.reserve('fork', 1), false)
  })
  it('releases', async () => {
    await reservations.reserve('cup', 4)
    await reservations.release('cup', 3)
    assert.equal(await reservations.available('cup'), 4)
    await reservations.release('cup', 9)
    assert.equal(await reservations.available('cup'), 5)
    await reservations.release('fork', 1)
  })
  it('lists what is scarce', async () => {
    assert.deepEqual(await reservations.scarce(3), ['plate'])
    assert.deepEqual(await reservations.scarce(2), [])
  })
  it('says what is missing', async () => {
    assert.deepEqual(await reservations.reserveAll({ cup: 1, plate: 3, fork: 1 }), ['plate', 'fork'])
    assert.equal(await reservations.available('cup'), 4)
  })
})
