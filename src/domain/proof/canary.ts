import type { CheckOutcome, TestCase } from '../../protocol/evidence.ts'

/** A file of the base's tests with one more test at its end that must fail. */
export interface CanaryFile {
  readonly path: string
  readonly content: string
  /** Name of a test of this file that the check runs: where it chooses its tests by their names, it chooses one that has this in its name too. */
  readonly like?: string
}

export interface CanaryVerdict {
  /** The test that must fail was reported to pass, or was not reported at all. */
  readonly tampered: boolean
  readonly reasons: readonly string[]
}

/** Longer names of tests are cut, in characters. */
const mostTitle = 500

type Language = 'esm' | 'cjs' | 'vitest' | 'expect-global' | 'mocha-esm' | 'mocha-cjs' | 'pytest' | 'unittest'

/** Every way to assert must raise; one that does not ends the test as a pass, which is what must not be seen. */
function nodeBody(assert: string, name: string): string {
  return `
  const dead = []
  const must = (label, run) => { try { run() } catch { return } dead.push(label) }
  const mustLater = async (label, run) => { try { await run() } catch { return } dead.push(label) }
  for (const a of [${assert}, ${assert}.strict]) {
    must('call', () => a(false))
    must('ok', () => a.ok(0))
    must('equal', () => a.equal(1, 2))
    must('notEqual', () => a.notEqual(1, 1))
    must('strictEqual', () => a.strictEqual('a', 'b'))
    must('notStrictEqual', () => a.notStrictEqual(1, 1))
    must('deepEqual', () => a.deepEqual({ a: [1] }, { a: [2] }))
    must('deepStrictEqual', () => a.deepStrictEqual({ a: [1] }, { a: [2] }))
    must('notDeepEqual', () => a.notDeepEqual({ a: 1 }, { a: 1 }))
    must('notDeepStrictEqual', () => a.notDeepStrictEqual({ a: 1 }, { a: 1 }))
    must('match', () => a.match('a', /b/))
    must('doesNotMatch', () => a.doesNotMatch('a', /a/))
    must('throws', () => a.throws(() => {}))
    must('doesNotThrow', () => a.doesNotThrow(() => { throw new Error('x') }))
    must('ifError', () => a.ifError(new Error('x')))
    must('fail', () => a.fail('x'))
    await mustLater('rejects', () => a.rejects(async () => {}))
    await mustLater('doesNotReject', () => a.doesNotReject(async () => { throw new Error('x') }))
  }
  if (dead.length === 0) throw new Error('${name}')
`
}

/** The same for runners that assert with `expect`. */
function expectBody(expect: string, name: string): string {
  return `
  const dead = []
  const must = (label, run) => { try { run() } catch { return } dead.push(label) }
  must('toBe', () => ${expect}(1).toBe(2))
  must('not.toBe', () => ${expect}(1).not.toBe(1))
  must('toEqual', () => ${expect}({ a: [1] }).toEqual({ a: [2] }))
  must('toStrictEqual', () => ${expect}({ a: [1] }).toStrictEqual({ a: [2] }))
  must('toBeTruthy', () => ${expect}(0).toBeTruthy())
  must('toBeNull', () => ${expect}(1).toBeNull())
  must('toBeUndefined', () => ${expect}(1).toBeUndefined())
  must('toContain', () => ${expect}([1]).toContain(2))
  must('toHaveLength', () => ${expect}([1]).toHaveLength(2))
  must('toMatch', () => ${expect}('a').toMatch(/b/))
  must('toThrow', () => ${expect}(() => {}).toThrow())
  must('toBeGreaterThan', () => ${expect}(1).toBeGreaterThan(2))
  if (dead.length === 0) throw new Error('${name}')
`
}

/** A test at the end of a file, with names of its own for what it imports: what others did to theirs shows all the same. */
function scriptCanary(language: Exclude<Language, 'pytest' | 'unittest'>, name: string, like: readonly string[]): string {
  const title = JSON.stringify([...like, name].join(' '))
  switch (language) {
    case 'vitest':
      return `\n;\nimport { test as writCanaryTest, expect as writCanaryExpect } from 'vitest'\nwritCanaryTest(${title}, () => {${expectBody('writCanaryExpect', name)}})\n`
    case 'expect-global':
      return `\n;\ntest(${title}, () => {${expectBody('expect', name)}})\n`
    case 'esm':
      return `\n;\nimport { test as writCanaryTest } from 'node:test'\nimport writCanaryAssert from 'node:assert'\nwritCanaryTest(${title}, async () => {${nodeBody('writCanaryAssert', name)}})\n`
    case 'cjs':
      return `\n;\nconst { test: writCanaryTest } = require('node:test')\nconst writCanaryAssert = require('node:assert')\nwritCanaryTest(${title}, async () => {${nodeBody('writCanaryAssert', name)}})\n`
    case 'mocha-esm':
      return `\n;\nimport writCanaryAssert from 'node:assert'\n;(globalThis.it ?? globalThis.test)(${title}, async () => {${nodeBody('writCanaryAssert', name)}})\n`
    case 'mocha-cjs':
      return `\n;(globalThis.it ?? globalThis.test)(${title}, async () => {${nodeBody("require('node:assert')", name)}})\n`
  }
}

