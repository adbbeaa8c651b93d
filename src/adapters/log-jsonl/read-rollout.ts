import fs from 'node:fs'
import { toStart } from '../../domain/chain.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { hasCode, toDiskFault } from './disk.ts'
import type { RunPaths } from './layout.ts'
import { createLineReader } from './line-reader.ts'
import { requireLine, toNext } from './load-rollout.ts'
import { isRunOwned } from './run-lock.ts'

/** Where notifications do not arrive (network file systems, exhausted watches) a follower is at most this late. */
const pollMs = 250

/**
 * Reads a rollout that somebody else may be writing, verifying every line before it is handed out. Following ends when
 * the run has ended and nobody owns it any more, or when the signal is aborted; without following, at the last whole line.
 * @throws Fault `run-unknown`, `run-corrupt`.
 */
export async function* readRollout(run: RunId, paths: RunPaths, options: { follow: boolean; signal: AbortSignal }): AsyncGenerator<StoredEvent, void, undefined> {
  const { follow, signal } = options
  const fd = openForReading(run, paths)
  const news = follow ? watchFile(paths.rollout, signal) : undefined
  try {
    const reader = createLineReader(fd, paths.rollout, 0)
    let position = toStart(run)
    let ended = false
    while (!signal.aborted) {
      // Asked before reading: what the owner wrote before it went is then read below.
      const over = !follow || (ended && !isRunOwned(paths))
      for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
        for (const line of lines) {
          const event = requireLine(line, position, paths.rollout)
          position = toNext(position, event)
          if (event.type === 'run.ended') ended = true
          if (event.type === 'run.resumed' || event.type === 'run.rewound') ended = false
          yield event
          if (signal.aborted) return
        }
      }
      if (over) return
      requireNotCut(fd, reader.offset, paths)
      await news?.wait()
    }
  } finally {
    news?.close()
    fs.closeSync(fd)
  }
}

function openForReading(run: RunId, paths: RunPaths): number {
  try {
    return fs.openSync(paths.rollout, 'r')
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) throw toUnknownFault(run)
    throw toDiskFault(thrown, `read ${paths.rollout}`)
  }
}

export function toUnknownFault(run: string): Fault {
  return new Fault('run-unknown', `There is no run ${run}. See them all with: writ list`)
}

/** A failed write is cut back by its owner; a follower that had seen a whole line of it cannot go on. */
function requireNotCut(fd: number, offset: number, paths: RunPaths): void {
  if (fs.fstatSync(fd).size >= offset) return
  throw new Fault('run-corrupt', `${paths.rollout} became shorter while it was followed: its owner could not finish a write. Read it again from the start.`)
}

/** Resolves `wait` when the file may have grown since the last wait, after `pollMs` at the latest, or on abort. */
function watchFile(path: string, signal: AbortSignal): { wait(): Promise<void>; close(): void } {
  let isNew = false
  let wake: (() => void) | undefined
  const notify = (): void => {
    isNew = true
    wake?.()
  }
  let watcher: fs.FSWatcher | undefined
  try {
    watcher = fs.watch(path, notify)
    // From then on the poll alone notices what is new.
    watcher.on('error', () => watcher?.close())
  } catch (thrown) {
    if (!hasCode(thrown, 'ENOSPC') && !hasCode(thrown, 'EMFILE') && !hasCode(thrown, 'ENOSYS')) throw toDiskFault(thrown, `watch ${path}`)
  }
  signal.addEventListener('abort', notify, { once: true })
  return {
    async wait() {
      if (!isNew && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        wake = undefined
      }
      isNew = false
    },
    close() {
      signal.removeEventListener('abort', notify)
      watcher?.close()
    },
  }
}
