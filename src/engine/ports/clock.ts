import type { RunId } from '../../protocol/ids.ts'

/** The only source of time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Monotonic milliseconds, for durations. */
  elapsed(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** The only source of randomness. */
export interface Ids {
  runId(): RunId
}
