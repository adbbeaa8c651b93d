import fs from 'node:fs'
import type { Clock } from '../../engine/ports/clock.ts'
import type { EventLog, Rollout, RunSummary } from '../../engine/ports/event-log.ts'
import { countTasks, IndexLost, resolveRun, sumSpent } from '../../engine/ports/run-index.ts'
import type { IndexEntry, RunIndex } from '../../engine/ports/run-index.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import { flushDirectory, toDiskFault } from './disk.ts'
import { directoryMode, fileMode, toRunPaths, toRunsDirectory } from './layout.ts'
import { loadRollout } from './load-rollout.ts'
import { createOwnedRollout } from './owned-rollout.ts'
import { readRollout, toUnknownFault } from './read-rollout.ts'
import { listRunIds, refreshIndex } from './refresh-index.ts'
import { isRunOwned, takeRunLock } from './run-lock.ts'
import type { RunLock } from './run-lock.ts'

export interface JsonlLogOptions {
  /** Made when it is missing. Rollouts lie in `runs/<run id>/rollout.jsonl` below it. */
  readonly stateDir: string
  readonly clock: Pick<Clock, 'now'>
  readonly index: RunIndex
}

/** Runs among which the latest is looked for: as many unreadable ones in a row are no accident. */
const mostCandidates = 1000

/** The log as files: one append-only JSON-lines file per run, which can be read with any tool. */
export function createJsonlLog(options: JsonlLogOptions): EventLog {
  const { stateDir, clock, index } = options
  return {
    create: (run) => createRollout(stateDir, run, clock),
    open: (run) => openRollout(stateDir, run, clock),
    read: (run, how) => readRollout(run, toRunPaths(stateDir, run), how),
    list: async (query) => queryIndex(stateDir, index, query).map((entry) => toSummary(entry, stateDir)),
    async autonomy(query) {
      return rebuilding(() => {
        refreshIndex(stateDir, index)
        return index.autonomy(query)
      })
    },
    async tasks(query) {
      return rebuilding(() => {
        refreshIndex(stateDir, index)
        return index.tasks(query)
      })
    },
    async resolve(word, { repository } = {}) {
      const runs = listRunIds(stateDir).filter((run) => fs.existsSync(toRunPaths(stateDir, run).rollout))
      if (word !== 'latest' || runs.length === 0) return resolveRun(word, runs)
      const found = await findLatest(stateDir, index, repository)
      if (found !== undefined) return found
      const where = repository === undefined ? '' : ` of ${repository}`
      throw new Fault('run-unknown', `There is no run${where} that can be read. The newest of all is ${runs[0]}: see them with writ list, and what can be kept of a damaged one with writ log repair RUN`)
    },
    async repair(run, how) {
      const paths = toRunPaths(stateDir, run)
      if (!fs.existsSync(paths.rollout)) throw toUnknownFault(run)
      return (await import('./repair-rollout.ts')).repairRollout(run, paths, clock, how)
    },
    async reindex() {
      return rebuilding(() => {
        index.clear()
        refreshIndex(stateDir, index)
        return index.marks().size
      })
    },
  }
}

type Query = Parameters<RunIndex['query']>[0]

function queryIndex(stateDir: string, index: RunIndex, query: Query): readonly IndexEntry[] {
  return rebuilding(() => {
    refreshIndex(stateDir, index)
    return index.query(query)
  })
}

/** The index may not see everything that is wrong with a rollout, so that each candidate is read whole. */
async function findLatest(stateDir: string, index: RunIndex, repository: string | undefined): Promise<RunId | undefined> {
  for (const limit of [10, mostCandidates]) {
    const entries = queryIndex(stateDir, index, { limit, children: false, ...(repository === undefined ? {} : { repository }) })
    for (const { run, facts, mark } of limit === mostCandidates ? entries.slice(10) : entries) {
      if (mark.problem === undefined && facts.goal !== undefined && (await canRead(run, stateDir))) return run
    }
    if (entries.length < limit) return undefined
  }
  return undefined
}

async function canRead(run: RunId, stateDir: string): Promise<boolean> {
  try {
    for await (const _ of readRollout(run, toRunPaths(stateDir, run), { follow: false, signal: new AbortController().signal })) continue
    return true
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.code === 'run-corrupt' || thrown.code === 'run-unknown')) return false
    throw thrown
  }
}

async function createRollout(stateDir: string, run: RunId, clock: Pick<Clock, 'now'>): Promise<Rollout> {
  const paths = toRunPaths(stateDir, run)
  const runs = toRunsDirectory(stateDir)
  let lock: RunLock | undefined
  try {
    const isFirst = fs.mkdirSync(runs, { recursive: true, mode: directoryMode }) !== undefined
    // The workspace may have made it already; the rollout itself must be new.
    fs.mkdirSync(paths.directory, { recursive: true, mode: directoryMode })
    lock = takeRunLock(run, paths)
    const fd = fs.openSync(paths.rollout, 'ax+', fileMode)
    // Without this a loss of power could take the whole file, flushed content and all. Under way while the caller goes
    // on (some 10 ms); the first flushed event waits for it.
    const named = Promise.all([paths.directory, runs, ...(isFirst ? [stateDir] : [])].map(flushDirectory))
    return createOwnedRollout({ run, path: paths.rollout, fd, lock, clock, events: [], size: 0, named })
  } catch (thrown) {
    lock?.release()
    throw toDiskFault(thrown, `start the log of ${run} in ${paths.directory}`)
  }
}

async function openRollout(stateDir: string, run: RunId, clock: Pick<Clock, 'now'>): Promise<{ rollout: Rollout; repaired: string | undefined }> {
  const paths = toRunPaths(stateDir, run)
  if (!fs.existsSync(paths.rollout)) throw toUnknownFault(run)
  const lock = takeRunLock(run, paths)
  let fd: number | undefined
  try {
    fd = openForAppending(paths.rollout)
    const { events, size, repaired } = loadRollout(run, paths, fd)
    return { rollout: createOwnedRollout({ run, path: paths.rollout, fd, lock, clock, events, size, named: Promise.resolve() }), repaired }
  } catch (thrown) {
    if (fd !== undefined) fs.closeSync(fd)
    lock.release()
    throw toDiskFault(thrown, `open ${paths.rollout}`)
  }
}

/** Never makes the file: an empty one would look like a run that had lost everything. */
function openForAppending(path: string): number {
  return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_APPEND)
}

/** Begins again with the empty index when it was lost on the way; an index that is lost over and over is a fault. */
function rebuilding<T>(use: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return use()
    } catch (thrown) {
      if (!(thrown instanceof IndexLost)) throw thrown
      if (attempt === 3) throw new Fault('disk-failed', 'The index of runs was damaged again each time it was rebuilt. Delete index.db in the state directory and try again.', { cause: thrown })
    }
  }
}

function toSummary(entry: IndexEntry, stateDir: string): RunSummary {
  const { run, facts, mark } = entry
  const { goal, repository, startedAt, endedAt, outcome, accepted, branch, commit, events } = facts
  const isOver = mark.problem === undefined && endedAt !== undefined
  const isLive = mark.problem === undefined && !isOver && isRunOwned(toRunPaths(stateDir, run))
  const status = isOver ? 'ended' : isLive ? 'running' : 'stopped'
  const title = goal ?? (events === 0 && mark.problem === undefined ? '(nothing recorded yet)' : '(unreadable)')
  return { run, goal: title, repository, parent: facts.parent, tasks: countTasks(facts), startedAt: startedAt ?? '', endedAt, status, outcome, accepted, branch, commit, ...sumSpent(facts), events }
}
