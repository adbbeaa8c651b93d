import { join } from 'node:path'
import { findUnreferenced, sweepBlobs, takeBlobCensus, type BlobCensus, type StoredBlob } from '../adapters/log-jsonl/blob-sweep.ts'
import { createLogLeftoverFinder } from '../adapters/log-jsonl/leftovers.ts'
import { toRunPaths } from '../adapters/log-jsonl/layout.ts'
import { isRunOwned } from '../adapters/log-jsonl/run-lock.ts'
import { measure, removeMeasured } from '../adapters/process/disk-usage.ts'
import { createTempFolderFinder } from '../adapters/process/temp-folders.ts'
import { createSandboxLeftoverFinder } from '../adapters/sandbox-bwrap/leftovers.ts'
import { createWorkspaceLeftoverFinder, hasWorkspace, measureWorkspace, removeWorkspace, toChecksDirectory } from '../adapters/workspace-git/leftovers.ts'
import { fold } from '../domain/evolve.ts'
import { choosePruned, type Retention } from '../domain/retention.ts'
import type { RunSummary } from '../engine/ports/event-log.ts'
import type { Leftover } from '../engine/ports/leftovers.ts'
import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import { appendAfterEnd } from './append-after-end.ts'
import type { OpenRecord } from './compose.ts'
import { userName } from './user-name.ts'

/** All runs there can be. */
const mostRuns = 1_000_000

export interface Pruning {
  readonly run: RunId
  /** Measured now; blobs that nobody else needs are counted with them. */
  readonly bytes: number
}

/** What `writ clean` would remove, and what it leaves alone. Nothing has been changed yet. */
export interface CleaningPlan {
  readonly leftovers: readonly Leftover[]
  /** Runs that lose worktree, snapshots and outputs. */
  readonly pruned: readonly Pruning[]
  /** Runs whose record goes as well. */
  readonly records: readonly Pruning[]
  /** Blobs that nothing refers to already. */
  readonly blobs: readonly StoredBlob[]
  readonly unreadable: BlobCensus['unreadable']
  readonly runs: readonly RunSummary[]
  readonly stateBytes: number
}

/** What dead runs and processes left behind. Costs a look at each run's folder, not a reading of its record. */
export async function findLeftovers(record: OpenRecord, runs: readonly RunSummary[]): Promise<readonly Leftover[]> {
  const stateDir = record.places.state
  const now = (): number => record.clock.now()
  const known = new Map(runs.map((each) => [each.run, each]))
  const isDead = (run: RunId): boolean => known.has(run) && !isRunOwned(toRunPaths(stateDir, run))
  const dead = runs.filter((each) => isDead(each.run)).map((each) => ({ run: each.run, hasEnded: each.status === 'ended', isDead: () => isDead(each.run) }))
  const finders = [
    createSandboxLeftoverFinder({ stateDir, now, isDead }),
    createLogLeftoverFinder({ stateDir, now }),
    createWorkspaceLeftoverFinder({ stateDir, runs: dead }),
    createTempFolderFinder(now, [toChecksDirectory(stateDir)]),
  ]
  return (await Promise.all(finders.map((finder) => finder.find()))).flat()
}

export async function listAllRuns(record: OpenRecord): Promise<readonly RunSummary[]> {
  return record.log.list({ limit: mostRuns })
}

