import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { createBlobStore } from '../../src/adapters/log-jsonl/blob-store.ts'
import { fingerprint, type Ended } from '../e2e/harness.ts'
import { replay } from '../replay/golden.ts'
import { findRuns, openStage, readEnding, readEvents, toText, type Ending, type Failure, type Stage } from './story.ts'

export interface Uninterrupted {
  readonly ending: Ending
  /** The operations of the run, as the trace names them. */
  readonly operations: readonly Operation[]
  /** A state directory whose sandbox is set up. */
  readonly warm: string
  remove(): Promise<void>
}

export interface Operation {
  readonly at: number
  readonly name: string
  readonly path: string
}

export function readTrace(stage: Stage): readonly Operation[] {
  return readFileSync(stage.trace, 'utf8').trimEnd().split('\n').map((line) => {
    const [at = '', ...rest] = line.split(' ')
    const path = rest.findIndex((word) => word.startsWith('/'))
    return { at: Number(at), name: rest.slice(0, path).join(' '), path: rest.slice(path).join(' ').replace(stage.machine.home, '~') }
  })
}

/** The run as it is when nothing happens to it, and all that it did to the disk. */
export async function runUninterrupted(options: { readonly witness?: boolean } = {}): Promise<Uninterrupted> {
  const first = await openStage(options)
  const tried = await first.writ(['sandbox', '--', 'true'])
  assert.equal(tried.code, 0, toText(tried))
  const stage = await openStage({ ...options, warm: first.machine.state })
  const ended = await stage.writ(stage.start, { at: 0, how: 'before' })
  assert.equal(ended.code, 0, toText(ended))
  return {
    ending: readEnding(stage.machine), operations: readTrace(stage), warm: first.machine.state,
    remove: async () => {
      await first.remove()
      await stage.remove()
    },
  }
}

/**
 * Kills the run where the plan says (or breaks the disk under it from there on), goes on with it, and holds its end against
 * the uninterrupted one.
 */
export async function killAndResume(whole: Uninterrupted, plan: Failure): Promise<void> {
  const stage = await openStage({ warm: whole.warm })
  const { machine, server } = stage
  try {
    const before = fingerprint(machine.repo)
    const stopped = await stage.writ(stage.start, plan, { env: { WRIT_DEBUG: '' } })
    if (plan.how === 'before' || plan.how === 'half' || plan.how === 'after' || plan.how === 'outage') assert.equal(stopped.code, 128, `it was to be killed: ${toText(stopped)}`)
    else requireSentence(stopped, plan.how)
    assert.equal(fingerprint(machine.repo), before, 'a stopped run leaves the person’s things alone')
    const recorded = readEvents(machine)
    const asked = server.requests.length
    const over = recorded.some((event) => event.type === 'run.ended')
    if (recorded.length === 0) {
      // Nothing was recorded, so nothing was done: one clear sentence, and the same words start it again.
      const none = await stage.writ(['resume', 'latest'])
      assert.equal(none.code, 2, toText(none))
      assert.match(none.stderr.split('\n')[0] ?? '', /^writ: .*(no run|no beginning)/i)
      const again = await stage.writ(stage.start)
      assert.equal(again.code, 0, toText(again))
      return
    }
    const resumed = await stage.writ(plan.at % 2 === 0 || over ? ['resume', 'latest'] : ['run', '--continue'])
    assert.equal(resumed.code, 0, toText(resumed))
    assert.deepEqual(readEvents(machine).slice(0, recorded.length), recorded, 'nothing recorded is lost')
    assert.deepEqual(readEnding(machine), whole.ending)
    assert.equal((await replay(readEvents(machine), createBlobStore({ stateDir: machine.state }))).divergence, undefined, 'all of it comes out of its log again')
    requireNotPaidTwice(stage, recorded, asked)
    assert.ok(readEvents(machine).some((event) => event.type === 'run.attested'), 'it is attested')
    assert.equal(fingerprint(machine.repo), before, 'the person’s things are as they were')
    for (const name of ['work', 'work.new', 'checkouts']) {
      if (!over) assert.ok(!existsSync(join(machine.state, 'runs', findRuns(machine)[0] ?? '', name)), `${name} is gone after the end`)
    }
    assert.equal(findRuns(machine).length, 1)
  } finally {
    await stage.remove()
  }
}

/** What broke is said in one sentence that a person can act on; where Writ can do without, it is not said at all. */
export function requireSentence(stopped: Ended, code: string): void {
  if (stopped.code === 0) return
  assert.equal(stopped.code, 5, toText(stopped))
  const said = stopped.stderr.split('\n').filter((line) => line.startsWith('writ: '))
  assert.equal(said.length, 1, toText(stopped))
  assert.match(said[0] ?? '', new RegExp(`\\(${code}\\)`), toText(stopped))
  assert.doesNotMatch(stopped.stderr, /\n {4}at |fault of Writ itself/, toText(stopped))
}

function requireNotPaidTwice(stage: Stage, recorded: readonly StoredEvent[], asked: number): void {
  const replies = recorded.filter((event) => event.type === 'turn.replied' && event.data.purpose === 'work').length
  const intakes = recorded.filter((event) => event.type === 'turn.replied' && event.data.purpose === 'intake').length
  const later = stage.server.requests.slice(asked)
  const work = later.filter((request) => request.isMain).map((request) => request.normalised?.n ?? -1)
  assert.ok(work.every((n) => n >= replies), `${replies} answers were recorded, and ${work.join(' ')} were asked for afterwards`)
  assert.equal(new Set(work).size, work.length, 'nothing is asked twice after the resume')
  assert.equal(later.filter((request) => !request.isMain).length, 1 - intakes, 'the contract is read out of the words once')
  assert.equal(stage.server.requests.filter((request) => request.outcome === 'refused').length, 0)
}
