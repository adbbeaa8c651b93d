import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { followGraph } from './follow-graph.ts'
import { makeGraph } from './random-graph.ts'

/** Some of the seeds of `test/plan/sweep.ts`: between them failures, faults, strays, rivals and kills. */
const seeds = [3, 13, 19, 36, 41, 57]

describe('random graphs with random faults', () => {
  for (const seed of seeds) {
    test(`graph ${seed} ends with one line of commits that pass their own checks, nothing lost, and replays`, async () => {
      const { outcome, kills } = await followGraph(makeGraph(seed))
      assert.ok(outcome === 'proven' || outcome === 'not-achieved')
      assert.ok(kills <= makeGraph(seed).kills.length)
    })
  }

  test('what these graphs meet', () => {
    const graphs = seeds.map(makeGraph)
    assert.ok(graphs.some((graph) => graph.kills.length > 0))
    assert.ok(graphs.some((graph) => graph.rivals.length > 0))
    const troubles = graphs.flatMap((graph) => [...graph.troubles.values()])
    for (const kind of ['fails', 'faults', 'strays'] as const) assert.ok(troubles.some((each) => each[kind] > 0), kind)
  })
})