export async function planCleaning(record: OpenRecord, retention: Retention, withRecords: boolean): Promise<CleaningPlan> {
  const stateDir = record.places.state
  const runs = await listAllRuns(record)
  const [leftovers, census, stateBytes] = [await findLeftovers(record, runs), await takeBlobCensus(stateDir, record.clock.now()), await measure(stateDir)]
  const broken = new Set(census.unreadable.map((each) => each.run))
  const exclusive = measureExclusive(census)
  const retained = await Promise.all(runs.map(async (each) => {
    const isDecided = each.accepted !== undefined && each.status !== 'running' && !broken.has(each.run)
    const workspace = isDecided ? await measureWorkspace(stateDir, each.run) : 0
    const rest = isDecided && withRecords ? await measure(join(stateDir, 'runs', each.run)) : workspace
    // What was pruned before needs no second time, unless its record is to go.
    const isSpent = census.pruned.has(each.run) && workspace === 0 && !withRecords
    return { run: each.run, isDecided, endedAt: Date.parse(each.endedAt ?? each.startedAt) || 0, bytes: isSpent ? 0 : rest + (exclusive.get(each.run) ?? 0) }
  }))
  const bytesOf = new Map(retained.map((each) => [each.run, each.bytes]))
  const chosen = choosePruned(retained, retention, { now: record.clock.now(), bytes: stateBytes }).map((run) => ({ run, bytes: bytesOf.get(run) ?? 0 }))
  return {
    leftovers, runs, stateBytes, unreadable: census.unreadable,
    pruned: withRecords ? [] : chosen, records: withRecords ? chosen : [],
    blobs: findUnreferenced(census, (run) => !census.pruned.has(run)),
  }
}

/** Bytes of blobs, by the only run that still needs them. */
function measureExclusive(census: BlobCensus): ReadonlyMap<RunId, number> {
  const users = new Map<string, RunId | 'several'>()
  for (const [run, digests] of census.references) {
    if (census.pruned.has(run)) continue
    for (const digest of digests) users.set(digest, users.has(digest) ? 'several' : run)
  }
  const bytes = new Map<RunId, number>()
  if (census.unreadable.length > 0) return bytes
  for (const [digest, run] of users) {
    const blob = census.lasting.has(digest) ? undefined : census.blobs.get(digest)
    if (run !== 'several' && blob !== undefined && !blob.isYoung) bytes.set(run, (bytes.get(run) ?? 0) + blob.bytes)
  }
  return bytes
}

export interface Cleaned {
  /** Measured as it went. */
  readonly bytes: number
  readonly blobs: number
  /** What could not be done, in sentences. */
  readonly problems: readonly string[]
}

/** Removes what was planned, looking at each thing once more. What fails is told, and the rest goes on. */
export async function performCleaning(record: OpenRecord, plan: CleaningPlan): Promise<Cleaned> {
  const stateDir = record.places.state
  const problems: string[] = []
  let bytes = 0
  const attempt = async (work: () => Promise<number>): Promise<void> => {
    try {
      bytes += await work()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      problems.push(error.message)
    }
  }
  for (const leftover of plan.leftovers) await attempt(() => leftover.remove())
  for (const { run } of plan.pruned) await attempt(() => prune(record, run))
  for (const { run } of plan.records) {
    await attempt(async () => ((await requireDecided(record, run, async () => undefined)) ? removeMeasured(join(stateDir, 'runs', run)) : 0))
  }
  // Counted anew: a person may have taken back a decision meanwhile.
  const census = await takeBlobCensus(stateDir, record.clock.now())
  const swept = sweepBlobs(findUnreferenced(census, (run) => !census.pruned.has(run)), () => record.clock.now())
  return { bytes: bytes + swept.bytes, blobs: swept.count, problems }
}

/** The record says so first: from then on nobody goes back to a snapshot that is not there. */
async function prune(record: OpenRecord, run: RunId): Promise<number> {
  const stateDir = record.places.state
  let freed = 0
  await requireDecided(record, run, async (rollout, isPruned) => {
    if (!isPruned) await appendAfterEnd(record, rollout, { type: 'run.pruned', data: { by: userName(), parts: ['workspace', 'blobs'], bytes: await measureWorkspace(stateDir, run) } })
    if (hasWorkspace(stateDir, run)) freed = await removeWorkspace(stateDir, run)
  })
  return freed
}

/** Owns the run for as long as `work` takes. False, and nothing done, where the person's decision was taken back. */
async function requireDecided(record: OpenRecord, run: RunId, work: (rollout: Awaited<ReturnType<OpenRecord['log']['open']>>['rollout'], isPruned: boolean) => Promise<void>): Promise<boolean> {
  const { rollout } = await record.log.open(run)
  try {
    const { accepted, rejected, pruned } = fold(rollout.events)
    if (!accepted && !rejected) return false
    await work(rollout, pruned !== undefined)
    return true
  } finally {
    await rollout.close()
  }
}
