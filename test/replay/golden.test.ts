import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listGolden, readGolden, replay } from './golden.ts'

describe('rollouts of every stored version come out of their logs as recorded', () => {
  const names = listGolden()
  test('there are some of each kind', () => {
    for (const kind of ['model', 'repair', 'resumed', 'approval', 'limit', 'waiting', 'rewound', 'fork']) assert.ok(names.includes(`v1-${kind}`), kind)
    for (const kind of ['model', 'repair', 'resumed', 'people']) assert.ok(names.includes(`v2-${kind}`), kind)
    assert.ok(names.includes('v3-people'))
    for (const name of ['v4-planned', 'v5-weak', 'v6-chosen']) assert.ok(names.includes(name), name)
  })
  for (const name of names) {
    test(name, async () => {
      const events = readGolden(name)
      const { divergence, decisions, facts, told, sessions } = await replay(events)
      assert.deepEqual(divergence, undefined)
      assert.equal(decisions + facts + told, events.length)
      assert.ok(decisions > events.length / 3)
      assert.equal(sessions, 1 + events.filter((event) => event.type === 'run.resumed').length)
    })
  }

  test('cut off anywhere, a rollout is one whose process stopped there', async () => {
    for (const name of ['v1-model', 'v1-resumed', 'v1-approval', 'v1-repair', 'v2-repair', 'v2-people', 'v3-people', 'v4-planned']) {
      const events = readGolden(name)
      for (let length = 1; length < events.length; length += 1) {
        const { divergence } = await replay(events.slice(0, length))
        assert.equal(divergence, undefined, `${name} cut after event ${length - 1}`)
      }
    }
  })
})