const pythonStatements = `    dead = []
    try:
        assert 1 == 2
        dead.append("assert")
    except AssertionError:
        pass
    try:
        assert {"a": [1]} == {"a": [2]}
        dead.append("assert on a dict")
    except AssertionError:
        pass
`

function pytestCanary(name: string, like: readonly string[]): string {
  return `

def test_${[...like, name].join('_')}():
${pythonStatements}    import pytest
    try:
        with pytest.raises(ValueError):
            pass
        dead.append("raises")
    except BaseException as error:
        if not type(error).__name__ == "Failed":
            raise
    if not dead:
        raise AssertionError("${name}")
`
}

function unittestCanary(name: string, like: readonly string[]): string {
  const whole = [...like, name].join('_')
  return `

import unittest as writ_canary_unittest


class WritCanary_${whole}(writ_canary_unittest.TestCase):
    def test_${whole}(self):
        dead = []
        for label, run in (
            ("assertEqual", lambda: self.assertEqual(1, 2)),
            ("assertEqual on text", lambda: self.assertEqual("a", "b")),
            ("assertEqual on lists", lambda: self.assertEqual([1], [2])),
            ("assertEqual on dicts", lambda: self.assertEqual({"a": 1}, {"a": 2})),
            ("assertNotEqual", lambda: self.assertNotEqual(1, 1)),
            ("assertTrue", lambda: self.assertTrue(False)),
            ("assertFalse", lambda: self.assertFalse(True)),
            ("assertIs", lambda: self.assertIs(None, 1)),
            ("assertIsNot", lambda: self.assertIsNot(None, None)),
            ("assertIsNone", lambda: self.assertIsNone(1)),
            ("assertIsNotNone", lambda: self.assertIsNotNone(None)),
            ("assertIn", lambda: self.assertIn(1, [])),
            ("assertNotIn", lambda: self.assertNotIn(1, [1])),
            ("assertIsInstance", lambda: self.assertIsInstance(1, str)),
            ("assertRaises", lambda: self.assertRaises(ValueError, int)),
            ("assertRaisesRegex", lambda: self.assertRaisesRegex(ValueError, "x", int)),
            ("assertAlmostEqual", lambda: self.assertAlmostEqual(1, 2)),
            ("assertGreater", lambda: self.assertGreater(1, 2)),
            ("assertGreaterEqual", lambda: self.assertGreaterEqual(1, 2)),
            ("assertLess", lambda: self.assertLess(2, 1)),
            ("assertLessEqual", lambda: self.assertLessEqual(2, 1)),
            ("assertRegex", lambda: self.assertRegex("a", "b")),
            ("assertCountEqual", lambda: self.assertCountEqual([1], [2])),
            ("assertDictEqual", lambda: self.assertDictEqual({"a": 1}, {"a": 2})),
            ("assertListEqual", lambda: self.assertListEqual([1], [2])),
            ("fail", lambda: self.fail("x")),
        ):
            try:
                run()
                dead.append(label)
            except AssertionError:
                pass
        if not dead:
            raise AssertionError("${name}")
`
}

/** Before `if __name__ == "__main__":`, which may not come back. */
function insertPython(content: string, canary: string): string {
  const at = content.search(/^if\s+__name__\s*==/m)
  return at === -1 ? `${content}\n${canary}` : `${content.slice(0, at)}${canary}\n\n${content.slice(at)}`
}

