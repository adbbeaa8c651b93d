import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { readEvents, type Attempt } from './attempt-repair.ts'
import { readRepairTasks } from './repair-task.ts'
import { toCalibration, toCalibrationLines, toConfidenceWord, toRateLines, toRates, toRow, toTimes, toTimesLine } from './repair-table.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'writ-tasks-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const good = { language: 'python', kinds: ['bound'], set: 'tune', command: 'true', hidden: 'true' }
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

describe('a folder of tasks', () => {
  it('is read without what the engine may not see', () => {
    write({ 'a/task.json': JSON.stringify(good), 'a/src/x.py': 'bad', 'a/hidden/test_x.py': 't', 'a/fixed/src/x.py': 'good', 'a/src/__pycache__/x.pyc': '', 'notes.md': '' })
    const [task, ...others] = readRepairTasks(root)
    assert.equal(others.length, 0)
    assert.equal(task?.name, 'a')
    assert.deepEqual([...(task?.files.keys() ?? [])], ['src/x.py'])
    assert.deepEqual([...(task?.hiddenFiles.keys() ?? [])], ['hidden/test_x.py'])
    assert.deepEqual([...(task?.fixed.keys() ?? [])], ['src/x.py'])
    assert.equal(readRepairTasks(join(root, 'a/'))[0]?.name, 'a')
  })
  const wrong: [string, Record<string, string>, RegExp][] = [
    ['no task', { 'a/x.py': '' }, /there is no task in .*docs\/repair-bench\.md/],
    ['no JSON', { 'a/task.json': '{' }, /a\/task\.json cannot be read as JSON/],
    ['another language', { 'a/task.json': JSON.stringify({ ...good, language: 'perl' }) }, /a\/task\.json does not fit: language: .*docs\/repair-bench\.md/],
    ['a word too many', { 'a/task.json': JSON.stringify({ ...good, level: 1 }) }, /does not fit: .*level/],
    ['no hidden tests', { 'a/task.json': JSON.stringify(good), 'a/x.py': '' }, /has no hidden tests/],
    ['a mend of nothing', { 'a/task.json': JSON.stringify(good), 'a/hidden/t.py': '', 'a/fixed/x.py': '' }, /mends a file that the task does not have: x\.py/],
  ]
  for (const [name, files, message] of wrong) {
    it(`is refused with a sentence: ${name}`, () => {
      write(files)
      assert.throws(() => readRepairTasks(root), message)
    })
  }
  it('that is not there is named', () => assert.throws(() => readRepairTasks(join(root, 'gone')), /the folder .*gone cannot be read/))
})

const line = (type: string, at: string, data: unknown): string => JSON.stringify({ type, at, data, run: 'x', seq: 1, v: 1 })
const replied = (confidence: number, tried: number, summary: string, durationMs: number): unknown =>
  ({ turn: 1, reply: { durationMs, tried, parts: [{ type: 'text', text: 'so it is' }, { type: 'call', name: 'finish', input: { summary, confidence } }] } })

