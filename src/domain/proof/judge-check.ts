import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome, CheckProof } from '../../protocol/evidence.ts'
import { findUnloaded } from './load-errors.ts'
import { unknownRunner } from './endless.ts'
import type { WrittenByRun } from './written-by-run.ts'
import { combine, namesInside, ownerOf, type NamedResults } from './named-results.ts'

/** One check on the base and on the result, twice each. */
export interface CheckRuns {
  readonly check: Check
  readonly baseline: CheckOutcome | undefined
  readonly baseAgain: CheckOutcome | undefined
  readonly result: CheckOutcome | undefined
  readonly repeat: CheckOutcome | undefined
  /** Files of the run's own that it depends on. Left out: none. */
  readonly written?: WrittenByRun | undefined
  /** Was one of those tests seen to fail on the base and pass twice on the result? */
  readonly isShown?: boolean
}

interface NameJudgement {
  readonly fixed: readonly string[]
  readonly stillFailing: readonly string[]
  readonly broken: readonly string[]
  readonly flaky: readonly string[]
  /** Files that could not be loaded on the base and can be now, which alone shows nothing. */
  readonly loaded: readonly string[]
}

type Mended = 'fixed' | 'loaded' | 'no'

/**
 * A failed file, suite or subtest of the base that the result does not name any more. It counts as mended when what lies
 * inside it ran and passed (a file that could not be loaded has no tests to name), or, for a subtest, when its own test,
 * which the base named too, passed. A file that loads now and only skips is neither mended nor failing.
 */
function judgeUnseen(name: string, isFile: boolean, base: NamedResults, result: NamedResults): Mended {
  const inside = namesInside(result, name).map((one) => result.get(one))
  if (inside.some((status) => status === 'failed' || status === 'mixed')) return 'no'
  if (inside.includes('passed')) return 'fixed'
  if (inside.length > 0) return isFile ? 'loaded' : 'no'
  const owner = ownerOf(name)
  return owner !== undefined && base.has(owner) && result.get(owner) === 'passed' ? 'fixed' : 'no'
}

/**
 * A file that could not be loaded for want of a module, in a check that nobody asked for by name, may lack it only because
 * nothing is installed here: a link or a stub makes it load without mending anything. The person's own check means what it says.
 */
function judgeFailed(name: string, runs: CheckRuns, unloaded: ReadonlyMap<string, string | undefined>, base: NamedResults, result: NamedResults): Mended {
  const after = result.get(name)
  const isFile = unloaded.has(name)
  if (isFile && after === 'skipped') return 'loaded'
  const seen = after === 'passed' ? 'fixed' : after === undefined ? judgeUnseen(name, isFile, base, result) : 'no'
  return seen === 'fixed' && unloaded.get(name) !== undefined && runs.check.origin !== 'person' ? 'loaded' : seen
}

function judgeNames(runs: CheckRuns, base: NamedResults, result: NamedResults): NameJudgement {
  const fixed: string[] = []
  const stillFailing: string[] = []
  const broken: string[] = []
  const flaky: string[] = []
  const loaded: string[] = []
  const baseTwice = runs.baseline !== undefined && runs.baseAgain !== undefined
  const unloaded = findUnloaded(runs.baseline ?? runs.baseAgain)
  for (const [name, before] of base) {
    const after = result.get(name)
    if (after === 'mixed') flaky.push(name)
    else if (before === 'passed') {
      if (after !== 'passed') broken.push(name)
    } else if (before === 'failed') {
      const mended = judgeFailed(name, runs, unloaded, base, result)
      if (mended === 'no') stillFailing.push(name)
      else if (mended === 'loaded') loaded.push(name)
      else if (baseTwice) fixed.push(name)
    } else if (before === 'mixed' && after !== 'passed') (after === 'failed' ? stillFailing : broken).push(name)
    else if (after === 'failed') broken.push(name)
  }
  // Tests that the base could not name (their file did not load there) must not fail either.
  for (const [name, after] of result) {
    if (base.has(name)) continue
    if (after === 'failed') stillFailing.push(name)
    if (after === 'mixed') flaky.push(name)
  }
  return { fixed, stillFailing, broken, flaky, loaded }
}

