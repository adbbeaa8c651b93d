import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { modelEnv, type Ended } from '../e2e/harness.ts'
import { readTrace, requireSentence, runUninterrupted, type Uninterrupted } from './kill-and-resume.ts'
import { findRuns, isThorough, openStage, readEnding, readEvents, toText, type Stage } from './story.ts'

const writ = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'writ.mjs')

/**
 * Runs a script as root of a mount namespace of its own. In it `w` is Writ, and `$S` its state directory; gives what each
 * call said.
 */
async function inMounts(stage: Stage, script: string): Promise<readonly Ended[]> {
  const { machine } = stage
  const env = { ...modelEnv(stage.server), PATH: process.env['PATH'] ?? '', HOME: machine.home, S: machine.state, USER: 'person', CI: 'true', TMPDIR: join(machine.home, 'tmp') }
  const start = `set -e; cd ${machine.repo}; n=0; mkdir -p $S
w() { n=$((n+1)); set +e; ${process.execPath} ${writ} "$@" >$HOME/said-$n.out 2>$HOME/said-$n.err </dev/null; echo $? >$HOME/said-$n.code; set -e; }`
  const { stdout } = await promisify(execFile)('unshare', ['-rm', 'bash', '-c', `${start}\n${script}\necho $n`], { env, maxBuffer: 1 << 26 })
  const read = (n: number, what: string): string => readFileSync(join(machine.home, `said-${n}.${what}`), 'utf8')
  return Array.from({ length: Number(stdout.trim().split('\n').at(-1)) }, (_, index) => ({ code: Number(read(index + 1, 'code')), stdout: read(index + 1, 'out'), stderr: read(index + 1, 'err') }))
}

// Where nobody may mount anything of their own there is nothing to try.
const skip = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0 ? false : 'no user namespaces with mounts here'

