import type { Contract } from '../../protocol/contract.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { Parent } from '../../protocol/events/run.ts'
import type { StageName, StageReport } from '../../protocol/events/task.ts'
import type { CommitId, RunId } from '../../protocol/ids.ts'

/** A task that a child run is to work on. All of it comes from the parent's log, so that it is the same after a crash. */
export interface ChildOrder {
  readonly child: RunId
  readonly parent: Parent
  readonly role: string
  /** Absent where the task itself is worked on. */
  readonly stage: StageName | undefined
  /** What is told beside the contract. */
  readonly brief: string
  /** Without pins: they are found on `base`, so that what others have added counts too. */
  readonly contract: Contract
  readonly base: CommitId
}

export type ChildReturned = Omit<Payload<'task.returned'>, 'task'> & { readonly report?: StageReport }

/**
 * Runs the child runs of one run, in this process, side by side. Each has a rollout, a workspace and a budget of its own.
 */
export interface Children {
  mint(): RunId
  /** Begins it, or goes on with it where its rollout is there already. Nothing happens where it is at work in this process. */
  start(order: ChildOrder): void
  /**
   * The first of those that were started and have come to rest; each is told once. Undefined where none has by `untilMs`, in milliseconds
   * since the epoch. @throws Fault `cancelled` with the signal.
   */
  next(signal: AbortSignal, untilMs?: number): Promise<ChildReturned | undefined>
  /** Stops all that are at work; they can go on later. Returns when none is. */
  stop(): Promise<void>
}
