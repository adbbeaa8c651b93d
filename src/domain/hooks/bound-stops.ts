/** How often hooks may keep a run from stopping. */
export const mostStopBlocks = 3

interface Outcome {
  readonly event: string
  readonly status: string
  readonly reason: string
  readonly stopsRun?: boolean
}

/**
 * A hook that keeps a run from stopping is heeded a few times; then it is over-ruled, and its outcome says so.
 * `blockedBefore` is counted in the log: recorded outcomes of this event with status `blocked`.
 */
export function boundStops<T extends Outcome>(outcomes: readonly T[], blockedBefore: number): readonly T[] {
  if (blockedBefore < mostStopBlocks) return outcomes
  return outcomes.map((each) => (each.status === 'blocked' && each.stopsRun !== true ? { ...each, status: 'passed', reason: `over-ruled, because hooks have kept the run from stopping ${blockedBefore} times already: ${each.reason}` } : each))
}

/** The no among outcomes: the first that blocks ends a call of hooks, so there is at most one. */
export function findBlock<T extends Outcome>(outcomes: readonly T[]): T | undefined {
  return outcomes.find((each) => each.status === 'blocked')
}
