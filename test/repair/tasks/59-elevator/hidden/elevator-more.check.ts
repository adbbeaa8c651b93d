import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Elevator } from '../src/elevator.ts'

test('down first', () => {
  const elevator = new Elevator(10)
  for (const floor of [9, 12, 3, 15, 7]) elevator.call(floor)
  assert.deepEqual(elevator.run(), [9, 7, 3, 12, 15])
  assert.equal(elevator.direction, 'idle')
})
test('up', () => {
  const elevator = new Elevator()
  elevator.call(2)
  assert.equal(elevator.step(), 'up')
})
