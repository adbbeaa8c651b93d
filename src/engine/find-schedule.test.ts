import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findOptimum, findViolation, generateProblem } from '../domain/schedule/test-problems.ts'
import { Fault } from '../protocol/fault.ts'
import { findSchedule } from './find-schedule.ts'
import type { Clock } from './ports/clock.ts'
import type { ScheduleProver } from './ports/schedule-prover.ts'

/** Time goes on by a millisecond whenever it is asked for: the result depends on nothing else. */
function createCountedClock(): Clock {
  let asked = 0
  return { now: () => 0, elapsed: () => (asked += 1), sleep: () => new Promise((resolve) => { setImmediate(resolve) }) }
}

describe('the best schedule within a time', () => {
  it('is proven for small problems, whatever the prover does', async () => {
    const problem = generateProblem({ tasks: 7, seed: 41, strength: 0.1, factor: 1, complexity: 1 })
    const failing: ScheduleProver = { prove: () => Promise.reject(new Fault('request-invalid', 'broken')) }
    for (const prover of [undefined, failing]) {
      const found = await findSchedule(problem, { clock: createCountedClock(), ...(prover ? { prover } : {}) }, { seconds: 60 })
      assert.deepEqual([found.proven, found.makespan, found.lowerBound], [true, findOptimum(problem).end, findOptimum(problem).end])
    }
  })

  it('takes what a prover found and proved', async () => {
    const problem = generateProblem({ tasks: 40, seed: 8, strength: 0, factor: 1 })
    let asked: number | undefined
    const prover: ScheduleProver = {
      prove: ({ length }) => {
        asked = length
        return Promise.resolve({ kind: 'none' })
      },
    }
    const found = await findSchedule(problem, { clock: createCountedClock(), prover }, { seconds: 0.3 })
    assert.deepEqual([found.proven, found.provenBy, found.lowerBound, found.makespan], [true, 'solver', asked! + 1, asked! + 1])
    assert.equal(findViolation(problem, new Map(found.tasks.map(({ id, start }) => [id, start]))), undefined)
  })

  it('is there at once where no time is given, and says that it is not proven', async () => {
    const problem = generateProblem({ tasks: 100, seed: 8, strength: 0, factor: 1 })
    const found = await findSchedule(problem, { clock: createCountedClock() }, { seconds: 0 })
    assert.deepEqual([found.proven, found.provenBy, found.searched > 0], [false, undefined, true])
    assert.equal(findViolation(problem, new Map(found.tasks.map(({ id, start }) => [id, start]))), undefined)
    assert.ok(found.lowerBound <= found.makespan)
  })

  it('tells how it goes', async () => {
    const seen: number[] = []
    const found = await findSchedule(generateProblem({ tasks: 60, seed: 2, strength: 0 }), { clock: createCountedClock() }, { seconds: 3, onProgress: ({ best }, tick) => seen.push(best.end * tick) })
    assert.ok(seen.length > 1)
    assert.deepEqual(seen, seen.toSorted((a, b) => b - a))
    assert.equal(seen.at(-1), found.makespan)
  })
})
