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
    for (let seed = 0; seed < 4; seed += 1) {
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

  it('agree with branch and bound where bounds alone prove nothing', async () => {
    const problem = generateProblem({ tasks: 8, seed: 300, strength: 0.1, factor: 1, complexity: 1.5 })
    const network = toNetwork(problem)
    const search = createSearch(network)
    search.open(never)
    search.improve(() => search.state().decoded > 500)
    const { isProven, best, bounds } = search.tighten(never)
    assert.equal(isProven, false)
    assert.equal(search.branch(never).isProven, true)
    const optimum = search.state().best.end
    assert.ok(optimum <= best.end && optimum >= bounds.best)
    const found = await prove(problem, optimum, optimum - 1)
    assert.ok(found.kind === 'shortest', found.kind)
    assert.equal(Math.max(...found.starts.map((start, task) => start + network.duration[task]!)), optimum)
    assert.deepEqual(await prove(problem, optimum - 1, optimum - 2), { kind: 'none' })
  })
})
