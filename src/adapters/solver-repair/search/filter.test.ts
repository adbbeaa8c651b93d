import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Lab } from '../../../engine/ports/solver.ts'
import type { CheckOutcome, TestCase } from '../../../protocol/evidence.ts'
import type { Group } from '../read-tests.ts'
import { tellFaults } from '../tell-faults.ts'
import { createCheckFilter } from './filter.ts'
import type { Trial } from './trials.ts'

type Ask = { readonly text: string; readonly names: readonly string[] | undefined }

/** A lab whose check is `show`, by the text that is tried and the names that it was narrowed to. */
function openLab(show: (ask: Ask) => Record<string, TestCase['status']>): { lab: Lab; asked: Ask[] } {
  const asked: Ask[] = []
  const tryFiles: Lab['tryFiles'] = async (files, _check, { names }) => {
    const ask = { text: [...files.values()].join(''), names }
    asked.push(ask)
    const cases = Object.entries(show(ask)).map(([name, status]): TestCase => ({ name, status }))
    return { tests: { runner: 'any', cases, complete: true } } as unknown as CheckOutcome
  }
  return { lab: { tryFiles, files: async () => [] } as unknown as Lab, asked }
}

const check = { id: 'tests', command: 'any', origin: 'person', timeoutMs: 1000 } as const

it('a check that is narrowed by name shows the other tests only what makes a failing one pass', async () => {
  const { lab, asked } = openLab(({ text, names }) => ({ 'a › red': text === 'same' ? 'failed' : 'passed', ...(names === undefined ? { 'a › green': text === 'worse' ? 'failed' : 'passed' } : {}) }))
  const trials = ['same', 'worse', 'better'].map((text, n) => ({ n, text, beyond: 0, candidate: { path: 'a.js' } }) as unknown as Trial)
  const filter = createCheckFilter(lab, check, { targets: ['a › red'], keep: ['a › green'], only: ['a'], byName: true, perMs: 1000, parallel: 1 })
  const { reached, survivors } = await filter.sift(trials, 60_000, { all: true })
  assert.deepEqual([reached, survivors.map(({ trial }) => trial.text)], [3, ['better']])
  assert.deepEqual(asked.map(({ text, names }) => [text, names?.length]), [['same', 1], ['worse', 1], ['worse', undefined], ['better', 1], ['better', undefined]])
})

it('a test that fails on its own too is narrowed to by name; one that passes alone is flaky only if it passes with its file as well', async () => {
  const group = { family: 'script', check, files: ['a'], untouched: ['a'], failing: [{ name: 'a › red', status: 'failed' }], outcome: { durationMs: 10, notes: [], status: 'failed', command: 'any' } } as unknown as Group
  const tell = async (alone: TestCase['status'], whole: TestCase['status']): Promise<unknown[]> => {
    const { lab, asked } = openLab(({ names }) => (names === undefined ? { 'a › red': whole, 'a › green': 'passed' } : { 'a › red': alone, 'a › green': 'skipped' }))
    const told = await tellFaults(group, lab)
    return [told.group?.byName, asked.length, told.said.length]
  }
  assert.deepEqual(await tell('failed', 'failed'), [true, 1, 0])
  assert.deepEqual(await tell('passed', 'failed'), [false, 2, 0])
  assert.deepEqual(await tell('passed', 'passed'), [undefined, 2, 1])
})
