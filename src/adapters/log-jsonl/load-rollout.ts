import fs from 'node:fs'
import { join } from 'node:path'
import { readLine, toStart } from '../../domain/chain.ts'
import type { ChainPosition } from '../../domain/chain.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { sha256, writeFully } from './disk.ts'
import { fileMode } from './layout.ts'
import type { RunPaths } from './layout.ts'
import { createLineReader } from './line-reader.ts'

export interface LoadedRollout {
  readonly events: StoredEvent[]
  /** Length of the file, now that it ends with a whole line. */
  readonly size: number
  readonly repaired: string | undefined
}

/**
 * Reads and verifies a rollout that this process owns. Bytes after the last line feed are what a crash left of a write
 * that nobody was told had succeeded: they are set aside. @throws Fault `run-corrupt`.
 */
export function loadRollout(run: RunId, paths: RunPaths, fd: number): LoadedRollout {
  const reader = createLineReader(fd, paths.rollout, 0)
  const events: StoredEvent[] = []
  let position = toStart(run)
  for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
    for (const line of lines) {
      const event = requireLine(line, position, paths.rollout)
      events.push(event)
      position = toNext(position, event)
    }
  }
  const size = reader.offset
  if (reader.rest.length === 0) return { events, size, repaired: undefined }
  return { events, size, repaired: setAside(paths, fd, position, size, reader.rest) }
}

export function toNext(position: ChainPosition, event: { readonly hash: string }): ChainPosition {
  return { run: position.run, seq: position.seq + 1, head: event.hash }
}

/** @throws Fault `run-corrupt` naming the line. */
export function requireLine(line: string, position: ChainPosition, path: string): StoredEvent {
  const read = readLine(line, position, sha256)
  if (!read.ok) throw toCorruptFault(position, path, read.problem)
  return read.value
}

export function toCorruptFault(position: ChainPosition, path: string, problem: string): Fault {
  const mend = problem.includes('newer Writ') ? 'Use that version for this run.' : `Nothing was changed; see what can be kept, and keep it, with: writ log repair ${position.run}`
  return new Fault('run-corrupt', `Line ${position.seq + 1} of ${path} ${problem}. ${mend}`)
}

function setAside(paths: RunPaths, fd: number, position: ChainPosition, size: number, torn: Uint8Array): string {
  const aside = join(paths.directory, `rollout.torn-${position.seq}`)
  // The copy is on the disk before the original is cut.
  const copy = fs.openSync(aside, 'w', fileMode)
  try {
    writeFully(copy, torn, 0)
    fs.fsyncSync(copy)
  } finally {
    fs.closeSync(copy)
  }
  fs.ftruncateSync(fd, size)
  fs.fsyncSync(fd)
  return `The last write was cut off by a crash after event ${position.seq - 1}: ${torn.length} bytes without an end were set aside in ${aside}.`
}
