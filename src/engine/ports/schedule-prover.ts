import type { Network } from '../../domain/schedule/network.ts'
import type { Limit } from '../../domain/schedule/limits.ts'
import type { Windows } from '../../domain/schedule/refute.ts'

export interface ProofRequest {
  readonly network: Network
  readonly limits: readonly Limit[]
  /** Every task begins in its window, and all is done within `length`, in ticks. */
  readonly windows: Windows
  readonly length: number
  /** No schedule is shorter than this, in ticks. */
  readonly atLeast: number
  readonly seconds: number
}

/**
 * none: there is no schedule within the length and the windows · shortest: this one, in ticks, and none is shorter · shorter: this one, there may be
 * better ones · unknown: out of time, or too large to be tried.
 */
export type ProofOutcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'shortest' | 'shorter'; readonly starts: Int32Array }
  | { readonly kind: 'unknown'; readonly why: string }

/** Solves small scheduling problems exactly, beside whatever else runs meanwhile. */
export interface ScheduleProver {
  /** Settles when the answer is there, the time is over, or the signal says stop. @throws Fault if the solver itself fails */
  prove(request: ProofRequest, signal: AbortSignal): Promise<ProofOutcome>
}
