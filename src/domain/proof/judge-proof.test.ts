import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Contract } from '../../protocol/contract.ts'
import type { CheckOutcome, TestStatus } from '../../protocol/evidence.ts'
import type { BlobRef, CommitId, TreeId } from '../../protocol/ids.ts'
import { digestOf } from '../digest.ts'
import { judgeProof, type ProofInput } from './judge-proof.ts'

const contract = Contract.parse({
  version: 1, goal: 'g', constraints: [], checks: [{ id: 'c1', command: 'npm test', origin: 'found' }], scope: [], dataLocations: [],
  budget: { maxTurns: 1, maxIdleTurns: 1 }, approvers: [], unknowns: [], network: [], pins: [], guarded: [],
})
const tree = 'a'.repeat(40) as TreeId
const output: BlobRef = { digest: digestOf(''), bytes: 0 }

interface Shown {
  readonly status?: CheckOutcome['status']
  readonly runner?: string
  readonly complete?: boolean
}

/** `ran` without tests is a check that has an exit code and nothing else. */
function ran(tests: Readonly<Record<string, TestStatus>> | undefined, shown: Shown = {}): CheckOutcome {
  const cases = Object.entries(tests ?? {}).map(([name, status]) => ({ name, status, file: name.split(' › ')[0] ?? name }))
  const status = shown.status ?? (cases.some((one) => one.status === 'failed') ? 'failed' : 'passed')
  return {
    checkId: 'c1', command: 'npm test', status, exitCode: status === 'passed' ? 0 : 1, durationMs: 1, tree, output, tail: '', notes: [],
    ...(tests === undefined ? {} : { tests: { runner: shown.runner ?? 'node-test', cases, complete: shown.complete ?? true } }),
  }
}

function judge(base: CheckOutcome, result: CheckOutcome, change: Partial<ProofInput> = {}) {
  return judgeProof({
    contract, contractHash: digestOf('c'), commit: 'b'.repeat(40) as CommitId, tree,
    changed: [{ path: 'src/a.js', kind: 'modified', added: 1, removed: 1, binary: false }],
    baseline: [base], baseAgain: [base], result: [result], repeat: [result], restored: [], ...change,
  })
}

const red = ran({ 't › a': 'failed', 't › b': 'passed', 't › c': 'passed' })
const green = ran({ 't › a': 'passed', 't › b': 'passed', 't › c': 'passed' })