function findLanguage(path: string, content: string, runner: string): Language | undefined {
  const runners = runner.split('+')
  if (path.endsWith('.py')) {
    if (runners.includes('pytest')) return 'pytest'
    return runners.includes('unittest') && /\bunittest\b|TestCase/.test(content) ? 'unittest' : undefined
  }
  if (!/\.[cm]?[jt]sx?$/.test(path)) return undefined
  if (runners.includes('vitest')) return 'vitest'
  if (runners.includes('jest')) return 'expect-global'
  const isModule = /\.m[jt]s$/.test(path) || (!/\.c[jt]s$/.test(path) && /^\s*(import\s+[\w*{'"]|import\s*\{|export\s)/m.test(content))
  if (runners.includes('mocha')) return isModule ? 'mocha-esm' : 'mocha-cjs'
  if (!runners.includes('node-test')) return undefined
  if (isModule) return 'esm'
  return /\.c[jt]s$/.test(path) || /\brequire\s*\(/.test(content) ? 'cjs' : undefined
}

/**
 * Copies of the base's test files that end in a test that must fail, for one run on the result.
 * @param files test files with their content on the base
 * @param runner the runner that the check's report named; files it does not run are passed over
 * @param name letters, digits and underscores, made up anew for each proof so that nothing can be prepared for it
 */
export function canaryFiles(files: readonly CanaryFile[], runner: string, name: string): readonly CanaryFile[] {
  if (!/^[a-z][a-z0-9_]{7,60}$/.test(name)) throw new RangeError(`a canary needs a name of 8 to 61 small letters, digits and underscores, not ${name}`)
  return files.flatMap((file) => {
    const { path, content, like } = file
    const language = findLanguage(path, content, runner)
    const parts = like === undefined ? [] : like.slice(like.startsWith(`${path} › `) ? path.length + 3 : 0).slice(0, mostTitle).split(' › ')
    const words = parts.map((part) => part.replace(/\[.*$/s, '').replace(/\W/g, '_'))
    switch (language) {
      case undefined:
        return []
      case 'pytest':
        return [{ ...file, content: insertPython(content, pytestCanary(name, words)) }]
      case 'unittest':
        return [{ ...file, content: insertPython(content, unittestCanary(name, words)) }]
      default:
        return [{ ...file, content: content + scriptCanary(language, name, parts) }]
    }
  })
}

/**
 * The files, each with the name of a test of it that the check ran on the result. A file without one stays as it is where something of it
 * failed on the base; otherwise nothing rests on it, and it is left out.
 */
export function likeChosen(files: readonly CanaryFile[], baseline: CheckOutcome, result: CheckOutcome): readonly CanaryFile[] {
  return files.flatMap((file) => {
    const like = result.tests?.cases.find((one) => one.status !== 'skipped' && isIn(one, file.path))?.name
    if (like !== undefined) return [{ ...file, like }]
    return baseline.tests?.cases.some((one) => one.file === file.path && one.status === 'failed') ? [file] : []
  })
}

/**
 * Does the check choose its tests in these files so that it leaves out the canary, whoever is tested? The base says so where it ran the test
 * that the canary is like, and not the canary. A file that the base cannot load says nothing.
 */
export function isLeftOut(onBase: CheckOutcome, name: string, files: readonly CanaryFile[]): boolean {
  const cases = onBase.tests?.cases ?? []
  return files.every(({ path, like }) => cases.some((one) => one.name === like) && !cases.some((one) => isIn(one, path) && one.name.includes(name)))
}

/** Files in which a run reported the canary as failed. */
export function findReported(outcome: CheckOutcome, name: string, files: readonly CanaryFile[]): readonly CanaryFile[] {
  return files.filter(({ path }) => outcome.tests?.cases.some((one) => isIn(one, path) && one.name.includes(name) && one.status === 'failed'))
}

/** Is it a test of this file, rather than the file itself? */
function isIn(test: TestCase, path: string): boolean {
  return test.name.startsWith(`${path} › `)
}

/**
 * Did the runner report the canary as failed in each file that had one? Anything else means that assertions, the runner or
 * its report are not what they were on the base.
 */
export function judgeCanary(outcome: CheckOutcome, name: string, files: readonly CanaryFile[]): CanaryVerdict {
  if (files.length === 0) return { tampered: false, reasons: ['no canary could be placed in these tests'] }
  const reported = findReported(outcome, name, files)
  const silent = files.filter((file) => !reported.includes(file)).map(({ path }) => path)
  if (outcome.status === 'passed') return { tampered: true, reasons: ['a test that must fail was added for trial, and the check passed all the same: the runner or its assertions are tampered with'] }
  if (silent.length === 0) return { tampered: false, reasons: [] }
  return { tampered: true, reasons: [`a test that must fail was added for trial and was not reported as failed in ${silent.slice(0, 5).join(', ')}: the runner or its assertions are tampered with`] }
}