/** Without names on both sides only what fails or wavers on the result is known. */
function judgeResultAlone(result: NamedResults): NameJudgement {
  const named = (status: string): string[] => [...result].filter((entry) => entry[1] === status).map(([name]) => name)
  return { fixed: [], stillFailing: named('failed'), broken: [], flaky: named('mixed'), loaded: [] }
}

const words: Record<CheckOutcome['status'], string> = {
  passed: 'passed',
  failed: 'failed',
  'timed-out': 'ran out of time',
  'could-not-run': 'could not be run',
}

function problemsOfRun(outcome: CheckOutcome | undefined, which: string): readonly string[] {
  if (outcome === undefined) return [`${which} is missing`]
  const problems: string[] = []
  if (outcome.status !== 'passed') {
    const code = outcome.exitCode === undefined ? '' : ` with exit code ${outcome.exitCode}`
    problems.push(`${which} ${words[outcome.status]}${code}${outcome.notes[0] === undefined ? '' : `: ${outcome.notes[0]}`}`)
  }
  if (outcome.tests !== undefined && !outcome.tests.complete) problems.push(`in ${which} the test runner stopped before it had reported everything`)
  if (outcome.tests !== undefined && outcome.tests.cases.length === 0) problems.push(`in ${which} no test was seen`)
  return problems
}

function count(results: NamedResults, status: string): number {
  return [...results.values()].filter((one) => one === status).length
}

/** Failed files and suites of the base stand for tests that could not be counted there. */
function countedTests(results: NamedResults, other: NamedResults): number {
  return [...results].filter(([name, status]) => !(status === 'failed' && !other.has(name))).length
}

function problemsOfReports(runs: CheckRuns, base: NamedResults, result: NamedResults): readonly string[] {
  if (base.size === 0) return []
  if (result.size === 0) return ['the base showed tests by name and the result shows none']
  const problems: string[] = []
  const before = (runs.baseline?.tests ?? runs.baseAgain?.tests)?.runner
  // Earlier versions, which did not look for what the run wrote, also spoke of a repetition that was not run.
  const seen = runs.written && runs.repeat === undefined ? [runs.result] : [runs.result, runs.repeat]
  for (const after of seen.map((outcome) => outcome?.tests?.runner)) {
    if (after !== before && before !== unknownRunner && problems.length === 0) problems.push(`the tests were reported by ${after ?? 'nothing'}, on the base by ${before}`)
  }
  const had = countedTests(base, result)
  const has = result.size
  if (has < had) problems.push(`fewer tests than on the base: ${has} instead of ${had}`)
  return problems
}

/** Did the check, as a whole, fail on the base in a way that a pass now mends? */
function failedBefore({ check, baseline, baseAgain }: CheckRuns): boolean {
  if (baseline === undefined || baseAgain === undefined) return false
  const failed = (outcome: CheckOutcome): boolean =>
    outcome.status === 'failed' || outcome.status === 'timed-out' || (outcome.status === 'could-not-run' && check.origin === 'person')
  return failed(baseline) && failed(baseAgain)
}

function say(names: readonly string[], one: string, many: string): readonly string[] {
  if (names.length === 0) return []
  const shown = names.slice(0, 5).join('; ') + (names.length > 5 ? '; …' : '')
  return [`${names.length} ${names.length === 1 ? one : many}: ${shown}`]
}

