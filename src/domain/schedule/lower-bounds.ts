import type { CriticalPath } from './critical-path.ts'
import { findEnergyBound } from './energy-bound.ts'
import type { Limit } from './limits.ts'
import { noDeadline, type Network } from './network.ts'
import { narrowWindows } from './refute.ts'

/** Ticks that no schedule can do with less of. */
export interface LowerBounds {
  readonly criticalPath: number
  /** The greatest over all capacities of what their work takes at the least, with what must come before and after it. */
  readonly energy: number
  /** One more than the greatest length that was refuted. */
  readonly refuted: number
  /** The greatest of them. */
  readonly best: number
}

/** Pairs of tasks are looked at, and intervals of time for each of them. */
export const mostRefutedTasks = 300

export function findFirstBounds(network: Network, limits: readonly Limit[], path: CriticalPath): LowerBounds {
  const energy = limits.reduce((most, limit) => Math.max(most, findEnergyBound(network, limit, path)), 0)
  return { criticalPath: path.length, energy, refuted: 0, best: Math.max(path.length, energy) }
}

/** Ticks by which deadlines are missed at the least, because the tasks before them take so long. */
export function findLeastLate(network: Network, path: CriticalPath): number {
  let late = 0
  for (let task = 0; task < network.size; task += 1) {
    if (network.deadline[task] !== noDeadline) late += Math.max(0, path.earliestStart[task]! + network.duration[task]! - network.deadline[task]!)
  }
  return late
}

/**
 * Refutes lengths between the bounds and that of a known schedule, halving what is left. With `keepsDeadlines` the bound is one for the
 * schedules that are late as little as `findLeastLate` says.
 */
export function refuteLengths(asked: {
  readonly network: Network
  readonly limits: readonly Limit[]
  readonly path: CriticalPath
  readonly bounds: LowerBounds
  /** Length of a schedule that is known. */
  readonly known: number
  readonly keepsDeadlines: boolean
  readonly isOver: () => boolean
}): LowerBounds {
  const { network, bounds, known, isOver } = asked
  if (network.size > mostRefutedTasks) return bounds
  let low = bounds.best
  let high = known - 1
  // The proof that nothing better exists is what is wanted most: it is tried first.
  for (let length = high; low <= high && !isOver(); length = (low + high) >> 1) {
    if (narrowWindows({ ...asked, length }) === undefined) low = length + 1
    else high = length - 1
  }
  return low > bounds.best ? { ...bounds, refuted: low, best: low } : bounds
}