describe('what a run says', () => {
  it('becomes rank, candidates, times and outcome', () => {
    const seen = readEvents([
      line('run.opened', '2026-01-01T00:00:00.000Z', {}),
      line('candidate.tried', '2026-01-01T00:00:01.000Z', { n: 4, result: 'worse', describes: 'use `a`' }),
      line('candidate.tried', '2026-01-01T00:00:01.000Z', { n: 6, result: 'plausible', describes: 'use `b` instead of `c`' }),
      line('candidate.tried', '2026-01-01T00:00:01.500Z', { n: 9, result: 'plausible', describes: 'use `d`' }),
      line('turn.replied', '2026-01-01T00:00:02.000Z', replied(0.8, 40, 'Use `b` instead of `c` in f', 2000)),
      line('repair.judged', '2026-01-01T00:00:02.000Z', { spent: { searchMs: 1000, compareMs: 300, strengthMs: 200 } }),
      'no event',
      line('run.ended', '2026-01-01T00:00:05.500Z', { outcome: 'proven', reason: 'all', result: { commit: 'abc' } }),
    ].join('\n'))
    assert.deepEqual({ ...seen, text: '' }, { proven: true, commit: 'abc', reason: 'all', confidence: 0.8, seconds: 5.5, solverSeconds: 2, judgingSeconds: 0.5, candidates: 40, rank: 7, summary: 'Use `b` instead of `c` in f', text: '' })
  })
  it('has neither rank nor confidence where nothing was found', () => {
    const seen = readEvents([line('turn.replied', '2026-01-01T00:00:02.000Z', replied(0, 1, 'No mend found', 1000)), line('run.ended', '2026-01-01T00:00:03.000Z', { outcome: 'not-achieved', reason: 'no change' })].join('\n'))
    assert.deepEqual([seen.proven, seen.commit, seen.confidence, seen.rank, seen.candidates], [false, undefined, undefined, undefined, 1])
  })
  it('nothing at all is nothing', () => assert.equal(readEvents('').proven, false))
})

describe('the table', () => {
  const attempt = (over: Partial<Attempt>): Attempt => ({ task: 'a', language: 'python', kinds: ['bound'], set: 'tune', plausible: true, correct: true, confidence: 0.95, seconds: 4, solverSeconds: 2, judgingSeconds: 0.5, candidates: 80, rank: 3, summary: 'Use x', reason: '', text: '', diff: '', ...over })
  it('has a row with rate and rank', () => assert.match(toRow(attempt({})), /^a +tune +pass +pass +sure 0\.95 +4\.0 +80 +40 +3 +Use x$/))
  it('says why where nothing came of it', () => assert.match(toRow(attempt({ plausible: false, correct: false, confidence: undefined, rank: undefined, summary: '', reason: 'no change' })), /FAIL +– +– .*no change$/))
  it('counts by group', () => {
    const rates = toRates([attempt({}), attempt({ correct: false, confidence: 0.7, kinds: ['bound', 'name'], set: 'held' })])
    assert.deepEqual(rates.find(({ group }) => group === 'kind bound'), { group: 'kind bound', tasks: 2, plausible: 2, correct: 1 })
    assert.deepEqual(rates.find(({ group }) => group === 'says sure'), { group: 'says sure', tasks: 1, plausible: 1, correct: 1 })
    assert.match(toRateLines(rates)[1] ?? '', /^all +2 +2 \(100 %\) +1 \(50 %\)$/)
    assert.match(toRateLines(toRates([]))[1] ?? '', /^all +0 +0 \(–\) +0 \(–\)$/)
  })
  it('says how far each word can be trusted', () => {
    const calibration = toCalibration([attempt({}), attempt({ correct: false, confidence: 0.91 }), attempt({ confidence: 0.6 }), attempt({ confidence: undefined, plausible: false, correct: false })])
    assert.deepEqual(calibration.map(({ says, proposals, right }) => [says, proposals, right]), [['sure', 2, 1], ['likely', 1, 1], ['unsure', 0, 0]])
    assert.match(toCalibrationLines(calibration).join('\n'), /^sure +2 +1 \(50 %\) +0\.93\nlikely +1 +1 \(100 %\) +0\.60\nunsure +0 +0 \(–\) +–$/m)
  })
  it('has the median times', () => {
    assert.deepEqual(toTimes([1, 9, 2, 4].map((seconds) => attempt({ seconds }))), { seconds: 3, solverSeconds: 2, judgingSeconds: 0.5 })
    assert.equal(toTimesLine(toTimes([])), 'Nothing was measured.')
  })
  it('has a word for each confidence', () => assert.deepEqual([0.9, 0.89, 0.5, 0.49, undefined].map(toConfidenceWord), ['sure', 'likely', 'likely', 'unsure', '–']))
})
