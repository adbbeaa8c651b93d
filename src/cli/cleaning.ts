import { join } from 'node:path'
import { findUnreferenced, sweepBlobs, takeBlobCensus, type BlobCensus, type StoredBlob } from '../adapters/log-jsonl/blob-sweep.ts'
import { createLogLeftoverFinder } from '../adapters/log-jsonl/leftovers.ts'
import { toRunPaths } from '../adapters/log-jsonl/layout.ts'
import { isRunOwned } from '../adapters/log-jsonl/run-lock.ts'
import { measure, removeMeasured } from '../adapters/process/disk-usage.ts'
import { createTempFolderFinder } from '../adapters/process/temp-folders.ts'
import { createSandboxLeftoverFinder } from '../adapters/sandbox-bwrap/leftovers.ts'
import { createWorkspaceLeftoverFinder, hasWorkspace, measureWorkspace, removeWorkspace, toChecksDirectory } from '../adapters/workspace-git/leftovers.ts'
import { choosePruned, type Retention } from '../domain/retention.ts'
import type { Rollout, RunSummary } from '../engine/ports/event-log.ts'
import type { Leftover } from '../engine/ports/leftovers.ts'
import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import { appendAfterEnd } from './append-after-end.ts'
import { toImportsDirectory } from './archive/staging.ts'
import type { OpenRecord } from './compose.ts'
import { findWholes, whileDecided, type CleanableWhole } from './decided-wholes.ts'
import { userName } from './user-name.ts'

/** All runs there can be. */
const mostRuns = 1_000_000

/** A run with those of its children that go with it. */
export interface Pruning {
  readonly run: RunId
  /** What rests on another comes before that. */
  readonly children: readonly RunId[]
  /** Of all of them, measured now; blobs that nobody else needs are counted with them. */
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
  readonly wholes: readonly CleanableWhole[]
  readonly withRecords: boolean
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
    createTempFolderFinder(now, [toChecksDirectory(stateDir), toImportsDirectory(stateDir)]),
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
  // What was pruned before needs no second time, unless its record is to go.
  const hasLeft = (run: RunId): boolean => withRecords || !census.pruned.has(run) || hasWorkspace(stateDir, run)
  const wholes = await findWholes(record, runs, { broken: new Set(census.unreadable.map((each) => each.run)), hasLeft })
  const prunable = wholes.filter((each) => each.isDecided && (each.isComplete || !withRecords))
    .map(({ top, children }) => ({ top, children: children.map(({ run }) => run).filter(hasLeft) }))
  const exclusive = measureExclusive(census, new Map(prunable.flatMap(({ top, children }) => children.map((child) => [child, top.run] as const))))
  const retained = await Promise.all(prunable.map(async ({ top, children }) => {
    const all = [top.run, ...children]
    const bytes = !all.some(hasLeft) ? 0 : withRecords ? await measure(...all.map((run) => join(stateDir, 'runs', run))) : await measureWorkspace(stateDir, ...all)
    return { run: top.run, children, isDecided: true, endedAt: Date.parse(top.endedAt ?? top.startedAt) || 0, bytes: bytes + (exclusive.get(top.run) ?? 0) }
  }))
  const chosen = new Set(choosePruned(retained, retention, { now: record.clock.now(), bytes: stateBytes }))
  const going = retained.filter((each) => chosen.has(each.run)).map(({ run, children, bytes }): Pruning => ({ run, children, bytes }))
  return {
    leftovers, wholes, withRecords, stateBytes, unreadable: census.unreadable,
    pruned: withRecords ? [] : going, records: withRecords ? going : [],
    blobs: findUnreferenced(census, (run) => !census.pruned.has(run)),
  }
}

/** Bytes of blobs, by the only run that still needs them; children count as the run that they would go with. */
function measureExclusive(census: BlobCensus, tops: ReadonlyMap<RunId, RunId>): ReadonlyMap<RunId, number> {
  const users = new Map<string, RunId | 'several'>()
  for (const [run, digests] of census.references) {
    if (census.pruned.has(run)) continue
    const top = tops.get(run) ?? run
    for (const digest of digests) users.set(digest, (users.get(digest) ?? top) === top ? top : 'several')
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
  const attempt: Attempt = async (work) => {
    try {
      const freed = await work()
      bytes += freed ?? 0
      return freed !== undefined
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      problems.push(error.message)
      return false
    }
  }
  for (const leftover of plan.leftovers) await attempt(() => leftover.remove())
  for (const each of plan.pruned) await prune(record, each, attempt)
  for (const each of plan.records) await removeRecords(record, each, attempt)
  // Counted anew: a person may have taken back a decision meanwhile.
  const census = await takeBlobCensus(stateDir, record.clock.now())
  const swept = sweepBlobs(findUnreferenced(census, (run) => !census.pruned.has(run)), () => record.clock.now())
  return { bytes: bytes + swept.bytes, blobs: swept.count, problems }
}

/** Adds up the bytes that work freed. False where it failed, which is told, or where it found nothing that may go (undefined). */
type Attempt = (work: () => Promise<number | undefined>) => Promise<boolean>

/** The run itself first: from then on nobody takes it back to where a child would be needed again. */
async function prune(record: OpenRecord, { run, children }: Pruning, attempt: Attempt): Promise<void> {
  await attempt(async () => {
    await whileDecided(record, run, async (whole) => {
      if (!(await attempt(() => pruneOne(record, whole.rollout, whole.isPruned)))) return
      for (const child of children.toReversed()) await attempt(() => whole.withChild(child, (rollout, isPruned) => pruneOne(record, rollout, isPruned)))
    })
    return 0
  })
}

/** The record says so first: from then on nobody goes back to a snapshot that is not there. */
async function pruneOne(record: OpenRecord, rollout: Rollout, isPruned: boolean): Promise<number> {
  const stateDir = record.places.state
  const { run } = rollout
  if (!isPruned) await appendAfterEnd(record, rollout, { type: 'run.pruned', data: { by: userName(), parts: ['workspace', 'blobs'], bytes: await measureWorkspace(stateDir, run) } })
  return hasWorkspace(stateDir, run) ? removeWorkspace(stateDir, run) : 0
}

/** Children first: without the run that they are parts of nobody could decide about them any more. */
async function removeRecords(record: OpenRecord, { run, children }: Pruning, attempt: Attempt): Promise<void> {
  const remove = (which: RunId): Promise<number> => removeMeasured(join(record.places.state, 'runs', which))
  await attempt(async () => {
    let mayGo = false
    await whileDecided(record, run, async ({ withChild }) => {
      mayGo = true
      for (const child of children) mayGo = (await attempt(async () => ((await withChild(child, async () => true)) ? remove(child) : undefined))) && mayGo
    })
    return mayGo ? remove(run) : 0
  })
}
