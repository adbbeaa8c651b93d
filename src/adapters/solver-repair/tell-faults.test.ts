import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Lane, LaneVerdict, Survey } from './lane/lane.ts'
import { keepSteady } from './tell-faults.ts'

const test = (name: string, status: 'passed' | 'failed'): Survey['tests'][number] => ({ name, status, file: 'a.test.js', ms: 1, covers: new Map() })
const survey: Survey = { loadMs: 1, tests: [test('red', 'failed'), test('green', 'passed'), test('moody', 'passed')] }

/** What is kept of the three tests, and what counts as steady from then on, where the runs of the base show this. */
async function keep(runs: readonly Pick<LaneVerdict, 'ended' | 'passed'>[]): Promise<unknown[]> {
  const lane: Lane = { name: 'any', workers: 1, survey: async () => survey, tryAll: async () => runs.map((run, id) => ({ id, failed: new Map(), ...run })) }
  const steady = new Set<string>()
  const { trusted, flaky } = await keepSteady({ targets: ['red'], keep: ['green', 'moody'] }, { lane, survey, base: { path: 'a.js', text: '' }, steady })
  return [trusted?.keep, flaky, [...steady]]
}

it('what shows the same in every run is steady, and not where no run came to its end', async () => {
  assert.deepEqual(await keep([{ ended: 'done', passed: new Set(['green', 'moody']) }, { ended: 'done', passed: new Set(['green']) }]), [['green'], [], ['green']])
  assert.deepEqual(await keep([{ ended: 'done', passed: new Set(['green', 'moody', 'red']) }]), [undefined, ['red'], ['green', 'moody']])
  assert.deepEqual(await keep([{ ended: 'timeout', passed: new Set() }, { ended: 'crash', passed: new Set() }]), [['green', 'moody'], [], []])
})
