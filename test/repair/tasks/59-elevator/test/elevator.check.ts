import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Elevator } from '../src/elevator.ts'

const called = (from: number, ...floors: number[]): Elevator => {
  const elevator = new Elevator(from)
  for (const floor of floors) elevator.call(floor)
  return elevator
}

test('goes to one floor', () => assert.deepEqual(called(0, 4).run(), [4]))
test('goes on upwards first', () => assert.deepEqual(called(5, 6, 4, 9).run(), [6, 9, 4]))
test('says where it goes', () => assert.equal(called(3, 1).step(), 'down'))
test('rests', () => assert.equal(called(2, 2).step(), 'idle'))
