import assert from 'node:assert/strict'
import { cpSync, existsSync, lstatSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readTrace } from './kill-and-resume.ts'
import { findRuns, openStage, readEvents, toText, type Failure, type Stage } from './story.ts'

/** How many of the places at which a command can be killed are tried: all of them with `WRIT_TEST_EVERY=1`. */
const every = Number(process.env['WRIT_TEST_EVERY'] ?? 0)

/** Some of the kills there are, spread evenly, the last one among them. */
function choose(count: number, most: number): readonly Failure[] {
  const step = every > 0 ? every : Math.max(1, count / most)
  const places = Array.from({ length: Math.ceil(count / step) }, (_, n) => Math.floor(1 + n * step)).filter((at) => at <= count)
  return [...places.map((at, n): Failure => ({ at, how: n % 2 === 0 ? 'before' : 'half' })), { at: count, how: 'after' }]
}

/** Runs the command once whole to learn what it does to the disk, then kills it here and there, each time from the same start. */
async function killEverywhere(stage: Stage, args: readonly string[], most: number, check: (place: string) => Promise<void>): Promise<void> {
  const { machine } = stage
  const saved = `${machine.home}.saved`
  cpSync(machine.home, saved, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  const startAgain = (): void => {
    rmSync(machine.home, { recursive: true, force: true })
    cpSync(saved, machine.home, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  }
  try {
    const whole = await stage.writ(args, { at: 0, how: 'before' })
    assert.equal(whole.code, 0, toText(whole))
    const operations = readTrace(stage)
    assert.ok(operations.length > 10, `${operations.length} operations`)
    for (const plan of choose(operations.length, most)) {
      startAgain()
      const killed = await stage.writ(args, plan)
      const place = `${plan.how} ${plan.at}, ${operations[plan.at - 1]?.name ?? ''} ${operations[plan.at - 1]?.path ?? ''}`
      // A signature's digest may need a folder more or less, so that the last places may lie beyond the end.
      const isOver = killed.code === 0 && plan.at > operations.length - 4
      assert.ok(isOver || killed.code === 128, `${place}: it was to be killed: ${toText(killed)}`)
      await check(place)
    }
  } finally {
    rmSync(saved, { recursive: true, force: true })
  }
}

test('what reached outside is told, with how to take it back, to the person and to the solver', async () => {
  const stage = await openStage({ witness: true })
  try {
    assert.equal((await stage.writ(stage.start)).code, 0)
    assert.equal(stage.witness?.posts(), 1)
    const back = await stage.writ(['rollback', 'latest', '--to', 't1'])
    assert.equal(back.code, 0, toText(back))
    assert.match(back.stdout, /One call reached, or may have reached, outside[^]*- shell: curl --noproxy '' -s -X POST \S+, allowed by person\n {2}To take it back: undo it with the service that got the request\. It could reach 127\.0\.0\.1:\d+\./)
    const { buildRequest } = await import('../../src/domain/context/request.ts')
    const { fold } = await import('../../src/domain/evolve.ts')
    const said = buildRequest(fold(readEvents(stage.machine)), []).messages.at(-1)
    assert.ok(said?.role === 'user' && /what they did outside of the repository lasts:\n- shell: curl/.test(said.text))
  } finally {
    await stage.remove()
  }
})

describe('killed while a person takes something back', () => {
  test('writ rollback: the run is as it was or as it was to be, and asking again does it', async () => {
    const stage = await openStage()
    try {
      const { machine } = stage
      assert.equal((await stage.writ(stage.start)).code, 0)
      const before = readEvents(machine)
      const dirty = before.filter((event) => event.type === 'tool.returned' && event.data.name === 'shell')[0]
      const args = ['rollback', 'latest', '--to', String(dirty?.seq)]
      await killEverywhere(stage, args, 3, async (place) => {
        const left = readEvents(machine)
        assert.deepEqual(left.slice(0, before.length), before, place)
        assert.equal((await stage.writ(['show', 'latest'])).code, 0, place)
        const again = await stage.writ(args)
        assert.equal(again.code, 0, `${place}: ${toText(again)}`)
        const work = join(machine.state, 'runs', findRuns(machine)[0] ?? '', 'work')
        assert.deepEqual(['junk', 'ignored.log', 'src/b.txt'].map((name) => readFileSync(join(work, name), 'utf8')), ['x\n', 'y\n', 'wrong\n'], place)
        assert.equal(readlinkSync(join(work, 'link')), 'run.sh')
        assert.ok((lstatSync(join(work, 'run.sh')).mode & 0o111) !== 0 && lstatSync(join(work, 'empty')).isDirectory(), place)
        assert.deepEqual(readEvents(machine).slice(-2).map((event) => event.type), ['run.rewound', 'run.attested'], place)
      })
    } finally {
      await stage.remove()
    }
  })

  test('writ undo of a patch: the files are as they were, with nothing beside them', async () => {
    const stage = await openStage()
    try {
      const { machine } = stage
      assert.equal((await stage.writ(stage.start)).code, 0)
      assert.equal((await stage.writ(['accept', 'latest', '--strategy', 'patch'])).code, 0)
      assert.notEqual(machine.git('status', '--porcelain'), '')
      await killEverywhere(stage, ['undo', 'latest'], 2, async (place) => {
        const again = await stage.writ(['undo', 'latest'])
        if (again.code !== 0) assert.match(again.stderr, /was taken back from main already/, `${place}: ${toText(again)}`)
        assert.equal(machine.git('status', '--porcelain', '--ignored'), '', place)
      })
    } finally {
      await stage.remove()
    }
  })

  test('writ undo: nothing of the person’s is lost, and asking again ends where it was to end', async () => {
    const stage = await openStage()
    try {
      const { machine } = stage
      assert.equal((await stage.writ(stage.start)).code, 0)
      const base = machine.git('rev-parse', 'HEAD').trim()
      writeFileSync(join(machine.repo, 'mine.txt'), 'not tracked\n')
      assert.equal((await stage.writ(['accept', 'latest'])).code, 0)
      assert.notEqual(machine.git('rev-parse', 'HEAD').trim(), base)
      await killEverywhere(stage, ['undo', 'latest'], 2, async (place) => {
        const again = await stage.writ(['undo', 'latest'])
        // Done and recorded before it died, or done now: what was not recorded is made up for.
        if (again.code !== 0) assert.match(again.stderr, /was taken back from main already/, place)
        assert.equal(machine.git('rev-parse', 'HEAD').trim(), base, `${place}: ${toText(again)}`)
        assert.equal(machine.git('status', '--porcelain'), '?? mine.txt\n', place)
        assert.ok(existsSync(join(machine.repo, 'mine.txt')))
        assert.equal(readEvents(machine).filter((event) => event.type === 'run.undone').length, 1, place)
      })
    } finally {
      await stage.remove()
    }
  })
})
