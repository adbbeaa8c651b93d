import { describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { countWorkdays, dayOfYear, daysInMonth, formatDate, formatMinutes, isLeap, isWeekend } from '../src/calendar.ts'

describe('years', () => {
  it('knows leap years', () => {
    assert.equal(isLeap(2024), true)
    assert.equal(isLeap(2023), false)
  })
  it('knows centuries', () => {
    assert.equal(isLeap(1900), false)
    assert.equal(isLeap(2000), true)
  })
})
describe('months', () => {
  it('have their days', () => {
    assert.equal(daysInMonth(2023, 1), 31)
    assert.equal(daysInMonth(2023, 2), 28)
    assert.equal(daysInMonth(2024, 2), 29)
    assert.equal(daysInMonth(2024, 12), 31)
  })
  it('are twelve', () => {
    assert.throws(() => daysInMonth(2024, 0), RangeError)
    assert.throws(() => daysInMonth(2024, 13), RangeError)
  })
  it('add up', () => {
    assert.equal(dayOfYear(2023, 1, 1), 1)
    assert.equal(dayOfYear(2023, 12, 31), 365)
    assert.equal(dayOfYear(2024, 3, 1), 61)
  })
})
describe('days', () => {
  it('are written year first', () => {
    assert.equal(formatDate(new Date(Date.UTC(2024, 0, 5))), '2024-01-05')
    assert.equal(formatDate(new Date(Date.UTC(1999, 11, 31))), '1999-12-31')
  })
  it('of the weekend', () => {
    assert.equal(isWeekend(new Date(Date.UTC(2024, 2, 9))), true)
    assert.equal(isWeekend(new Date(Date.UTC(2024, 2, 10))), true)
    assert.equal(isWeekend(new Date(Date.UTC(2024, 2, 11))), false)
    assert.equal(isWeekend(new Date(Date.UTC(2024, 2, 8))), false)
  })
  it('of work', () => {
    assert.equal(countWorkdays(new Date(Date.UTC(2024, 2, 4)), 7), 5)
    assert.equal(countWorkdays(new Date(Date.UTC(2024, 2, 9)), 2), 0)
    assert.equal(countWorkdays(new Date(Date.UTC(2024, 2, 8)), 5), 3)
  })
})
it('times of day', () => {
  assert.equal(formatMinutes(61), '1:01')
  assert.equal(formatMinutes(0), '0:00')
  assert.equal(formatMinutes(1439), '23:59')
  assert.equal(formatMinutes(1500), '1:00')
})
