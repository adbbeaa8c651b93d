import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Lab } from '../../../engine/ports/solver.ts'
import type { Check } from '../../../protocol/contract.ts'
import type { CheckOutcome } from '../../../protocol/evidence.ts'
import type { Candidate } from '../candidate.ts'
import type { Project } from '../project.ts'
import { parseSource } from '../syntax/node.ts'
import { loadParser } from '../syntax/parser.ts'
import type { SyntaxParser } from '../syntax/parser.ts'
import { findMended, rankCandidates } from './filter.ts'
import type { Filter } from './filter.ts'
import { search } from './search.ts'
import type { SearchResult } from './search.ts'
import { openTrials } from './trials.ts'

describe('what is mended', () => {
  const target = 'test/a.js'
  const mended = (...cases: readonly [name: string, status: 'passed' | 'failed'][]): string[] => findMended([target, 'test/b.js › b'], cases.map(([name, status]) => ({ name, status })))
  it('is a test that passes, and a file that could be loaded where tests of it pass and none fails', () => {
    assert.deepEqual(mended(['test/a.js › one', 'passed'], ['test/a.js › two', 'passed'], ['test/b.js › b', 'passed']), [target, 'test/b.js › b'])
    assert.deepEqual(mended(['test/a.js › one', 'passed'], ['test/a.js › two', 'failed']), [])
    assert.deepEqual(mended([target, 'failed'], ['test/ab.js › one', 'passed']), [])
    assert.deepEqual(mended(), [])
  })
})

const text = 'export function f(a) {\n  return [a + 1, a * 2, a - 3, a]\n}\n'
const within = { start: 7, end: text.length, firstRow: 0, lastRow: 2 }
const change = (from: string, to: string, prior: number): Candidate =>
  ({ path: 'f.js', edits: [{ start: text.indexOf(from), end: text.indexOf(from) + from.length, text: to }], kind: 'test', describes: `${from} to ${to}`, prior, suspicion: 1, line: 2, within })
const check = { id: 'c', kind: 'command', command: 'true', timeoutMs: 1000 } as unknown as Check

let parser: SyntaxParser
let project: Project
before(async () => {
  parser = await loadParser(['javascript'])
  const file = parseSource(parser, 'f.js', 'javascript', text)
  assert.ok(file)
  project = { parser, sources: new Map([['f.js', file]]), tests: new Map() }
})

/** Searches with tests that are content with these texts; each batch tries three, and the clock goes on by a tenth of a second for each. */
async function look(candidates: readonly Candidate[], tests: Readonly<Record<string, RegExp>>, { late, later, record, slow = 0 }: { late?: readonly Candidate[]; later?: RegExp; record?: Lab['record']; slow?: number } = {}): Promise<SearchResult & { readonly order: readonly string[] }> {
  let now = 0
  const order: string[] = []
  const passing = (made: string): string[] => Object.keys(tests).filter((name) => tests[name]?.test(made))
  const filter: Filter = {
    quick: true,
    width: 3,
    async sift(trials, budgetMs) {
      if (budgetMs < slow) {
        now += budgetMs
        return { further: [], reached: 0, survivors: [] }
      }
      // As a lane does, it takes longer than what has failed already.
      await setImmediate()
      now += 100 * trials.length
      order.push(...trials.map(({ candidate }) => candidate.describes))
      const further = trials.flatMap((trial) => (passing(trial.text).length === 0 && later?.test(trial.text) ? [{ trial, lines: 1 }] : []))
      return { further, reached: trials.length, survivors: trials.flatMap((trial) => (passing(trial.text).length === 0 ? [] : [{ trial, mended: passing(trial.text), reachable: Object.keys(tests).length }])) }
    },
  }
  const lab: Pick<Lab, 'tryFiles' | 'record'> = {
    async tryFiles(files) {
      const good = passing(files.get('f.js') ?? '')
      return { checkId: 'c', tests: { complete: true, cases: Object.keys(tests).map((name) => ({ name, status: good.includes(name) ? 'passed' : 'failed' })) } } as unknown as CheckOutcome
    },
    record: record ?? (async () => undefined),
  }
  const result = await search(openTrials(rankCandidates(candidates), project), filter, project, {
    lab: lab as Lab, task: 't', check, targets: Object.keys(tests), keep: [], signal: new AbortController().signal, now: () => now, fullTimeoutMs: 1000, budgetMs: 40_000, onProgress: () => undefined,
    ...(late === undefined ? {} : { late: Promise.resolve(late) }),
  })
  return { ...result, order }
}

