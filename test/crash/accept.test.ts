import assert from 'node:assert/strict'
import { cpSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readTrace, type Operation } from './kill-and-resume.ts'
import { isThorough, openStage, readEvents, toText, type Stage } from './story.ts'

/** A proven run whose acceptance is killed at every change that Writ makes, and asked for again. */
describe('an acceptance that is killed', () => {
  const finished = async (): Promise<Stage> => {
    const stage = await openStage()
    const ended = await stage.writ(stage.start)
    assert.equal(ended.code, 0, toText(ended))
    return stage
  }

  /** Everything as it is now, to go back to: the log names the places, so they stay where they are. */
  const keep = (stage: Stage): (() => void) => {
    const copy = join(stage.machine.home, 'kept')
    const places = [[stage.machine.repo, 'repo'], [stage.machine.state, 'state']] as const
    for (const [place, name] of places) cpSync(place, join(copy, name), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    return () => {
      for (const [place, name] of places) {
        rmSync(place, { recursive: true })
        cpSync(join(copy, name), place, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
      }
    }
  }

  const filesOf = (stage: Stage): readonly string[] => readdirSync(stage.machine.repo, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^\.git(\/|$)/.test(name)).sort()
    .map((name) => {
      const at = join(stage.machine.repo, name)
      return `${name} ${lstatSync(at).isFile() ? readFileSync(at, 'utf8') : lstatSync(at).mode}`
    })
  const shapeOf = (stage: Stage) => ({
    files: filesOf(stage), status: stage.machine.git('status', '--porcelain'), tree: stage.machine.git('log', '--format=%T %s', 'main'),
    accepted: readEvents(stage.machine).filter((event) => event.type === 'run.accepted').map((event) => event.type === 'run.accepted' && [event.data.strategy, event.data.onto, event.data.before, event.data.by]),
  })

  /** What to kill: the log's two writes, and what is done to the person's files between them. */
  const choose = (operations: readonly Operation[], strategy: string): readonly Operation[] => {
    if (isThorough) return operations
    const inFiles = operations.filter(({ path }) => path.startsWith('~/project/'))
    const recorded = operations.filter(({ name }) => name === 'writeSync run.accepted' || (strategy === 'merge' && name === 'writeSync accept.requested'))
    return [...recorded, ...inFiles.filter((_, index) => index % 7 === 3)]
  }

  test('asked for again it is done once and whole, by every strategy', async () => {
    const stage = await finished()
    try {
      const { machine } = stage
      // The person went on meanwhile: their branch has moved, and a file has changes of their own.
      machine.write({ 'other.txt': 'theirs\n' })
      machine.git('add', 'other.txt')
      machine.git('commit', '-qm', 'Theirs')
      machine.write({ 'other.txt': 'theirs, changed\n' })
      const goBack = keep(stage)
      for (const strategy of ['merge', 'squash', 'rebase', 'patch'] as const) {
        const start = (): void => {
          goBack()
          // A file that the result changes too, elsewhere in it.
          if (strategy === 'patch') writeFileSync(join(machine.repo, 'src/a.txt'), 'zero\none\ntwo\n')
          rmSync(stage.trace, { force: true })
        }
        start()
        const asBefore = filesOf(stage)
        const args = ['accept', 'latest', '--strategy', strategy]
        const whole = await stage.writ(args, { at: 0, how: 'before' })
        assert.equal(whole.code, 0, toText(whole))
        const wanted = shapeOf(stage)
        const operations = readTrace(stage)
        for (const { at, name, path } of choose(operations, strategy)) {
          for (const how of isThorough && /write/i.test(name) ? ['before', 'half'] as const : ['before'] as const) {
            const where = `${strategy}: ${how} ${at} ${name} ${path}`
            start()
            const killed = await stage.writ(args, { at, how })
            // A signature's digest may need a folder more or less, so that the last places may lie beyond the end.
            assert.ok(killed.code === 128 || (killed.code === 0 && at > operations.length - 4), `${where} ${toText(killed)}`)
            const again = await stage.writ(args)
            assert.equal(again.code, 0, `${where} ${toText(again)}`)
            assert.deepEqual(shapeOf(stage), wanted, where)
            const undone = await stage.writ(['undo', 'latest'])
            assert.equal(undone.code, 0, `${where} ${toText(undone)}`)
            assert.deepEqual(filesOf(stage), asBefore, `${where}, undone`)
          }
        }
      }
    } finally {
      await stage.remove()
    }
  })
})
