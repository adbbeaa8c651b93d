import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findCycle, sortTasks, toAncestors, toTails } from './graph.ts'

const node = (id: string, ...dependsOn: string[]) => ({ id, dependsOn })
const estimate = (minutes: number) => ({ minutes, spread: 0, memoryMb: 0, tokens: 0 })

describe('a graph of tasks', () => {
  test('a cycle is named in the order in which its tasks wait for one another', () => {
    assert.deepEqual(findCycle([node('a', 'c'), node('b', 'a'), node('c', 'b'), node('d', 'a')]), ['a', 'c', 'b'])
    assert.deepEqual(findCycle([node('a', 'a')]), ['a'])
    assert.equal(findCycle([node('a'), node('b', 'a'), node('c', 'a', 'b')]), undefined)
  })

  test('a chain of 20,000 tasks is no cycle', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => node(`t${n}`, ...(n === 0 ? [] : [`t${n - 1}`])))
    assert.equal(findCycle(chain.toReversed()), undefined)
    assert.deepEqual(sortTasks(chain.toReversed()).map((each) => each.id).slice(0, 3), ['t0', 't1', 't2'])
  })

  test('sorted, every task comes after those before it, and equals keep their order', () => {
    assert.deepEqual(sortTasks([node('z', 'b'), node('b'), node('a'), node('c', 'a', 'z')]).map((each) => each.id), ['b', 'a', 'z', 'c'])
  })

  test('ancestors are direct and indirect', () => {
    const ancestors = toAncestors([node('a'), node('b', 'a'), node('c', 'b'), node('d')])
    assert.deepEqual([...ancestors.get('c') ?? []].sort(), ['a', 'b'])
    assert.equal(ancestors.get('d')?.size, 0)
  })

  test('the tail of a task is the longest chain from its start', () => {
    const tails = toTails([{ ...node('a'), estimate: estimate(5) }, { ...node('b', 'a'), estimate: estimate(20) }, { ...node('c', 'a'), estimate: estimate(1) }, node('d')])
    assert.deepEqual([tails.get('a'), tails.get('b'), tails.get('c'), tails.get('d')], [25, 20, 1, 10])
  })
})
