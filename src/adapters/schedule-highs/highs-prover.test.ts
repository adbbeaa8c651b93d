import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findCriticalPath } from '../../domain/schedule/critical-path.ts'
import { listLimits } from '../../domain/schedule/limits.ts'
import { toNetwork } from '../../domain/schedule/network.ts'
import type { ScheduleProblem } from '../../domain/schedule/problem.ts'
import { narrowWindows } from '../../domain/schedule/refute.ts'
import { findOptimum, findViolation, generateProblem } from '../../domain/schedule/test-problems.ts'
import { createSearch } from '../../domain/schedule/search-schedule.ts'
import type { ProofOutcome } from '../../engine/ports/schedule-prover.ts'
import { findSchedule } from '../../engine/find-schedule.ts'
import { createSystemClock } from '../system/system-clock.ts'
import { createHighsProver } from './highs-prover.ts'

const prover = createHighsProver()
const never = (): boolean => false

function prove(problem: ScheduleProblem, length: number, atLeast: number, signal = new AbortController().signal): Promise<ProofOutcome> {
  const network = toNetwork(problem)
  const limits = listLimits(network)
  const path = findCriticalPath(network)
  const windows = narrowWindows({ network, limits, path, length, keepsDeadlines: false, isOver: never }) ?? { head: path.earliestStart, tail: path.tail }
  return prover.prove({ network, limits, windows, length, atLeast, seconds: 60 }, signal)
}

describe('exact proofs by HiGHS', () => {
  it('find the optimum that trying every order finds, and nothing below it', async () => {
    for (let seed = 0; seed < 8; seed += 1) {
      const problem = generateProblem({ tasks: 6, seed: 200 + seed, strength: 0.1, complexity: 1, resources: 2, isMixed: seed % 2 === 1 })
      const free = { ...problem, tasks: problem.tasks.map(({ deadline: _, ...task }) => task) }
      const { tick, duration } = toNetwork(free)
      const optimum = findOptimum(free).end / tick
      const found = await prove(free, optimum + 3, findCriticalPath(toNetwork(free)).length)
      assert.ok(found.kind === 'shortest', `seed ${seed}: ${found.kind}`)
      assert.equal(Math.max(...found.starts.map((start, task) => start + duration[task]!)), optimum, `seed ${seed}`)
      assert.equal(findViolation(free, new Map(free.tasks.map(({ id }, n) => [id, found.starts[n]! * tick]))), undefined)
      const length = optimum - 1
      if (length >= findCriticalPath(toNetwork(free)).length) assert.deepEqual(await prove(free, length, findCriticalPath(toNetwork(free)).length), { kind: 'none' }, `seed ${seed}`)
    }
  })

  it('stop when they are told to', async () => {
    const stop = new AbortController()
    const asked = prove(generateProblem({ tasks: 30, seed: 3, strength: 0.1, factor: 1 }), 90, 40, stop.signal)
    stop.abort()
    assert.deepEqual(await asked, { kind: 'unknown', why: 'no time was left' })
  })

  it('are not tried where the model would be too large', async () => {
    const found = await prove(generateProblem({ tasks: 120, seed: 3 }), 600, 100)
    assert.equal(found.kind, 'unknown')
  })

  it('prove what bounds alone do not', async () => {
    // Chosen because its bounds stay below the optimum: see the assertion before the proof.
    const problem = hard()
    const search = createSearch(toNetwork(problem))
    search.open(never)
    search.improve(() => search.state().decoded > 2000)
    assert.equal(search.tighten(never).isProven, false)
    const found = await findSchedule(problem, { clock: createSystemClock(), prover }, { seconds: 60 })
    assert.deepEqual([found.proven, found.provenBy, found.makespan], [true, 'solver', findOptimum(problem).end])
  })
})

function hard(): ScheduleProblem {
  const minutes = [5, 4, 3, 4, 3, 5, 4]
  return {
    tasks: minutes.map((each, n) => ({ id: `t${n}`, minutes: each, after: [], demands: { r: [3, 3, 2, 2, 2, 3, 2][n] ?? 1 } })),
    resources: [{ name: 'r', capacity: 5 }], exclusive: [],
  }
}
