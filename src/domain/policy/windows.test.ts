import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangeWindow } from '../../protocol/policy-bundle.ts'
import { openWindows } from './windows.ts'

function isOpen(window: Parameters<typeof ChangeWindow.parse>[0], at: string): boolean {
  return openWindows({ w: ChangeWindow.parse(window) }, Date.parse(at)).length === 1
}

const office = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', zone: 'Europe/Berlin', except: ['2026-12-24'] }

test('a window opens and closes by the clock on the wall of its zone', () => {
  assert.equal(isOpen(office, '2026-01-05T07:59:59Z'), false)
  assert.equal(isOpen(office, '2026-01-05T08:00:00Z'), true)
  assert.equal(isOpen(office, '2026-01-05T15:59:59Z'), true)
  assert.equal(isOpen(office, '2026-01-05T16:00:00Z'), false)
  assert.equal(isOpen(office, '2026-01-03T12:00:00Z'), false)
  assert.equal(isOpen(office, '2026-12-24T12:00:00Z'), false)
  assert.equal(isOpen(office, '2026-12-23T12:00:00Z'), true)
})

test('summer time: nine o\'clock is nine o\'clock on both sides of both switches', () => {
  const daily = { ...office, days: ['sat', 'sun', 'mon'], except: [] }
  for (const [at, open] of [
    ['2026-03-28T08:00:00Z', true], ['2026-03-28T07:30:00Z', false],
    ['2026-03-29T07:00:00Z', true], ['2026-03-29T06:59:00Z', false], ['2026-03-29T15:00:00Z', false],
    ['2026-10-24T07:00:00Z', true],
    ['2026-10-25T07:30:00Z', false], ['2026-10-25T08:00:00Z', true], ['2026-10-25T15:59:00Z', true],
  ] as const) assert.equal(isOpen(daily, at), open, at)
})

test('the hour that does not come, and the one that comes twice', () => {
  const night = { days: ['sun'], from: '02:30', to: '03:30', zone: 'Europe/Berlin' }
  // 29 March 2026: the clock goes from 02:00 to 03:00 at 01:00 UTC.
  assert.equal(isOpen(night, '2026-03-29T00:59:00Z'), false)
  assert.equal(isOpen(night, '2026-03-29T01:00:00Z'), true)
  assert.equal(isOpen(night, '2026-03-29T01:30:00Z'), false)
  // 25 October 2026: from 03:00 back to 02:00 at 01:00 UTC; 02:45 comes twice.
  assert.equal(isOpen(night, '2026-10-25T00:45:00Z'), true)
  assert.equal(isOpen(night, '2026-10-25T01:15:00Z'), false)
  assert.equal(isOpen(night, '2026-10-25T01:45:00Z'), true)
  assert.equal(isOpen(night, '2026-10-25T02:29:00Z'), true)
})

test('over midnight the day on which it opened counts, across a switch too', () => {
  const late = { days: ['fri'], from: '22:00', to: '06:00', zone: 'America/New_York', except: ['2026-07-03'] }
  assert.equal(isOpen(late, '2026-06-27T01:59:00Z'), false)
  assert.equal(isOpen(late, '2026-06-27T02:00:00Z'), true)
  assert.equal(isOpen(late, '2026-06-27T09:59:00Z'), true)
  assert.equal(isOpen(late, '2026-06-27T10:00:00Z'), false)
  assert.equal(isOpen(late, '2026-06-28T04:00:00Z'), false)
  assert.equal(isOpen(late, '2026-07-04T05:00:00Z'), false)
  const saturday = { ...late, days: ['sat'], except: [] }
  // 8 March 2026, summer time begins at 07:00 UTC in New York: 06:00 is then 10:00 UTC instead of 11:00.
  assert.equal(isOpen(saturday, '2026-03-08T09:59:00Z'), true)
  assert.equal(isOpen(saturday, '2026-03-08T10:00:00Z'), false)
})

test('zones on both sides of the date line have different days at one instant', () => {
  const monday = { days: ['mon'], from: '00:00', to: '24:00' }
  const at = '2026-01-05T10:30:00Z'
  assert.equal(isOpen({ ...monday, zone: 'Pacific/Kiritimati' }, at), false)
  assert.equal(isOpen({ ...monday, zone: 'Pacific/Pago_Pago' }, at), false)
  assert.equal(isOpen({ ...monday, zone: 'UTC' }, at), true)
  assert.equal(isOpen({ ...monday, days: ['tue'], zone: 'Pacific/Kiritimati' }, at), true)
  assert.equal(isOpen({ ...monday, days: ['sun'], zone: 'Pacific/Pago_Pago' }, at), true)
  assert.equal(isOpen({ ...monday, days: ['tue'], except: ['2026-01-06'], zone: 'Pacific/Kiritimati' }, at), false)
})

test('a window of a whole day, and names in order', () => {
  const whole = ChangeWindow.parse({ from: '00:00', to: '00:00', zone: 'UTC' })
  assert.deepEqual(openWindows({ b: whole, a: whole, c: ChangeWindow.parse({ from: '01:00', to: '02:00', zone: 'UTC' }) }, 0), ['a', 'b'])
})

test('what is no window is refused', () => {
  for (const wrong of [{ ...office, zone: 'Berlin' }, { ...office, from: '9:00' }, { ...office, to: '25:00' }, { ...office, days: [] }, { ...office, days: ['monday'] }, { ...office, except: ['24.12.2026'] }, { ...office, more: 1 }]) {
    assert.equal(ChangeWindow.safeParse(wrong).success, false, JSON.stringify(wrong))
  }
})