describe('proof by name', () => {
  test('what failed passes and what passed passes: proven', () => {
    const proof = judge(red, green)
    assert.equal(proof.verdict, 'proven')
    assert.deepEqual(proof.checks[0], {
      checkId: 'c1', command: 'npm test', strength: 'by-name', verdict: 'fixed', fixed: ['t › a'], stillFailing: [], broken: [], flaky: [], passedBefore: 2, passedAfter: 3, reasons: [],
    })
  })

  const unproven: Readonly<Record<string, readonly [ReturnType<typeof judge>, RegExp]>> = {
    'nothing changed': [judge(red, green, { changed: [] }), /nothing was changed/],
    'only restored files changed': [judge(red, green, { restored: ['src/a.js'] }), /put back/],
    'a test still fails': [judge(red, red), /failed with exit code 1/],
    'a test still fails under exit code 0': [judge(red, ran({ 't › a': 'failed', 't › b': 'passed', 't › c': 'passed' }, { status: 'passed' })), /1 test fails: t › a/],
    'a passing test now fails': [judge(red, ran({ 't › a': 'passed', 't › b': 'failed', 't › c': 'passed' }, { status: 'passed' })), /does not pass now: t › b/],
    'a passing test is skipped': [judge(red, ran({ 't › a': 'passed', 't › b': 'skipped', 't › c': 'passed' })), /does not pass now: t › b/],
    'a failing test is skipped': [judge(red, ran({ 't › a': 'skipped', 't › b': 'passed', 't › c': 'passed' })), /t › a/],
    'a passing test is gone': [judge(red, ran({ 't › a': 'passed', 't › b': 'passed' })), /fewer tests than on the base: 2 instead of 3/],
    'the failing test is gone': [judge(red, ran({ 't › b': 'passed', 't › c': 'passed' })), /1 test fails: t › a/],
    'a test was renamed': [judge(red, ran({ 't › a': 'passed', 't › b': 'passed', 't › x': 'passed' })), /does not pass now: t › c/],
    'no test was seen': [judge(red, ran({})), /no test was seen/],
    'no report where there was one': [judge(red, ran(undefined)), /the result shows none/],
    'the report is incomplete': [judge(red, ran({ 't › a': 'passed', 't › b': 'passed', 't › c': 'passed' }, { complete: false })), /stopped before/],
    'another runner reports': [judge(red, ran({ 't › a': 'passed', 't › b': 'passed', 't › c': 'passed' }, { runner: 'tap' })), /reported by tap, on the base by node-test/],
    'it does not repeat': [judge(red, green, { repeat: [red] }), /the repeated run failed/],
    'a test passes only once': [judge(red, green, { repeat: [ran({ 't › a': 'failed', 't › b': 'passed', 't › c': 'passed' }, { status: 'passed' })] }), /once and did not the other time: t › a/],
    'there is no second run': [judge(red, green, { repeat: [] }), /the repeated run is missing/],
    'the canary was not caught': [judge(red, green, { canary: { tampered: true, reasons: ['the canary passed'] } }), /the canary passed/],
    'a test of which the base could not speak fails': [judge(red, ran({ 't › a': 'passed', 't › b': 'passed', 't › c': 'passed', 'u › z': 'failed' }, { status: 'passed' })), /1 test fails: u › z/],
    'it ran out of time': [judge(red, ran(undefined, { status: 'timed-out' })), /ran out of time/],
    'it could not be run': [judge(red, ran(undefined, { status: 'could-not-run' })), /could not be run/],
  }
  for (const [name, [proof, reason]] of Object.entries(unproven)) {
    test(`unproven: ${name}`, () => {
      assert.equal(proof.verdict, 'unproven')
      assert.match(proof.reasons.join('\n'), reason)
    })
  }

  test('a test that failed by chance on the base is not counted as fixed', () => {
    const proof = judge(red, green, { baseAgain: [green] })
    assert.equal(proof.verdict, 'no-evidence')
    assert.match(proof.checks[0]?.reasons[0] ?? '', /failed once and passed once/)
  })

  test('a file that could not be loaded is mended when its tests run and pass', () => {
    const proof = judge(ran({ t: 'failed', 'u › z': 'passed' }), ran({ 't › a': 'passed', 't › b': 'passed', 'u › z': 'passed' }))
    assert.equal(proof.verdict, 'proven')
    assert.deepEqual(proof.checks[0]?.fixed, ['t'])
  })

  test('a file that could not be loaded is not mended by being gone', () => {
    assert.equal(judge(ran({ t: 'failed', 'u › z': 'passed' }), ran({ 'u › z': 'passed' })).verdict, 'unproven')
  })

  test('a failing subtest is mended when its test passes without naming it', () => {
    const proof = judge(ran({ 't › a': 'failed', 't › a › (i=1)': 'failed' }), ran({ 't › a': 'passed' }))
    assert.deepEqual(proof.checks[0]?.fixed, ['t › a', 't › a › (i=1)'])
    assert.equal(proof.verdict, 'proven')
  })

  const unloaded = (message: string): CheckOutcome => {
    const outcome = ran({ t: 'failed', 'u › z': 'passed' })
    return { ...outcome, tests: { runner: 'pytest', complete: true, cases: (outcome.tests?.cases ?? []).map((one) => (one.name === 't' ? { ...one, message } : one)) } }
  }
  const loads = ran({ 't › a': 'passed', 't › b': 'passed', 'u › z': 'passed' }, { runner: 'pytest' })
  const given: Contract = { ...contract, checks: contract.checks.map((check) => ({ ...check, origin: 'person' as const })) }

  test('a file that could not be loaded for want of a module and loads now is no evidence in a check that was found', () => {
    const proof = judge(unloaded("ModuleNotFoundError: No module named 'pkg'\nTraceback"), loads)
    assert.equal(proof.verdict, 'no-evidence')
    assert.equal(proof.checks[0]?.verdict, 'kept')
    assert.deepEqual([proof.checks[0]?.fixed, proof.checks[0]?.stillFailing], [[], []])
    assert.match(proof.checks[0]?.reasons.join('\n') ?? '', /1 test file could not be loaded on the base[\s\S]*no test in it was seen to fail/)
  })
  test('it is evidence in a person’s check, and where the code itself could not be read', () => {
    assert.equal(judge(unloaded("ModuleNotFoundError: No module named 'pkg'"), loads, { contract: given }).verdict, 'proven')
    assert.equal(judge(unloaded('SyntaxError: invalid syntax'), loads).verdict, 'proven')
    assert.equal(judge(unloaded("Error: Cannot find module './utlis.js'"), loads).verdict, 'proven')
  })
  test('a test that failed by name beside it and passes now is evidence', () => {
    const base = unloaded("Error: Cannot find package 'left-pad' imported from a.js")
    const cases = [...(base.tests?.cases ?? []), { name: 'u › y', file: 'u', status: 'failed' as const }]
    const proof = judge({ ...base, tests: { runner: 'pytest', complete: true, cases } }, ran({ 't › a': 'passed', 'u › z': 'passed', 'u › y': 'passed' }, { runner: 'pytest' }))
    assert.equal(proof.verdict, 'proven')
    assert.deepEqual(proof.checks[0]?.fixed, ['u › y'])
  })
  for (const [name, cases] of Object.entries({ 'skips every test': { 't › a': 'skipped', 't › b': 'skipped', 'u › z': 'passed' }, 'is skipped as a whole': { t: 'skipped', 'u › z': 'passed' } } as const)) {
    test(`a file that could not be loaded and now ${name} is neither mended nor failing, whoever gave the check`, () => {
      for (const asked of [contract, given]) {
        const proof = judge(unloaded('SyntaxError: invalid syntax'), ran(cases, { runner: 'pytest' }), { contract: asked })
        assert.equal(proof.verdict, 'no-evidence')
        assert.deepEqual([proof.checks[0]?.fixed, proof.checks[0]?.stillFailing, proof.checks[0]?.broken], [[], [], []])
      }
    })
  }

  test('where nothing was changed nothing was run, and no run is called missing', () => {
    const proof = judge(red, green, { changed: [], result: [], repeat: [], baseAgain: [] })
    assert.deepEqual([proof.verdict, proof.reasons, proof.checks], ['unproven', ['nothing was changed'], []])
  })
  test('a run that failed is not repeated, and that is not held against it', () => {
    const proof = judge(red, red, { repeat: [], baseAgain: [] })
    assert.doesNotMatch(proof.checks[0]?.reasons.join('\n') ?? '', /missing/)
  })

  test('everything passed before and after: a person must look', () => {
    const proof = judge(green, green)
    assert.equal(proof.verdict, 'no-evidence')
    assert.equal(proof.checks[0]?.verdict, 'kept')
    assert.match(proof.reasons[0] ?? '', /a person must look/)
  })
})

