import type { PastTask } from '../../protocol/experience.ts'
import type { AutonomyFact } from '../../domain/autonomy/facts.ts'
import type { NewEvent, StoredEvent } from '../../protocol/events/event.ts'
import type { BlobRef, RunId } from '../../protocol/ids.ts'

/**
 * The append-only, hash-chained log of one run (a rollout), owned by this process alone.
 * Invariants: (1) events are stored in the order of the calls; (2) when `append` resolves, everything up to and
 * including its flushed events is on the disk; (3) a line once written never changes.
 */
export interface Rollout {
  readonly run: RunId
  /** Everything stored so far, oldest first. */
  readonly events: readonly StoredEvent[]
  /** The last line's hash. */
  readonly head: string
  /**
   * Stores the events with the next sequence numbers, time and hashes, as one write.
   * Waits for the disk when any of them is flushed (`isFlushed`).
   * @throws Fault `disk-failed`; nothing of the batch counts as stored then.
   */
  append(events: readonly NewEvent[]): Promise<readonly StoredEvent[]>
  /** Gives up ownership. Waits for what is under way. */
  close(): Promise<void>
}

/** Which runs are listed: all conditions that are given hold. */
export interface RunQuery {
  readonly repository?: string
  /** Words of the goal, commits or files. */
  readonly search?: string
  /** Only those that have not ended. */
  readonly open?: boolean
  /** False: without the runs that other runs delegated. */
  readonly children?: boolean
  readonly limit: number
}

/** One line of `writ list`. */
export interface RunSummary {
  readonly run: RunId
  readonly goal: string
  readonly repository: string
  /** The run that delegated this one. */
  readonly parent: RunId | undefined
  /** Of a run that follows a graph of tasks. */
  readonly tasks: { readonly done: number; readonly total: number } | undefined
  readonly startedAt: string
  readonly endedAt: string | undefined
  /** `running` when a live process owns it, `stopped` when none does and it has not ended. */
  readonly status: 'running' | 'stopped' | 'ended'
  readonly outcome: string | undefined
  readonly accepted: 'accepted' | 'rejected' | undefined
  readonly branch: string | undefined
  readonly commit: string | undefined
  /** With what its children spent, as far as they have returned. */
  readonly turns: number
  readonly costUsd: number
  readonly events: number
}

/** What is wrong with a rollout, and what would be left of it. */
export interface Damage {
  readonly path: string
  /** The first line that cannot be trusted, from 1, and what is wrong with it, as a clause that follows "line N". */
  readonly line: number
  readonly problem: string
  /** What is kept: so many events, the last of them, in so many bytes. */
  readonly events: number
  readonly last: StoredEvent
  readonly keptBytes: number
  /** What is set aside. */
  readonly lines: number
  readonly bytes: number
  /** Events among it that can still be read: they may have happened. */
  readonly readable: readonly StoredEvent[]
  /** SHA-256 of the damaged file. */
  readonly original: string
  /** Where it is kept; undefined as long as nothing was changed. */
  readonly keptAs: string | undefined
}

export interface Repair {
  readonly by: string
  /** Nothing is changed unless it answers true. */
  readonly confirm: (damage: Damage) => Promise<boolean>
}

export interface EventLog {
  /** Starts a rollout and takes ownership. @throws Fault `disk-failed`. */
  create(run: RunId): Promise<Rollout>
  /**
   * Takes ownership of an existing rollout and loads it. A torn last line (a crash in the middle of a write) is set aside
   * in a file beside it and said in `repaired`.
   * @throws Fault `run-unknown`, `run-locked` (another live process owns it), `run-corrupt` (names the line).
   */
  open(run: RunId): Promise<{ rollout: Rollout; repaired: string | undefined }>
  /** Reads without owning, verifying the chain; follows a live run when asked. @throws Fault `run-unknown`, `run-corrupt`. */
  read(run: RunId, options: { follow: boolean; signal: AbortSignal }): AsyncIterable<StoredEvent>
  /** Newest first; the index is brought up to date (or rebuilt when it is missing) on the way. */
  list(query: RunQuery): Promise<readonly RunSummary[]>
  /**
   * What the runs of a repository say for and against trusting later ones, since a time in milliseconds since the epoch. It is
   * kept with the index. A run that came from elsewhere says nothing, a damaged one only what speaks against it.
   */
  autonomy(options: { repository: string; since: number }): Promise<readonly AutonomyFact[]>
  /** Tasks of the past, of all repositories, the newest first; kept with the index, and only of runs that were made here and can be read whole. */
  tasks(options: { limit: number }): Promise<readonly PastTask[]>
  /**
   * A run by its id, a unique beginning or end of it, or `latest`: the newest that can be read and that no other run
   * delegated, of this repository where one is named. @throws Fault `run-unknown` naming the candidates.
   */
  resolve(word: string, options?: { repository?: string }): Promise<RunId>
  /**
   * Ends a damaged record before its first bad line, if `confirm` agrees: the original is kept, and an event says so.
   * Undefined where nothing is wrong. @throws Fault `run-unknown`, `run-locked`, `run-corrupt` where nothing can be kept.
   */
  repair(run: RunId, how: Repair): Promise<Damage | undefined>
  /** Drops the index and makes it again from the rollouts. Returns how many runs it holds. */
  reindex(): Promise<number>
}

export interface KeptBlob {
  readonly ref: BlobRef
  /** Bytes that were left out of the middle. */
  readonly droppedBytes: number
  /** What it takes on the disk, in bytes. */
  readonly storedBytes: number
}

/** Content-addressed bytes beside the rollouts. Writing the same bytes twice stores them once. */
export interface Blobs {
  /** Durable when it resolves, unless `flush` is false. `asIs`: it is ours, made of what is masked, and no byte of it may change. */
  put(bytes: Uint8Array | string, options?: { flush?: boolean; asIs?: boolean }): Promise<BlobRef>
  /**
   * The same within a bound: of what would take more than `most` bytes on the disk only the beginning and the end are kept, with a
   * line between them that says so. Absent where nothing is bounded.
   */
  keep?(bytes: Uint8Array | string, options?: { flush?: boolean; most?: number }): Promise<KeptBlob>
  /** What it takes on the disk, in bytes; 0 where it is not there. Absent where there is no disk. */
  sizeOf?(ref: BlobRef): number
  /** @throws Fault `run-corrupt` when it is missing or its bytes do not hash to its name. */
  get(ref: BlobRef): Promise<Uint8Array>
  /** A byte range. Same errors, but the hash is not checked. */
  slice(ref: BlobRef, from: number, to: number): Promise<Uint8Array>
}
