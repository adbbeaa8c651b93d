import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readTrace, runUninterrupted, type Operation, type Uninterrupted } from './kill-and-resume.ts'
import { openStage, readEnding, readEvents, toText, type Stage } from './story.ts'

/** A command that posts to a server outside, which counts: what cannot be undone is never done twice on its own. */
describe('killed around something that cannot be undone', { concurrency: 2 }, () => {
  let whole: Uninterrupted
  before(async () => {
    whole = await runUninterrupted({ witness: true })
    assert.equal(whole.ending.outcome instanceof Array && whole.ending.outcome[0], 'proven')
  })
  after(() => whole.remove())

  /** The write of the log that names the event, after the one that says the call may be made. */
  const find = (operations: readonly Operation[], event: string): Operation => {
    const approved = operations.findIndex(({ name }) => name.includes('approval.given'))
    return operations.slice(approved + 1).find(({ name }) => name === `writeSync ${event}`) ?? assert.fail(`the run writes ${event}`)
  }

  const withKill = async (event: string, how: 'before' | 'after', go: (stage: Stage, posts: () => number) => Promise<void>): Promise<void> => {
    const stage = await openStage({ witness: true, warm: whole.warm })
    try {
      const killed = await stage.writ(stage.start, { at: find(whole.operations, event).at, how })
      assert.equal(killed.code, 128, toText(killed))
      assert.equal(readTrace(stage).at(-1)?.name, `writeSync ${event}`, 'it died where it was meant to')
      await go(stage, () => stage.witness?.posts() ?? -1)
      assert.equal(stage.machine.git('status', '--porcelain'), '')
    } finally {
      await stage.remove()
    }
  }

  const resume = ['resume', 'latest']

  test('before its intent was recorded: it is asked for as if for the first time', () => withKill('tool.called', 'before', async (stage, posts) => {
    assert.equal(posts(), 0)
    const resumed = await stage.writ(resume)
    assert.equal(resumed.code, 0, toText(resumed))
    assert.equal(posts(), 1)
    assert.deepEqual(readEnding(stage.machine), whole.ending)
  }))

  test('before it reached out: nothing left the machine, so it is simply done', () => withKill('tool.reached', 'before', async (stage, posts) => {
    assert.equal(posts(), 0)
    const resumed = await stage.writ(resume)
    assert.equal(resumed.code, 0, toText(resumed))
    assert.equal(posts(), 1)
    assert.deepEqual(readEnding(stage.machine), whole.ending)
  }))

  test('when it was about to reach out: a general yes does not repeat it, a person’s word does', () => withKill('tool.reached', 'after', async (stage, posts) => {
    assert.equal(posts(), 0)
    for (const args of [resume, [...resume, '--yes']]) {
      const waiting = await stage.writ(args)
      assert.equal(waiting.code, 3, toText(waiting))
      assert.match(waiting.stderr, /waiting for a person:\n.*may or may not have happened: shell .*curl[\s\S]*begun to talk to 127\.0\.0\.1:\d+[\s\S]*--in-doubt repeat, or --in-doubt skip/)
      assert.equal(posts(), 0)
    }
    const resumed = await stage.writ([...resume, '--in-doubt', 'repeat'])
    assert.equal(resumed.code, 0, toText(resumed))
    assert.equal(posts(), 1)
    assert.deepEqual(readEnding(stage.machine), whole.ending)
  }))

  test('after it happened, before that was recorded: it is not done again', () => withKill('tool.returned', 'before', async (stage, posts) => {
    assert.equal(posts(), 1)
    const waiting = await stage.writ(resume)
    assert.equal(waiting.code, 3, toText(waiting))
    assert.equal(posts(), 1)
    const resumed = await stage.writ([...resume, '--in-doubt', 'skip'])
    assert.equal(resumed.code, 0, toText(resumed))
    assert.equal(posts(), 1)
    const ending = readEnding(stage.machine)
    assert.deepEqual(ending.commits, whole.ending.commits)
    assert.ok(ending.answers.some((answer) => /shell denied This call was cut off by that\. It may or may not have happened/.test(answer)), 'the model is told')
    const told = readEvents(stage.machine).filter((event) => event.type === 'observation.made' && event.data.text.includes('The run was interrupted'))
    assert.equal(told.length, 1, 'of the interruption once, however often the run was taken up')
  }))
})
