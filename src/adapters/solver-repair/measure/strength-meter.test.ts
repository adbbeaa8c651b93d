import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { digestOf } from '../../../domain/digest.ts'
import type { ProvenResult, ResultLab } from '../../../engine/ports/strength.ts'
import type { Check } from '../../../protocol/contract.ts'
import type { CheckOutcome } from '../../../protocol/evidence.ts'
import { TreeId } from '../../../protocol/ids.ts'
import { startPrograms } from './start-programs.ts'
import { createStrengthMeter } from './strength-meter.ts'

const text = 'exports.add = (a, b) => {\n  return a + b\n}\n'
const checkOf = (id: string, command: string): Check => ({ id, command, origin: 'person', timeoutMs: 60_000 })

function outcomeOf({ id, command }: Check, durationMs: number, files?: readonly string[]): CheckOutcome {
  const cases = files?.map((file) => ({ name: `${file} › one`, file, status: 'passed' as const }))
  return { checkId: id, command, status: 'passed', durationMs, tree: TreeId.parse('a'.repeat(40)), output: { digest: digestOf(''), bytes: 0 }, tail: '', notes: [], ...(cases ? { tests: { runner: 'node-test', cases, complete: true } } : {}) }
}

const resultOf = (...outcomes: readonly CheckOutcome[]): ProvenResult => ({
  contract: { goal: '', checks: outcomes.map(({ checkId, command }) => checkOf(checkId, command)), scope: [], constraints: [], pins: [], guarded: [], unpinned: [], network: [], unknowns: [], budget: { maxTurns: 1, maxIdleTurns: 1 } } as unknown as ProvenResult['contract'],
  tree: TreeId.parse('a'.repeat(40)), outcomes, selfMade: [], known: [], changed: [{ path: 'add.js', kind: 'modified', added: 1, removed: 1, binary: false }],
})

interface Answers {
  readonly over?: AbortSignal
  /** Does the check pass with this text? */
  passes?(text: string): boolean
  /** Test files that the quick lane comes to; none of them runs the changed line there. */
  readonly surveyed?: readonly string[]
  readonly test?: string
}

/** Whatever runs is answered here; the lane's tests pass on anything. */
function labOf({ over = new AbortController().signal, passes = () => true, surveyed = [], test: own = "require('./add.js')" }: Answers): ResultLab {
  const files: Readonly<Record<string, string>> = { 'add.js': text, 'a.test.js': own, 'b.test.js': "require('./add.js')" }
  const never = (): never => { throw new Error('not asked for') }
  const result = (stdout: string) => ({ ended: 'exited' as const, exitCode: 0, durationMs: 1, stdout: new TextEncoder().encode(stdout), stderr: new Uint8Array(), output: new Uint8Array(), droppedBytes: 0, notes: [] })
  return {
    home: '/work', over, remainingMs: () => 60_000, recent: never, findings: never, record: never, near: async () => [],
    files: async () => Object.keys(files), read: async (path) => files[path], readBase: async () => text.replace('+', '-'),
    tryFiles: async (changed, check) => ({ ...outcomeOf(check, 1), status: passes(changed.get('add.js') ?? text) ? 'passed' : 'failed' }),
    run: async (_argv, { stdin }) => {
      const { jobs } = JSON.parse(new TextDecoder().decode(stdin)) as { jobs: { id: number; files: string[]; cover?: true; only?: string[] }[] }
      return result(jobs.flatMap(({ id, files: [file = ''], cover, only = [] }) => {
        if (cover && !surveyed.includes(file)) return []
        const names = cover ? [`${file} › one`] : only
        return [`${JSON.stringify({ id, ended: 'done', ms: 1, tests: names.map((name) => ({ name, status: 'passed', ms: 1 })), ...(cover ? { covers: Object.fromEntries(names.map((name) => [name, {}])) } : {}) })}\n`]
      }).join(''))
    },
  }
}

const measure = async (result: ProvenResult, lab: ResultLab, budgetMs = 5000) => {
  const strength = await createStrengthMeter().measure(result, lab, { budgetMs, signal: new AbortController().signal, onLive: () => undefined })
  assert.ok(strength)
  return strength
}

