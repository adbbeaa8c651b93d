import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findSuspicions } from './spectrum.ts'
import type { Cover } from './spectrum.ts'

const run = (name: string, failed: boolean, spans: [number, number][]) => ({ name, failed, covers: new Map<string, Cover>([['a.ts', { by: 'span', spans }]]) })

describe('suspicion', () => {
  it('is highest where only failing tests come by, and nothing where none does', () => {
    const values = findSuspicions([run('red', true, [[0, 10], [20, 30]]), run('green', false, [[0, 10], [40, 50]])]).get('a.ts')?.values
    assert.ok(values)
    assert.ok((values[25] ?? 0) > (values[5] ?? 0))
    assert.ok((values[5] ?? 0) > 0)
    assert.equal(values[45], 0)
  })
  it('of one fault is not lost among the tests of another', () => {
    const others = Array.from({ length: 20 }, (_, i) => run(`other ${i}`, true, [[100, 110]]))
    const values = findSuspicions([run('mine', true, [[0, 10]]), ...others, run('green', false, [[50, 60]])]).get('a.ts')?.values
    assert.ok((values?.[5] ?? 0) > 0.4)
  })
  it('of what a small test runs is higher than of what only large ones do', () => {
    const values = findSuspicions([run('small', true, [[0, 10]]), run('large', true, [[20, 40], [60, 400]]), run('green', false, [[0, 10], [20, 40]])]).get('a.ts')?.values
    assert.ok((values?.[5] ?? 0) > (values?.[25] ?? 0))
  })
})