/** The verdict on one check. `fixed`: failed on the base, passes now; `kept`: passes, but nothing it shows failed before. */
export function judgeCheck(runs: CheckRuns): CheckProof {
  const { check, baseline, baseAgain, result: first, repeat, written } = runs
  const rests = written?.tests ?? []
  // A module that is yet to be written has no tests that could still fail.
  const base = rests.length > 0 && baseline?.status === 'could-not-run' ? new Map() : combine(baseline, baseAgain)
  const result = combine(first, repeat)
  const byName = base.size > 0 && result.size > 0
  const names = byName ? judgeNames(runs, base, result) : judgeResultAlone(result)
  const problems = [
    ...(first?.status === 'passed' ? [] : describeBarred(written)),
    ...problemsOfRun(first, 'the run on the result'),
    // A run that failed is not repeated: there is nothing to miss.
    ...(repeat === undefined && first?.status !== 'passed' ? [] : problemsOfRun(repeat, 'the repeated run')),
    ...(baseline === undefined ? ['there is no run on the base to compare with'] : []),
    ...problemsOfReports(runs, base, result),
    ...say(names.stillFailing, 'test fails', 'tests fail'),
    ...say(names.broken, 'test that passed on the base does not pass now', 'tests that passed on the base do not pass now'),
    ...say(names.flaky, 'test passed once and did not the other time', 'tests passed once and did not the other time'),
  ]
  // Where files could not be loaded on the base, they alone explain its exit code.
  const mended = names.fixed.length > 0 || (rests.length > 0 ? runs.isShown === true : names.loaded.length === 0 && failedBefore(runs))
  const verdict = problems.length > 0 ? 'failing' : mended ? 'fixed' : 'kept'
  const remarks = verdict === 'failing' ? [] : toRemarks(runs, byName, mended, names)
  return {
    checkId: check.id,
    command: check.command,
    strength: byName || (rests.length > 0 && result.size > 0) ? 'by-name' : 'exit-code',
    verdict,
    fixed: [...names.fixed],
    stillFailing: [...names.stillFailing],
    broken: [...names.broken],
    flaky: [...names.flaky],
    passedBefore: count(base, 'passed'),
    passedAfter: count(result, 'passed'),
    reasons: [...problems, ...remarks],
  }
}

function describeBarred(written: WrittenByRun | undefined): readonly string[] {
  return (written?.barred ?? []).map((path) => `it names ${path}, which the base does not have and a run may not add, because test runners are steered by it; a person can allow it (unpinned: ["${path}"] in a contract file, or an amendment)`)
}

/** What a pass is worth that needs what the run wrote. */
function describeWritten({ tests, scripts }: WrittenByRun, mended: boolean): readonly string[] {
  const list = (paths: readonly string[]): string => paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', …' : '')
  return [
    ...(tests.length === 0 ? [] : mended
      ? [`rests on tests that this run wrote, seen to fail on the base and to pass twice on the result: ${list(tests)}`]
      : [`rests on tests that this run wrote, which shows nothing: none of them was seen by name to fail on the base and to pass twice on the result (${list(tests)})`]),
    ...(scripts.length === 0 ? [] : [`${list(scripts)} ${scripts.length === 1 ? 'was' : 'were'} written in this run: what this check asks for is the run’s own word`]),
  ]
}

function toRemarks(runs: CheckRuns, byName: boolean, mended: boolean, names: NameJudgement): readonly string[] {
  const own = runs.written ? describeWritten(runs.written, mended) : []
  return runs.written && runs.written.tests.length > 0 ? own : [...toComparison(runs, byName, mended, names), ...own]
}

function toComparison(runs: CheckRuns, byName: boolean, mended: boolean, { fixed, loaded }: NameJudgement): readonly string[] {
  const remarks: string[] = []
  if (!byName) remarks.push('judged by its exit code alone: which tests ran is not known')
  else if (mended && fixed.length === 0) remarks.push('no test failed by name on the base; its exit code was not 0 there and is 0 now')
  if (loaded.length > 0) remarks.push(...say(loaded, 'test file could not be loaded on the base and can be now, which shows nothing of what its tests judge', 'test files could not be loaded on the base and can be now, which shows nothing of what their tests judge'))
  if (!mended && runs.baseline?.status === 'could-not-run') remarks.push('it could not be run on the base, so its pass shows little')
  else if (!mended && runs.baseline?.status !== runs.baseAgain?.status && runs.baseAgain !== undefined) remarks.push('on the base it failed once and passed once, so its pass shows little')
  else if (!mended) remarks.push(loaded.length > 0 ? 'no test in it was seen to fail on the base' : 'nothing in it was seen to fail on the base')
  return remarks
}
