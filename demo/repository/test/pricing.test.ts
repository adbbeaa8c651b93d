import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allocate, formatCents, parseCents, percentOf } from '../service/money.ts'
import { DEFAULT_RULES, lineDiscount, quote, tierPercent } from '../service/pricing.ts'

const line = (quantity: number, unitCents: number) => ({ sku: 'mug', quantity, unitCents })

test('a tier begins at its quantity', () => {
  assert.equal(tierPercent(9, DEFAULT_RULES), 0)
  assert.equal(tierPercent(10, DEFAULT_RULES), 5)
  assert.equal(tierPercent(49, DEFAULT_RULES), 5)
  assert.equal(tierPercent(50, DEFAULT_RULES), 12)
})

test('the best tier counts, in whatever order they are listed', () => {
  const quantityTiers = [...DEFAULT_RULES.quantityTiers].reverse()
  assert.equal(tierPercent(60, { ...DEFAULT_RULES, quantityTiers }), 12)
})

test('a line discount is a percentage of the whole line', () => {
  assert.equal(lineDiscount(line(10, 199), DEFAULT_RULES), 100)
  assert.equal(lineDiscount(line(9, 199), DEFAULT_RULES), 0)
})

test('a small order pays shipping, and tax on both', () => {
  assert.deepEqual(quote([line(1, 1000)]), {
    goodsCents: 1000,
    discountCents: 0,
    shippingCents: 490,
    taxCents: 283,
    totalCents: 1773,
  })
})

test('shipping is free from the limit on, after discount', () => {
  assert.equal(quote([line(1, 4999)]).shippingCents, 490)
  assert.equal(quote([line(1, 5000)]).shippingCents, 0)
  assert.equal(quote([line(10, 500)]).shippingCents, 490)
})

test('lines are summed', () => {
  const result = quote([line(10, 1000), line(2, 50)])
  assert.equal(result.goodsCents, 10_100)
  assert.equal(result.discountCents, 500)
  assert.equal(result.totalCents, 11_424)
})

test('an order without lines costs nothing', () => {
  assert.equal(quote([]).totalCents, 0)
})

test('parseCents reads whole and broken amounts', () => {
  assert.equal(parseCents('12'), 1200)
  assert.equal(parseCents('12.5'), 1250)
  assert.equal(parseCents(' 0.07 '), 7)
  assert.equal(parseCents('-3.20'), -320)
})

test('parseCents refuses what is not an amount', () => {
  for (const text of ['', '1,50', '1.234', 'ten', '--1']) assert.throws(() => parseCents(text), RangeError, text)
})

test('formatCents groups thousands and keeps two places', () => {
  assert.equal(formatCents(0), '0.00')
  assert.equal(formatCents(5), '0.05')
  assert.equal(formatCents(99_999), '999.99')
  assert.equal(formatCents(123_456_789), '1,234,567.89')
  assert.equal(formatCents(-250), '-2.50')
})

test('percentOf rounds half a cent up', () => {
  assert.equal(percentOf(1000, 19), 190)
  assert.equal(percentOf(50, 1), 1)
  assert.equal(percentOf(49, 1), 0)
  assert.equal(percentOf(0, 19), 0)
})

test('allocate splits by weight', () => {
  assert.deepEqual(allocate(1000, [3, 1]), [750, 250])
  assert.deepEqual(allocate(0, [1, 1]), [0, 0])
})

test('allocate loses no cent', () => {
  assert.deepEqual(allocate(100, [1, 1, 1]), [34, 33, 33])
  assert.deepEqual(allocate(101, [1, 0, 1]), [51, 0, 50])
})

test('allocate needs a positive weight', () => {
  assert.throws(() => allocate(100, [0, 0]), RangeError)
  assert.throws(() => allocate(100, []), RangeError)
})