describe('the search', () => {
  it('does not stop at what mends a part: a likely whole mend later on is taken', async () => {
    const { chosen } = await look([change('+', '-', 0.5), change('*', '/', 0.4), change('a + 1', 'a', 0.3), change('3', '4', 0.2), change('- 3', '', 0.1)], { one: /a - 1|a - 4/, two: /a - 4/ })
    assert.equal(chosen?.trial.candidate.describes, '3 to 4')
  })
  it('builds pairs on what made more tests pass', async () => {
    const { chosen, order } = await look([change('+', '-', 0.5), change('*', '/', 0.4), change('2', '5', 0.3), change('3', '4', 0.2), change('a + 1', 'a', 0.1)], { one: /a - 1/, two: /a - 1.*a - 4/ })
    assert.equal(chosen?.trial.candidate.describes, '+ to -, and 3 to 4')
    assert.deepEqual(chosen.mended, ['one', 'two'])
    assert.ok(order.indexOf('+ to -, and 3 to 4') > 0)
  })
  it('tells what lets a failing test get further where nothing mends it', async () => {
    const { chosen, steps } = await look([change('+', '-', 0.5), change('*', '/', 0.4), change('2', '5', 0.3)], { one: /never/ }, { later: /a - 1/ })
    assert.equal(chosen, undefined)
    assert.deepEqual(steps.map(({ candidate }) => candidate.describes), ['+ to -'])
  })
  it('finds two slips near each other that show no progress one by one', async () => {
    const { chosen } = await look([change('+', '-', 0.5), change('*', '/', 0.4), change('2', '5', 0.3), change('3', '4', 0.2)], { one: /a - 1.*a - 4/ })
    assert.equal(chosen?.trial.candidate.describes, '+ to -, and 3 to 4')
  })
  it('takes what mends a part where nothing mends all', async () => {
    const { chosen, exhausted } = await look([change('+', '-', 0.5), change('*', '/', 0.4)], { one: /a - 1/, two: /never/ })
    assert.equal(chosen?.trial.candidate.describes, '+ to -')
    assert.equal(exhausted, true)
  })
  it('gives more time to a batch of which nothing was reached, within bounds', async () => {
    const candidates = [change('+', '-', 0.5), change('*', '/', 0.4)]
    assert.equal((await look(candidates, { one: /a - 1/ }, { slow: 3000 })).chosen?.trial.candidate.describes, '+ to -')
    const { chosen, tried } = await look(candidates, { one: /a - 1/ }, { slow: Infinity })
    assert.deepEqual([chosen, tried], [undefined, 0])
  })
  it('fails as the whole check does, also while others are tried beside it', async () => {
    const fault = new Error('the disk is full')
    await assert.rejects(look([change('+', '-', 0.5), change('*', '/', 0.4), change('2', '5', 0.3), change('3', '4', 0.28), change('- 3', '', 0.26)], { one: /a - 1/ }, { record: () => Promise.reject(fault) }), fault)
  })
  it('takes up candidates that come late, also where nothing else is left', async () => {
    const { chosen } = await look([change('*', '/', 0.4)], { one: /a - 1/ }, { late: [change('+', '-', 0.5)] })
    assert.equal(chosen?.trial.candidate.describes, '+ to -')
  })
})
