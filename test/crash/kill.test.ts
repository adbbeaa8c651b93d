import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { killAndResume, runUninterrupted, type Operation, type Uninterrupted } from './kill-and-resume.ts'
import { openStage, readEnding, toText, type Failure } from './story.ts'

/**
 * A fixed selection of the kills that `node test/crash/sweep.ts` makes one after the other: the places where something was
 * wrong once, or where most can go wrong.
 */
const kills: readonly (readonly [how: Failure['how'], name: string, path: RegExp, which: 'first' | 'last'])[] = [
  ['half', 'writeFileSync', /work\.new\//, 'last'],
  ['before', 'renameSync', /\/work$/, 'first'],
  ['half', 'writeSync tool.called+tool.called+tool.called', /rollout/, 'first'],
  ['after', 'writeSync pins.restored+observation.made', /rollout/, 'first'],
  ['before', 'renameSync', /refs\/heads\/writ/, 'last'],
  ['before', 'writeSync proof.finished+observation.made', /rollout/, 'first'],
  ['after', 'spawn git', /./, 'last'],
  ['half', 'writeSync branch.moved', /rollout/, 'last'],
  ['outage', 'spawn bwrap', /./, 'first'],
  ['ENOSPC', 'writeSync turn.replied', /rollout/, 'last'],
  ['ENOSPC', 'writeFileSync', /objects\/tmp_obj/, 'last'],
]

describe('a run that is killed goes on and ends as it would have', { concurrency: 2 }, () => {
  let whole: Uninterrupted
  before(async () => {
    whole = await runUninterrupted()
  })
  after(() => whole.remove())

  const find = (name: string, path: RegExp, which: 'first' | 'last'): Operation => {
    const all = whole.operations.filter((each) => each.name === name && path.test(each.path))
    return (which === 'first' ? all[0] : all.at(-1)) ?? assert.fail(`the run does ${name} ${path}`)
  }

  for (const [how, name, path, which] of kills) {
    test(`${how} ${which} ${name} ${path.source}`, async () => killAndResume(whole, { at: find(name, path, which).at, how }))
  }

  test('killed after its end, before it was accepted: the resume accepts it', async () => {
    const stage = await openStage({ warm: whole.warm })
    try {
      const at = find('writeSync run.ended', /rollout/, 'last').at
      assert.equal((await stage.writ([...stage.start, '--apply'], { at: at + 1, how: 'after' })).code, 128)
      const resumed = await stage.writ(['resume', 'latest'])
      assert.equal(resumed.code, 0, toText(resumed))
      assert.equal(stage.machine.git('status', '--porcelain'), '')
      assert.equal(stage.machine.git('log', '--format=%s', 'main'), 'second\nfirst\nStart\n')
    } finally {
      await stage.remove()
    }
  })

  test('SIGINT stops cleanly with 130, and the run goes on later', async () => {
    const stage = await openStage({ warm: whole.warm })
    try {
      const { server } = stage
      const started = stage.machine.start(stage.start, { env: { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'sk-test-0123456789', WRIT_MODEL: 'openai-chat/scripted', WRIT_SOLVER: 'model' } })
      await server.waitForRequests(3)
      started.kill('SIGINT')
      const ended = await started.ended
      assert.equal(ended.code, 130, ended.stderr)
      assert.match(ended.stderr, /writ resume/)
      const resumed = await stage.writ(['run', '--continue'])
      assert.equal(resumed.code, 0, toText(resumed))
      assert.deepEqual(readEnding(stage.machine), whole.ending)
    } finally {
      await stage.remove()
    }
  })
})
