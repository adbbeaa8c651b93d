import fs from 'node:fs'
import { readLine, toStart } from '../../domain/chain.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { hasCode, sha256, toDiskFault } from './disk.ts'
import { createLineReader } from './line-reader.ts'
import { toNext } from './load-rollout.ts'

export interface ExaminedRollout {
  /** Whole and in their places, up to the first line that is not. */
  readonly events: readonly StoredEvent[]
  /** What is wrong with the next line, as a sentence that names it. */
  readonly problem: string | undefined
}

/** Reads a rollout file as far as it is sound and says what is wrong after that, instead of throwing. @throws Fault `run-unknown`, `disk-failed`. */
export function examineRollout(run: RunId, path: string): ExaminedRollout {
  let fd: number
  try {
    fd = fs.openSync(path, 'r')
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) throw new Fault('run-unknown', `There is no run ${run}. See them all with: writ list`)
    throw toDiskFault(thrown, `read ${path}`)
  }
  try {
    const reader = createLineReader(fd, path, 0)
    const events: StoredEvent[] = []
    let position = toStart(run)
    for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
      for (const line of lines) {
        const read = readLine(line, position, sha256)
        if (!read.ok) return { events, problem: `line ${position.seq + 1} ${read.problem}` }
        events.push(read.value)
        position = toNext(position, read.value)
      }
    }
    return { events, problem: reader.rest.length > 0 ? `line ${position.seq + 1} has no end: ${reader.rest.length} bytes follow the last whole line` : undefined }
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'run-corrupt') return { events: [], problem: thrown.message }
    throw thrown
  } finally {
    fs.closeSync(fd)
  }
}
