import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CheckOutcome, TestStatus } from '../../protocol/evidence.ts'
import type { Digest, TreeId } from '../../protocol/ids.ts'
import { MergeStrategy, type Conflict } from '../../protocol/integration.ts'
import { judgeIntegration, type MergedCheck, type SeenTwice } from './judge.ts'
import { findStrategy } from './strategies.ts'

type Names = Readonly<Record<string, TestStatus>>

function outcome(names: Names | undefined, status?: CheckOutcome['status'], complete = true): CheckOutcome {
  const cases = Object.entries(names ?? {}).map(([name, each]) => ({ name, status: each }))
  const failed = cases.some((each) => each.status === 'failed')
  return {
    checkId: 'c1', command: 'npm test', status: status ?? (failed ? 'failed' : 'passed'), durationMs: 1, tree: '0'.repeat(40) as TreeId,
    ...(names ? { tests: { runner: 'node-test', cases, complete } } : {}), output: { digest: '0'.repeat(64) as Digest, bytes: 0 }, tail: '', notes: [],
  }
}
const seen = (first: Names, second?: Names): SeenTwice => ({ first: outcome(first), ...(second ? { second: outcome(second) } : {}) })
const check = (base: SeenTwice | undefined, ours: SeenTwice | undefined, theirs: SeenTwice | undefined, merged: SeenTwice): MergedCheck => ({ checkId: 'c1', command: 'npm test', base, ours, theirs, merged })
const judge = (...checks: MergedCheck[]): ReturnType<typeof judgeIntegration> => judgeIntegration({ conflicts: [], checks })
const pass: Names = { a: 'passed', b: 'passed' }
const fail: Names = { a: 'passed', b: 'failed' }

