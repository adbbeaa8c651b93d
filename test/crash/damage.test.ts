import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readTrace, runUninterrupted, type Uninterrupted } from './kill-and-resume.ts'
import { findRuns, isThorough, openStage, readEnding, readEvents, toText, type Stage } from './story.ts'

/** A run that was killed in the middle, and then found its record damaged. */
describe('a damaged record', { concurrency: 2 }, () => {
  let whole: Uninterrupted
  before(async () => {
    whole = await runUninterrupted()
  })
  after(() => whole.remove())

  const directoryOf = (stage: Stage): string => join(stage.machine.state, 'runs', findRuns(stage.machine)[0] ?? '')
  const rolloutOf = (stage: Stage): string => join(directoryOf(stage), 'rollout.jsonl')

  /** Killed when the second commit was about to be recorded: most of the story has happened. */
  const withStopped = async (go: (stage: Stage) => Promise<void>): Promise<void> => {
    const stage = await openStage({ warm: whole.warm })
    try {
      const at = whole.operations.findLast(({ name }) => name === 'writeSync commit.created')?.at ?? assert.fail()
      assert.equal((await stage.writ(stage.start, { at, how: 'before' })).code, 128)
      await go(stage)
    } finally {
      await stage.remove()
    }
  }

  const goesOn = async (stage: Stage): Promise<void> => {
    const resumed = await stage.writ(['resume', findRuns(stage.machine)[0] ?? ''])
    assert.equal(resumed.code, 0, toText(resumed))
    assert.deepEqual(readEnding(stage.machine).commits.at(-1), whole.ending.commits.at(-1))
    assert.deepEqual(readEnding(stage.machine).outcome, whole.ending.outcome)
  }

  for (const [what, line, spoil] of [
    ['a letter changed in its second half', 30, (text: string) => text.replace('"data":{', '"data":{ ')],
    ['garbage in place of a line', 12, () => '\0\0garbage\xff'],
    ['a line taken out near its beginning', 4, () => undefined],
  ] as const) {
    test(`${what}: every command says so in one sentence, and the repair goes on from the good part`, () => withStopped(async (stage) => {
      const run = findRuns(stage.machine)[0] ?? ''
      const lines = readFileSync(rolloutOf(stage), 'utf8').split('\n')
      const spoiled = spoil(lines[line - 1] ?? '')
      writeFileSync(rolloutOf(stage), lines.toSpliced(line - 1, 1, ...(spoiled === undefined ? [] : [spoiled])).join('\n'))
      const damaged = readFileSync(rolloutOf(stage))
      for (const args of [['resume', run], ['show', run], ['log', run], ['accept', run, '--repo', stage.machine.repo]].slice(0, line === 12 ? 4 : 1)) {
        const told = await stage.writ(args, undefined, { env: { WRIT_DEBUG: '' } })
        assert.equal(told.code, 5, toText(told))
        assert.match(told.stderr, new RegExp(`^writ: Line ${line} of .*writ log repair ${run}\\.?\\n$`))
      }
      const shown = await stage.writ(['log', 'repair', run])
      assert.equal(shown.code, 3, toText(shown))
      assert.match(shown.stdout, new RegExp(`Line ${line} of [\\s\\S]*Kept: +${line - 1} events?[\\s\\S]*Set aside: +\\d+ lines`))
      assert.deepEqual(readFileSync(rolloutOf(stage)), damaged, 'nothing was changed by looking')

      const repaired = await stage.writ(['log', 'repair', run, '--yes', '--json'])
      assert.equal(repaired.code, 0, toText(repaired))
      const { keptAs, original } = JSON.parse(repaired.stdout) as { keptAs: string; original: string }
      assert.deepEqual(readFileSync(keptAs), damaged, 'the original is kept')
      assert.equal(createHash('sha256').update(damaged).digest('hex'), original)
      const events = readEvents(stage.machine)
      assert.equal(events.length, line)
      assert.ok(events.at(-1)?.type === 'log.repaired')
      const again = await stage.writ(['log', 'repair', run])
      assert.match(again.stdout, /is whole/)
      await goesOn(stage)
      const report = await stage.writ(['show', run])
      assert.match(report.stdout, /the record was damaged and repaired by person/)
      assert.match((await stage.writ(['list'])).stdout, /make the check pass/)
    }))
  }

  test('the repair itself can be killed at any point', () => withStopped(async (stage) => {
    const directory = directoryOf(stage)
    const run = findRuns(stage.machine)[0] ?? ''
    const lines = readFileSync(rolloutOf(stage), 'utf8').split('\n')
    writeFileSync(rolloutOf(stage), lines.with(20, 'garbage').join('\n'))
    const copy = join(stage.machine.home, 'copy')
    cpSync(directory, copy, { recursive: true, verbatimSymlinks: true })
    const args = ['log', 'repair', run, '--yes']
    rmSync(stage.trace)
    await stage.writ(args, { at: 0, how: 'before' })
    const operations = readTrace(stage).filter(({ name, path }) => isThorough || name === 'linkSync' || name === 'renameSync' || path.endsWith('.next'))
    assert.ok(operations.length > 4)
    for (const { at, name } of operations) {
      for (const how of /write/i.test(name) ? ['half'] as const : ['before'] as const) {
        rmSync(directory, { recursive: true })
        cpSync(copy, directory, { recursive: true, verbatimSymlinks: true })
        assert.equal((await stage.writ(args, { at, how })).code, 128)
        const mended = await stage.writ(args)
        assert.equal(mended.code, 0, toText(mended))
        assert.equal(readEvents(stage.machine).at(-1)?.type, 'log.repaired')
        assert.equal(readEvents(stage.machine).length, 21)
        const kept = readdirSync(directory).filter((name) => name.startsWith('rollout.damaged-'))
        assert.equal(kept.length, 1)
        assert.match(readFileSync(join(directory, kept[0] ?? ''), 'utf8'), /\ngarbage\n/)
      }
    }
    await goesOn(stage)
  }))

  test('a record whose first line is gone cannot go on, and says so', () => withStopped(async (stage) => {
    const run = findRuns(stage.machine)[0] ?? ''
    writeFileSync(rolloutOf(stage), readFileSync(rolloutOf(stage), 'utf8').replace('{', '['))
    const before = readFileSync(rolloutOf(stage))
    const refused = await stage.writ(['log', 'repair', run, '--yes'], undefined, { env: { WRIT_DEBUG: '' } })
    assert.equal(refused.code, 5, toText(refused))
    assert.match(refused.stderr, /^writ: The first line of .*restore the file from a copy, or start the goal again.*\n$/)
    assert.deepEqual(readFileSync(rolloutOf(stage)), before)
  }))

  test('a torn last line is set aside by the resume itself', () => withStopped(async (stage) => {
    truncateSync(rolloutOf(stage), readFileSync(rolloutOf(stage)).length - 7)
    const text = readFileSync(rolloutOf(stage), 'utf8')
    const torn = text.slice(text.lastIndexOf('\n') + 1)
    await goesOn(stage)
    const aside = readdirSync(directoryOf(stage)).filter((name) => name.startsWith('rollout.torn-'))
    assert.deepEqual(aside.map((name) => readFileSync(join(directoryOf(stage), name), 'utf8')), [torn])
  }))

  test('without a single blob the run goes on', () => withStopped(async (stage) => {
    rmSync(join(stage.machine.state, 'blobs'), { recursive: true })
    await goesOn(stage)
  }))

  test('without its worktree the run makes it anew from the last snapshot', () => withStopped(async (stage) => {
    rmSync(join(directoryOf(stage), 'work'), { recursive: true })
    await goesOn(stage)
    assert.deepEqual(readEnding(stage.machine), whole.ending)
  }))

  test('without the objects of its last snapshot and without its worktree it says what is missing', () => withStopped(async (stage) => {
    rmSync(join(directoryOf(stage), 'work'), { recursive: true })
    for (const name of readdirSync(join(directoryOf(stage), 'git', 'objects'))) if (/^[0-9a-f]{2}$/.test(name)) rmSync(join(directoryOf(stage), 'git', 'objects', name), { recursive: true })
    const told = await stage.writ(['resume', 'latest'], undefined, { env: { WRIT_DEBUG: '' } })
    assert.equal(told.code, 5, toText(told))
    assert.match(told.stderr, /writ: .*object.*\n$/)
    assert.ok(existsSync(rolloutOf(stage)))
  }))
})
