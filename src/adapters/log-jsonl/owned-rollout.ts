import fs from 'node:fs'
import { sealLine, toStart } from '../../domain/chain.ts'
import type { Clock } from '../../engine/ports/clock.ts'
import type { Rollout } from '../../engine/ports/event-log.ts'
import { isFlushed } from '../../protocol/events/event.ts'
import type { NewEvent, StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { flush, sha256, toDiskFault, writeFully } from './disk.ts'
import type { RunLock } from './run-lock.ts'
import { toNext } from './load-rollout.ts'

export interface OwnedFile {
  readonly run: RunId
  readonly path: string
  /** Open for appending and reading. Closed by the rollout. */
  readonly fd: number
  readonly lock: RunLock
  readonly clock: Pick<Clock, 'now'>
  /** What the file holds already, and its length. */
  readonly events: StoredEvent[]
  readonly size: number
  /** Settles when the file's name is on the disk. */
  readonly named: Promise<unknown>
}

interface Waiter {
  /** State before the batch, to go back to when the disk refuses it. */
  readonly size: number
  readonly count: number
  readonly resolve: () => void
  readonly reject: (fault: Fault) => void
}

/**
 * Owns: the descriptor, the lock and the list of events of one run.
 * Invariants: (1) a batch is sealed and written within the call to `append`, so the order of calls is the order of lines;
 * (2) the file ends with a whole line after every call, failed ones too; (3) one flush is under way at a time, and every
 * batch that was written before it began is covered by it; (4) after a flush has failed nothing is known of the disk, so
 * the rollout takes no more events.
 */
export function createOwnedRollout(file: OwnedFile): Rollout {
  const { run, path, fd, events, clock } = file
  let size = file.size
  let position = events.reduce(toNext, toStart(run))
  let lastAt = Date.parse(events.at(-1)?.at ?? '1970-01-01T00:00:00.000Z')
  let waiters: Waiter[] = []
  let flushing: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let broken: Fault | undefined
  // A failure is kept until somebody waits for the disk: a rejection that nobody awaits yet would end the process.
  const naming = file.named.then(() => undefined, (thrown: unknown) => ({ thrown }))

  async function reachDisk(): Promise<void> {
    const [failed] = await Promise.all([naming, flush(fd)])
    if (failed !== undefined) throw failed.thrown
  }

  function write(batch: readonly NewEvent[]): readonly StoredEvent[] {
    const now = clock.now()
    // A clock that was set back must not make the log say that effects came before their causes.
    const at = new Date(Math.max(now, lastAt)).toISOString()
    const stored: StoredEvent[] = []
    let text = ''
    let next = position
    for (const event of batch) {
      const sealed = sealLine(event, at, next, sha256)
      stored.push(sealed.event)
      text += sealed.line + '\n'
      next = toNext(next, sealed.event)
    }
    const bytes = Buffer.from(text)
    try {
      writeFully(fd, bytes, null)
    } catch (thrown) {
      broken = cutBack(size)
      throw broken ?? toDiskFault(thrown, `write ${stored.length} event(s) to ${path}`, `The log ends with its last whole event. Make room, then: writ resume ${run}`)
    }
    size += bytes.length
    position = next
    lastAt = Math.max(now, lastAt)
    for (const event of stored) events.push(event)
    return stored
  }

  /** Returns what kept the file from being cut, if anything did. */
  function cutBack(to: number): Fault | undefined {
    try {
      fs.ftruncateSync(fd, to)
      return undefined
    } catch (thrown) {
      return toDiskFault(thrown, `cut ${path} back to its last whole event`, `Make room, then: writ resume ${run}`)
    }
  }

  function flushed(before: { size: number; count: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      waiters.push({ ...before, resolve, reject })
      flushing ??= flushAll()
    })
  }

  async function flushAll(): Promise<void> {
    while (waiters.length > 0) {
      const group = waiters
      waiters = []
      try {
        await reachDisk()
      } catch (thrown) {
        refuseAll([...group, ...waiters], thrown)
        break
      }
      for (const waiter of group) waiter.resolve()
    }
    // In the same step as the last look at the waiters: one that came in between would wait for ever.
    flushing = undefined
  }

  function refuseAll(refused: readonly Waiter[], thrown: unknown): void {
    waiters = []
    broken = toDiskFault(thrown, `flush ${path} to the disk`, `Nothing more was written. Look at the disk, then: writ resume ${run}`)
    const first = refused[0]
    if (first !== undefined) {
      events.length = first.count
      position = events.reduce(toNext, toStart(run))
      size = first.size
      // Where this fails too, the first failure is the one to tell: nothing more is written either way.
      cutBack(first.size)
    }
    for (const waiter of refused) waiter.reject(broken)
  }

  async function finish(): Promise<void> {
    await flushing
    try {
      if (broken === undefined) await reachDisk()
    } catch (thrown) {
      throw toDiskFault(thrown, `flush ${path} to the disk`, `Look at the disk, then: writ resume ${run}`)
    } finally {
      fs.closeSync(fd)
      file.lock.release()
    }
  }

  return {
    run,
    events,
    get head() {
      return position.head
    },
    async append(batch) {
      if (closing !== undefined) throw new Fault('disk-failed', `The log of ${run} was closed by this process. Open it again to go on.`)
      if (broken !== undefined) throw broken
      if (batch.length === 0) return []
      const before = { size, count: events.length }
      const stored = write(batch)
      if (batch.some((event) => isFlushed[event.type])) await flushed(before)
      return stored
    },
    close: () => (closing ??= finish()),
  }
}