describe('proof by exit code', () => {
  test('failed twice before and passes twice now: proven, and said to be weaker', () => {
    const proof = judge(ran(undefined, { status: 'failed' }), ran(undefined))
    assert.equal(proof.verdict, 'proven')
    assert.equal(proof.checks[0]?.strength, 'exit-code')
    assert.match(proof.reasons.join(), /by exit code alone/)
  })
  test('failed once on the base: no evidence', () => {
    assert.equal(judge(ran(undefined, { status: 'failed' }), ran(undefined), { baseAgain: [ran(undefined)] }).verdict, 'no-evidence')
  })
  test('a loop without end on the base counts as failing', () => {
    assert.equal(judge(ran(undefined, { status: 'timed-out' }), ran(undefined)).verdict, 'proven')
  })
  test('a found check that could not be run on the base shows nothing; one that a person gave does', () => {
    const base = ran(undefined, { status: 'could-not-run' })
    assert.equal(judge(base, ran(undefined)).verdict, 'no-evidence')
    const given: Contract = { ...contract, checks: contract.checks.map((check) => ({ ...check, origin: 'person' as const })) }
    assert.equal(judge(base, ran(undefined), { contract: given }).verdict, 'proven')
  })
  test('no check at all is no evidence', () => {
    assert.equal(judge(red, green, { contract: { ...contract, checks: [] } }).verdict, 'no-evidence')
  })
  test('one failing check among several is enough to be unproven', () => {
    const two: Contract = { ...contract, checks: [...contract.checks, { id: 'c2', command: 'make', origin: 'found', timeoutMs: 1 }] }
    assert.equal(judge(red, green, { contract: two }).verdict, 'unproven')
  })
})

describe('tests of the agent’s own', () => {
  const own = (onBase: CheckOutcome, onResult: CheckOutcome, again = onResult) => ({ selfMade: { files: ['mine'], onBase: [onBase], onResult: [onResult], onResultAgain: [again] } })
  const passes = ran({ 'mine › new': 'passed', 't › a': 'passed' })
  const fails = ran({ 'mine › new': 'failed', 't › a': 'passed' })

  test('seen to fail on the base and pass twice on the result: evidence', () => {
    const proof = judge(green, green, own(fails, passes))
    assert.equal(proof.verdict, 'proven')
    assert.deepEqual(proof.selfMade, [{ name: 'mine › new', file: 'mine', onBase: 'failed', onResult: 'passed', evidence: true }])
  })
  test('its file could not be loaded on the base: evidence', () => {
    assert.equal(judge(green, green, own(ran({ mine: 'failed' }), passes)).verdict, 'proven')
  })
  test('passed on the base already: none', () => {
    assert.equal(judge(green, green, own(passes, passes)).verdict, 'no-evidence')
  })
  test('not seen on the base: none', () => {
    assert.equal(judge(green, green, own(ran({ 't › a': 'passed' }), passes)).verdict, 'no-evidence')
  })
  test('passes once only: none', () => {
    assert.equal(judge(green, green, own(fails, passes, fails)).verdict, 'no-evidence')
  })
  test('the runner stopped early: none', () => {
    assert.equal(judge(green, green, own(fails, ran({ 'mine › new': 'passed' }, { complete: false }))).verdict, 'no-evidence')
  })
  test('evidence does not outweigh a failing check', () => {
    assert.equal(judge(red, red, own(fails, passes)).verdict, 'unproven')
  })
})
