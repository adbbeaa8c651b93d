import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steps } from '../src/grid.ts'

test('up and left', () => assert.equal(steps(['E..', '##.', 'S..']), 6))
test('a maze', () => assert.equal(steps(['S.#.....', '#...###.', '...#...E', '.#.....#']), 11))
test('next to each other', () => assert.equal(steps(['SE']), 1))
