import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBlobStore } from '../../src/adapters/log-jsonl/blob-store.ts'
import { fingerprint } from '../e2e/harness.ts'
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
  assert.equal((await first.writ(first.start)).code, 0)
  const stage = await openStage({ ...options, warm: first.machine.state })
  const ended = await stage.writ(stage.start, { at: 0, how: 'before' })
  assert.equal(ended.code, 0, toText(ended))
  return {
    ending: readEnding(stage.machine), operations: readTrace(stage), warm: stage.machine.state,
    remove: async () => {
      await first.remove()
      await stage.remove()
    },
  }
}

const isWork = (event: { readonly type: string; readonly data: unknown }): boolean => event.type === 'turn.replied' && (event.data as { purpose: string }).purpose === 'work'

/**
 * Kills the run where the plan says, goes on with it, and holds its end against the uninterrupted one. Returns what the kill
 * met, for a message.
 */
export async function killAndResume(whole: Uninterrupted, plan: Failure): Promise<void> {
  const stage = await openStage({ warm: whole.warm })
  const { machine, server } = stage
  try {
    const before = fingerprint(machine.repo)
    const killed = await stage.writ(stage.start, plan)
    assert.equal(killed.code, 128, `it was to be killed: ${toText(killed)}`)
    assert.equal(fingerprint(machine.repo), before, 'a killed run leaves the person’s things alone')
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
    const replies = recorded.filter(isWork).length
    const later = server.requests.slice(asked).filter((request) => request.isMain).map((request) => request.normalised?.n ?? -1)
    assert.ok(later.every((n) => n >= replies), `${replies} answers were recorded, and ${later.join(' ')} were asked for afterwards`)
    assert.equal(new Set(later).size, later.length, 'nothing is asked twice after the resume')
    assert.equal(server.requests.filter((request) => request.outcome === 'refused').length, 0)
    assert.equal(fingerprint(machine.repo), before, 'the person’s things are as they were')
    for (const name of ['work', 'work.new', 'checkouts']) {
      if (!over) assert.ok(!existsSync(join(machine.state, 'runs', findRuns(machine)[0] ?? '', name)), `${name} is gone after the end`)
    }
    assert.deepEqual(readdirSync(join(machine.state, 'runs')).length, 1)
  } finally {
    await stage.remove()
  }
}
