import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fingerprint } from '../e2e/harness.ts'
import { readTrace } from './kill-and-resume.ts'
import { isThorough, openStage, readEvents, toText, type Stage } from './story.ts'

/** A proven run whose acceptance is killed at every change that Writ makes, and asked for again. */
describe('an acceptance that is killed', { concurrency: 2 }, () => {
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

  const filesOf = (stage: Stage): string[] => (readdirSync(stage.machine.repo, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((name) => !name.startsWith('.git/') && name !== '.git').sort()
    .map((name) => `${name} ${existsSync(join(stage.machine.repo, name)) && !readdirOf(join(stage.machine.repo, name)) ? readFileSync(join(stage.machine.repo, name), 'utf8') : ''}`)
  const readdirOf = (path: string): boolean => {
    try {
      return readdirSync(path).length >= 0
    } catch {
      return false // a file
    }
  }
  const shapeOf = (stage: Stage) => ({
    files: filesOf(stage), status: stage.machine.git('status', '--porcelain'), tree: stage.machine.git('log', '--format=%T %s', 'main'),
    accepted: readEvents(stage.machine).filter((event) => event.type === 'run.accepted').map((event) => event.type === 'run.accepted' && [event.data.strategy, event.data.onto, event.data.before, event.data.by]),
  })

  for (const strategy of ['merge', 'squash', 'rebase', 'patch'] as const) {
    test(`${strategy}: asked for again, it is done once and whole`, async () => {
      const stage = await finished()
      try {
        const { machine } = stage
        // The person went on meanwhile: their branch has moved, and a file has changes of their own.
        machine.write({ 'other.txt': 'theirs\n' })
        machine.git('add', 'other.txt')
        machine.git('commit', '-qm', 'Theirs')
        machine.write({ 'other.txt': 'theirs, changed\n' })
        if (strategy === 'patch') writeFileSync(join(machine.repo, 'src/a.txt'), `zero\n${readFileSync(join(machine.repo, 'src/a.txt'), 'utf8')}`)
        const asBefore = fingerprint(machine.repo)
        const goBack = keep(stage)
        const args = ['accept', 'latest', '--strategy', strategy]
        const whole = await stage.writ(args, { at: 0, how: 'before' })
        assert.equal(whole.code, 0, toText(whole))
        const wanted = shapeOf(stage)
        const operations = readTrace(stage)
        const chosen = isThorough ? operations : operations.filter(({ name, path }, index) => index % 9 === 4 || /commit.created|accept|spawn/.test(name) || path.startsWith('~/project/'))
        for (const { at, name, path } of chosen) {
          for (const how of /write/i.test(name) ? ['before', 'half'] as const : ['before'] as const) {
            goBack()
            const killed = await stage.writ(args, { at, how })
            const where = `${how} ${at} ${name} ${path}`
            assert.equal(killed.code, 128, `${where} ${toText(killed)}`)
            const wasReady = readEvents(machine).some((event) => event.type === 'accept.requested')
            if (!wasReady) assert.equal(fingerprint(machine.repo).length, asBefore.length)
            const again = await stage.writ(args)
            assert.equal(again.code, 0, `${where} ${toText(again)}`)
            assert.deepEqual(shapeOf(stage), wanted, where)
            assert.match(again.stdout, /To undo: /)
          }
        }
        const undo = /To undo: (.*)/.exec((await stage.writ(['show', 'latest'])).stdout)?.[1]
        assert.equal(undo, undefined)
      } finally {
        await stage.remove()
      }
    })
  }
})