describe('a place that refuses', { concurrency: 2 }, () => {
  let whole: Uninterrupted
  before(async () => {
    whole = await runUninterrupted()
  })
  after(() => whole.remove())

  const using = async (options: Parameters<typeof openStage>[0], go: (stage: Stage) => Promise<void>): Promise<void> => {
    const stage = await openStage({ warm: whole.warm, ...options })
    try {
      await go(stage)
    } finally {
      await stage.remove()
    }
  }

  test('a disk that a command fills: one sentence, and with room the run goes on', { skip }, () => using({ extra: [{ calls: [{ name: 'shell', input: { command: 'head -c 60000000 /dev/zero > junk.bin; rm -f junk.bin.done' } }] }, { calls: [{ name: 'shell', input: { command: 'rm junk.bin' } }] }] }, async (stage) => {
    const [full, resumed] = await inMounts(stage, `
      cp -r $S $HOME/warm; mount -t tmpfs -o size=24m none $S; cp -r $HOME/warm/. $S
      w ${stage.start.map((word) => `'${word}'`).join(' ')}
      mount -o remount,size=400m $S
      w resume latest`)
    assert.ok(full && resumed)
    assert.notEqual(full.code, 0, 'the disk was meant to be full')
    requireSentence(full, 'ENOSPC')
    assert.match(full.stderr, /writ resume run_/)
    assert.equal(resumed.code, 0, toText(resumed))
    assert.deepEqual(readEnding(stage.machine).commits, whole.ending.commits)
  }))

  test('a state folder that is read-only: what only looks works, the rest is one sentence', { skip }, () => using({}, async (stage) => {
    const at = whole.operations.findLast(({ name }) => name === 'writeSync proof.finished')?.at ?? assert.fail()
    assert.equal((await stage.writ(stage.start, { at, how: 'before' })).code, 128)
    const [run = ''] = findRuns(stage.machine)
    const said = await inMounts(stage, `
      mount --bind $S $S; mount -o remount,bind,ro $S
      w list; w show ${run}; w log ${run}; w log repair ${run}
      w resume ${run}; w run 'another goal' --check true; w accept ${run}; w reject ${run}`)
    for (const looked of said.slice(0, 3)) assert.equal(looked.code, 0, toText(looked))
    for (const refused of said.slice(3)) {
      assert.ok(refused.code !== 0, toText(refused))
      requireSentence(refused, 'EROFS')
    }
    const resumed = await stage.writ(['resume', run])
    assert.equal(resumed.code, 0, toText(resumed))
    assert.deepEqual(readEnding(stage.machine), whole.ending)
  }))

  test('two processes that resume the same run at once: one does, the other is told by whom', async () => {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => { open = resolve })
    let isHeld = false
    await using({ hold: async (n) => (n >= 3 && isHeld ? gate : undefined) }, async (stage) => {
      const at = whole.operations.findLast(({ name }) => name === 'writeSync commit.created')?.at ?? assert.fail()
      const first = whole.operations.find(({ name }) => name === 'writeSync commit.created')?.at ?? at
      assert.equal((await stage.writ(stage.start, { at: first, how: 'before' })).code, 128)
      isHeld = true
      const winner = stage.machine.start(['resume', 'latest'], { env: modelEnv(stage.server) })
      const asked = stage.server.requests.length
      await stage.server.waitForRequests(asked + 1)
      const loser = await stage.writ(['resume', 'latest'], undefined, { env: { WRIT_DEBUG: '' } })
      assert.equal(loser.code, 2, toText(loser))
      assert.match(loser.stderr, new RegExp(`writ: run_\\w+ is owned by process ${winner.pid} .*still alive`))
      const none = await stage.writ(['run', '--continue'], undefined, { env: { WRIT_DEBUG: '' } })
      assert.equal(none.code, 2, toText(none))
      open()
      const won = await winner.ended
      assert.equal(won.code, 0, toText(won))
      assert.deepEqual(readEnding(stage.machine), whole.ending)
    })
  })

  test('a clock that jumps back by ten years: the run goes on, also after a kill', () => using({}, async (stage) => {
    const clock = -10 * 365 * 86_400_000
    const at = whole.operations.find(({ name }) => name === 'writeSync tool.returned')?.at ?? assert.fail()
    const kill = whole.operations.findLast(({ name }) => name === 'writeSync task.finished')?.at ?? assert.fail()
    assert.equal((await stage.writ(stage.start, { at: kill, how: 'before' })).code, 128)
    const resumed = await stage.writ(['resume', 'latest'], { at, how: 'before', clock })
    assert.equal(resumed.code, 0, toText(resumed))
    const times = readEvents(stage.machine).map((event) => event.at)
    assert.deepEqual(times, times.toSorted(), 'no effect is before its cause')
    assert.deepEqual(readEnding(stage.machine), whole.ending)
    const from = await stage.writ(['run', 'make the check pass', '--check', 'sh check.sh'], { at: 1, how: 'before', clock })
    assert.equal(from.code, 0, toText(from))
    assert.equal((await stage.writ(['list'])).stdout.trim().split('\n').filter((line) => line.includes('make the check pass')).length, 2)
  }))

  test('the index, killed while it is made again, is right the next time', () => using({}, async (stage) => {
    assert.equal((await stage.writ(stage.start)).code, 0)
    const wanted = (await stage.writ(['list', '--json'])).stdout
    assert.match(wanted, /make the check pass/)
    await stage.writ(['list', '--reindex'], { at: 0, how: 'before' })
    const statements = readTrace(stage).filter(({ name }) => name.startsWith('sql'))
    assert.ok(statements.length > 6)
    const chosen = statements.filter((_, index) => isThorough || index % 4 === 2)
    for (const { at } of chosen) {
      const killed = await stage.writ(['list', '--reindex'], { at, how: 'after' })
      assert.equal(killed.code, 128, toText(killed))
      assert.equal((await stage.writ(['list', '--json'])).stdout, wanted)
    }
  }))
})