describe('a merge is judged', () => {
  test('everything passes: clean', () => {
    assert.deepEqual(judge(check(seen(pass), seen(pass), seen(pass), seen(pass))), { verdict: 'clean', mayIntegrate: true, failing: [], reasons: [] })
  })

  test('passed on both sides and fails together: semantic', () => {
    const judged = judge(check(seen(pass), seen(pass), seen(pass), seen(fail, fail)))
    assert.equal(judged.verdict, 'semantic')
    assert.equal(judged.mayIntegrate, false)
    assert.deepEqual(judged.failing, [{ name: 'b', checkId: 'c1', because: 'semantic' }])
    assert.deepEqual(judged.reasons, ['b passed on both sides and does not pass on what they merge to'])
  })

  test("a test that one side brought fails with the other side's change: semantic", () => {
    assert.equal(judge(check(seen(pass), seen(pass), seen({ ...pass, mine: 'passed' }), seen({ ...pass, mine: 'failed' }))).verdict, 'semantic')
    assert.equal(judge(check(seen(pass), seen({ ...pass, mine: 'passed' }), seen(pass), seen({ ...pass, mine: 'failed' }))).verdict, 'semantic')
  })

  test('a test that passed and is not there any more: semantic, unless one side took it out', () => {
    assert.deepEqual(judge(check(seen(pass), seen(pass), seen(pass), seen({ a: 'passed' }))).failing.map(({ name }) => name), ['b'])
    assert.equal(judge(check(seen(pass), seen({ a: 'passed' }), seen(pass), seen({ a: 'passed' }))).verdict, 'clean')
    assert.equal(judge(check(seen(pass), seen({ ...pass, mine: 'passed' }), seen(pass), seen(pass))).verdict, 'semantic')
  })

  test('failed in the integrated state already: pre-existing, and no reason against it', () => {
    const judged = judge(check(seen(fail), seen(fail), seen(fail), seen(fail)))
    assert.deepEqual([judged.verdict, judged.mayIntegrate], ['pre-existing', true])
    assert.deepEqual(judged.reasons, ['b failed in the integrated state already'])
    assert.equal(judge(check(seen(pass), seen(pass, fail), seen(pass), seen(fail))).verdict, 'pre-existing')
  })

  test("fails in the task's own commit: the task's", () => {
    assert.equal(judge(check(seen(pass), seen(pass), seen(fail), seen(fail))).verdict, 'task')
    assert.equal(judge({ ...check(seen(fail), seen(pass), seen(fail), seen(fail)), isOwn: true }).verdict, 'task')
  })

  test("what others have mended since and fails again is no fault of the task alone: semantic", () => {
    const judged = judge({ ...check(seen(fail), seen(pass), seen(fail), seen(fail)), isOwn: false })
    assert.deepEqual([judged.verdict, judged.mayIntegrate, judged.reasons], ['semantic', false, ['b was mended by what was integrated since the task began, and fails again on what they merge to']])
    assert.equal(judge({ ...check(seen(pass), seen(pass), seen(fail), seen(fail)), isOwn: false }).verdict, 'task', 'the task broke what others had right before it began')
  })

  test("the task's own check, which it made pass, has to pass on the merged content: that it failed before the task is no excuse", () => {
    const own = (...seen: Parameters<typeof check>): MergedCheck => ({ ...check(...seen), isOwn: true })
    const judged = judge(own(seen(fail), seen(fail), seen(pass), seen(fail, fail)))
    assert.deepEqual([judged.verdict, judged.mayIntegrate, judged.reasons], ['semantic', false, ["b passed in the task's own commit and does not pass on what it merges to"]])
    // A runner that names nothing.
    assert.equal(judge(own({ first: outcome(undefined, 'failed') }, { first: outcome(undefined, 'failed') }, { first: outcome(undefined, 'passed') }, { first: outcome(undefined, 'failed') })).verdict, 'semantic')
    // What wavers everywhere, and what the task did not mend either, is as it was.
    assert.equal(judge(own(seen(pass, fail), seen(pass, fail), seen(pass), seen(fail, pass))).verdict, 'pre-existing')
    assert.equal(judge(own(seen(fail), seen(fail), seen(fail), seen(fail))).verdict, 'pre-existing')
  })

  test('passes the second time: flaky, and not integrated unasked', () => {
    const judged = judge(check(seen(pass), seen(pass), seen(pass), seen(fail, pass)))
    assert.deepEqual([judged.verdict, judged.mayIntegrate], ['flaky', false])
    assert.equal(judge(check(seen(pass), seen(pass), seen(fail, pass), seen(fail))).verdict, 'flaky')
  })

  test('a side that was not run: unknown, never clean', () => {
    assert.equal(judge(check(seen(pass), undefined, seen(pass), seen(fail))).verdict, 'unknown')
    assert.equal(judge(check(seen(pass), seen(pass), seen(pass), { first: outcome(undefined, 'could-not-run') })).verdict, 'unknown')
  })

  test('without names the exit code tells', () => {
    const bare = (status: CheckOutcome['status']): SeenTwice => ({ first: outcome(undefined, status) })
    assert.equal(judge(check(bare('passed'), bare('passed'), bare('passed'), bare('failed'))).verdict, 'semantic')
    assert.equal(judge(check(bare('failed'), bare('failed'), bare('passed'), bare('failed'))).verdict, 'pre-existing')
    assert.equal(judge(check(bare('passed'), bare('passed'), bare('failed'), bare('failed'))).verdict, 'task')
    assert.equal(judge(check(bare('passed'), bare('passed'), bare('passed'), bare('timed-out'))).verdict, 'semantic')
    assert.equal(judge(check(undefined, bare('passed'), bare('passed'), { first: outcome(undefined, 'failed'), second: outcome(undefined, 'passed') })).verdict, 'flaky')
  })

  test('a runner that broke off is not excused by what failed before', () => {
    const merged: SeenTwice = { first: outcome(fail, 'failed', false) }
    assert.equal(judge(check(seen(fail), seen(fail), seen(fail), merged)).verdict, 'pre-existing')
    assert.equal(judge(check(seen(pass), seen(pass), seen(pass), { first: outcome(pass, 'timed-out', false) })).verdict, 'semantic')
  })

  test('the worst of several decides, and all are told', () => {
    const judged = judge(check(seen(fail), seen(fail), seen(fail), seen(fail)), check(seen(pass), seen(pass), seen(pass), seen({ a: 'failed', b: 'passed' })))
    assert.equal(judged.verdict, 'semantic')
    assert.equal(judged.reasons.length, 2)
  })

  test('a conflict of text comes before all', () => {
    const conflict: Conflict = { path: 'a.ts', kind: 'content', message: '' }
    const judged = judgeIntegration({ conflicts: [conflict], checks: [check(seen(pass), seen(pass), seen(pass), seen(fail))] })
    assert.deepEqual([judged.verdict, judged.reasons], ['textual', ['a.ts: both changed the same lines']])
  })
})

describe('strategies', () => {
  test('the first that names a path holds, settings before what is built in', () => {
    const settings: MergeStrategy[] = [{ paths: ['web/package-lock.json'], use: 'theirs' }, { paths: ['web/**'], use: 'ours' }]
    assert.equal(findStrategy(settings, 'web/package-lock.json')?.use, 'theirs')
    assert.equal(findStrategy(settings, 'web/x.ts')?.use, 'ours')
    assert.equal(findStrategy(settings, 'package-lock.json')?.needs, 'npm')
    assert.equal(findStrategy([], 'a/b/go.sum')?.use, 'union')
    assert.equal(findStrategy([], 'src/a.ts'), undefined)
  })

  test('a setting that says too little or too much is refused', () => {
    assert.match(MergeStrategy.safeParse({ paths: ['a'], use: 'regenerate' }).error?.issues[0]?.message ?? '', /needs one/)
    assert.match(MergeStrategy.safeParse({ paths: ['a'], use: 'ours', command: 'x' }).error?.issues[0]?.message ?? '', /belongs to 'regenerate'/)
    assert.equal(MergeStrategy.safeParse({ paths: [], use: 'ours' }).success, false)
    assert.equal(MergeStrategy.safeParse({ paths: ['a'], use: 'mine' }).success, false)
  })
})