describe('what a measure says of tests that were not run', () => {
  const quick = checkOf('c1', 'sh a.sh')
  test('a check that there was no time for is named, where the others do not notice everything', async () => {
    const slow = outcomeOf(checkOf('c2', 'sh slow.sh'), 600_000)
    const { noticed, tried, note } = await measure(resultOf(outcomeOf(quick, 1), slow), labOf({ passes: (each) => !each.includes('-') }))
    assert.ok(noticed > 0 && noticed < tried)
    assert.match(note ?? '', /what the tests do not notice was not tried by sh slow\.sh/)
    const all = await measure(resultOf(outcomeOf(quick, 1), slow), labOf({ passes: (each) => each === text }))
    assert.deepEqual([all.noticed, all.note], [all.tried, undefined])
  })
  test('what was stopped has noticed nothing', async () => {
    const stop = new AbortController()
    let runs = 0
    const { noticed, note } = await measure(resultOf(outcomeOf(quick, 1)), labOf({ over: stop.signal, passes: () => {
      runs += 1
      if (runs > 1) stop.abort()
      return runs === 1
    } }))
    assert.deepEqual([noticed, note], [0, 'there was no time left for it'])
  })
  test('what the lane does not see in programs that tests start is tried by the check, or nothing is said of it', async () => {
    const lab = labOf({ surveyed: ['a.test.js'], test: "require('node:child_process').execFileSync('node', ['add.js'])", passes: (each) => each === text })
    const { tried, noticed, survivors, unused } = await measure(resultOf(outcomeOf(checkOf('c1', 'node --test'), 1, ['a.test.js'])), lab)
    assert.ok(tried > 0 && noticed === tried && survivors.length === 0 && unused === undefined)
    const weak = await measure(resultOf(outcomeOf(checkOf('c1', 'node --test'), 1, ['a.test.js'])), labOf({ surveyed: ['a.test.js'], test: "require('node:child_process')" }))
    assert.ok(weak.survivors.length > 0 && weak.survivors.every(({ unrun }) => unrun === undefined) && weak.unused === undefined, JSON.stringify(weak))
    const slow = await measure(resultOf(outcomeOf(checkOf('c1', 'node --test'), 600_000, ['a.test.js'])), lab)
    assert.deepEqual([slow.tried, slow.survivors], [0, []])
    assert.match(slow.note ?? '', /a run of node --test takes too long/)
  })
  test('only where all of them were run does none of them run a statement', async () => {
    const outcome = outcomeOf(checkOf('c1', 'node --test'), 600_000, ['a.test.js', 'b.test.js'])
    const all = await measure(resultOf(outcome), labOf({ surveyed: ['a.test.js', 'b.test.js'] }))
    assert.ok(all.survivors.length > 0 && all.survivors.every(({ unrun }) => unrun === true) && all.note === undefined, JSON.stringify(all))
    const some = await measure(resultOf(outcome), labOf({ surveyed: ['a.test.js'] }))
    assert.ok(some.survivors.length > 0 && some.survivors.every(({ unrun }) => unrun === undefined), JSON.stringify(some))
    assert.equal(some.note, '1 test could not be run quickly, or not in time')
  })
})

test('tests that start programs or threads are known by what they load, directly or by what they run', async () => {
  const starts = async (content: string, covers: readonly string[] = []): Promise<boolean> => startPrograms(['a.test.js'], { loadMs: 0, tests: [{ name: 'one', status: 'passed', file: 'a.test.js', ms: 1, covers: new Map(covers.map((path) => [path, { by: 'row', rows: [1] }])) }] }, { read: async (path) => (path === 'a.test.js' ? content : "import { spawn } from 'node:child_process'") })
  for (const content of ["const { execFileSync } = require('child_process')", "import { execa } from 'execa'", 'import subprocess', 'from multiprocessing import Pool', 'os.system("x")', "import { Worker } from 'node:worker_threads'"]) assert.equal(await starts(content), true, content)
  for (const content of ["import { test } from 'node:test'", 'import os', '// a subprocessor']) assert.equal(await starts(content), false, content)
  assert.equal(await starts('', ['helper.js']), true)
})

test('more code than there is time for is not read, and said', async () => {
  const large = Array.from({ length: 6000 }, (_, n) => `exports.add${n} = (a, b) => a + b + ${n}\n`).join('')
  const strength = await measure(resultOf(outcomeOf(checkOf('c1', 'sh a.sh'), 1)), { ...labOf({}), read: async () => large })
  assert.deepEqual([strength.tried, strength.note], [0, 'more code than there is time for: nothing was tried in add.js'])
})
