import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, find, steps } from '../src/grid.ts'

test('finds', () => assert.deepEqual(find(['..', '.E'], 'E'), { x: 1, y: 1 }))
test('walks along', () => assert.equal(steps(['S..E']), 3))
test('walks around a wall', () => assert.equal(steps(['S#E', '...']), 4))
test('no way', () => assert.equal(steps(['S#E']), undefined))
test('counts', () => assert.equal(count(['##.', '#..'], '#'), 3))
