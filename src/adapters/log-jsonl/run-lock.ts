import fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { fileMode } from './layout.ts'
import type { RunPaths } from './layout.ts'
import { hasCode, toDiskFault } from './disk.ts'

/**
 * Owns: the right to write one rollout.
 * Node has no file locks of its own, so an empty SQLite database stands in for one: `BEGIN EXCLUSIVE` takes an fcntl
 * lock on it. The kernel drops that lock when the process ends in whatever way, children do not inherit it, and no
 * process id can be mistaken for another. Measured: 2 to 4 ms once per process, 0.1 ms per look at another run's lock.
 * Invariant: nobody else opens the lock file. Closing any other descriptor of it in this process would drop the lock.
 */
export interface RunLock {
  release(): void
}

/** How long an attempt waits for somebody who only looks whether the run is owned. Those hold it for microseconds. */
const patienceMs = 100
const sqliteBusy = 5
const sqliteCannotOpen = 14

/** @throws Fault `run-locked` naming the owner, `disk-failed`. */
export function takeRunLock(run: RunId, paths: RunPaths): RunLock {
  let database: DatabaseSync | undefined
  try {
    makeLockFile(paths.lock)
    database = new DatabaseSync(paths.lock, { timeout: patienceMs })
    // No journal: nothing is ever written to it.
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
    fs.writeFileSync(paths.owner, JSON.stringify({ pid: process.pid, since: new Date(performance.timeOrigin).toISOString() }) + '\n', { mode: fileMode })
  } catch (thrown) {
    database?.close()
    if (toSqliteCode(thrown) === sqliteBusy) throw toLockedFault(run, paths)
    throw toDiskFault(thrown, `take ownership of ${run} with ${paths.lock}`)
  }
  const held = database
  return {
    release() {
      if (!held.isOpen) return
      fs.rmSync(paths.owner, { force: true })
      held.close()
    },
  }
}

/** Does a live process, this one included, own the run? Looks without disturbing the owner. */
export function isRunOwned(paths: RunPaths): boolean {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(paths.lock, { readOnly: true })
    database.exec('SELECT 1 FROM sqlite_schema')
    return false
  } catch (thrown) {
    const code = toSqliteCode(thrown)
    if (code === sqliteBusy) return true
    // Without a lock file nobody ever owned it.
    if (code === sqliteCannotOpen) return false
    throw toDiskFault(thrown, `look at the lock ${paths.lock}`)
  } finally {
    database?.close()
  }
}

/** Made only where there is none: opening and closing it again would drop a lock that this process holds on it. */
function makeLockFile(path: string): void {
  try {
    fs.closeSync(fs.openSync(path, 'wx', fileMode))
  } catch (thrown) {
    if (!hasCode(thrown, 'EEXIST')) throw thrown
  }
}

function toLockedFault(run: RunId, paths: RunPaths): Fault {
  return new Fault('run-locked', `${run} is owned by ${describeOwner(paths.owner)}, which is still alive. Wait until it ends, or stop it, then try again.`)
}

function describeOwner(path: string): string {
  try {
    const { pid, since } = JSON.parse(fs.readFileSync(path, 'utf8')) as { pid?: unknown; since?: unknown }
    return `process ${String(pid)} (running since ${String(since)})`
  } catch (thrown) {
    // The note is missing or half written: it is for people only, and the lock itself is not in doubt.
    if (thrown instanceof SyntaxError || hasCode(thrown, 'ENOENT')) return 'another process'
    throw toDiskFault(thrown, `read ${path}`)
  }
}

function toSqliteCode(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined
}
