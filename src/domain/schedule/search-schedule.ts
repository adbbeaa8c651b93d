import { searchBranches } from './branch-and-bound.ts'
import { compareCandidates, createImprover, type Candidate } from './candidate.ts'
import { findCriticalPath, type CriticalPath } from './critical-path.ts'
import { decodeParallel } from './decode-parallel.ts'
import { createDecoder } from './decoder.ts'
import { evolve } from './genetic-search.ts'
import { listLimits, type Limit } from './limits.ts'
import { orderByRank } from './list-orders.ts'
import { findFirstBounds, findLeastLate, mostRefutedTasks, refuteLengths, type LowerBounds } from './lower-bounds.ts'
import { noDeadline, type Network } from './network.ts'
import { priorityRules, rankTasks } from './priority-rules.ts'
import { narrowWindows } from './refute.ts'
import { createRandom } from './random.ts'

/** Where a search stands. */
export interface SearchState {
  readonly best: Candidate
  readonly bounds: LowerBounds
  /** Nothing is later than it must be, and nothing shorter can be. */
  readonly isProven: boolean
  /** Schedules decoded so far. */
  readonly decoded: number
}

export interface ScheduleSearch {
  readonly network: Network
  readonly path: CriticalPath
  readonly limits: readonly Limit[]
  /** Whether deadlines are hard in what is left to prove: the best is late as little as any could be. */
  keepsDeadlines(): boolean
  state(): SearchState
  /** Priority rules, forward-backward improvement and the bounds that follow at once. */
  open(isOver: () => boolean): SearchState
  /** Searches on until the clock or count says so, or nothing better can be. */
  improve(isOver: () => boolean, onBetter?: (state: SearchState) => void): SearchState
  /** Refutes lengths below the best. */
  tighten(isOver: () => boolean): SearchState
  /** Looks through all schedules shorter than the best, as far as the time goes: for some tens of tasks often all of them. */
  branch(isOver: () => boolean): SearchState
  /** Takes what somebody else found. @returns whether it was better */
  adopt(starts: Int32Array): boolean
  /** Takes somebody else's proof that no schedule is shorter than this. */
  raiseBound(length: number): SearchState
}

/** Every decoded schedule of so many tasks takes longer than anybody waits for: rules only, without improvement. */
const mostImproved = 3_000

/**
 * A search for the best schedule: less late, then shorter, then nearer to what was planned before (`planned`, starts in ticks).
 * Deterministic: the same network, seed and number of steps give the same schedule.
 */
export function createSearch(network: Network, options: { readonly seed?: number; readonly planned?: Int32Array } = {}): ScheduleSearch {
  const { planned } = options
  const path = findCriticalPath(network)
  const limits = listLimits(network)
  // What was begun may take more than there is now, by what was known then. Then nothing follows from capacities.
  const bounding = isOverfull(network, limits) ? [] : limits
  const random = createRandom(options.seed ?? 1)
  const improver = createImprover(network, createDecoder(network), planned)
  const leastLate = findLeastLate(network, path)
  let bounds = findFirstBounds(network, bounding, path)
  let best: Candidate | undefined
  let seeds: Candidate[] = []
  let candidates: Generator<Candidate, never, void> | undefined
  const ranks = rankByDue(network, path)

  const state = (): SearchState => {
    if (best === undefined) throw new RangeError('the search was not opened')
    return { best, bounds, isProven: best.late === leastLate && best.end <= bounds.best, decoded: improver.decoded() }
  }
  const keep = (candidate: Candidate): void => {
    if (best === undefined || compareCandidates(candidate, best) < 0) best = candidate
  }
  const keepsDeadlines = (): boolean => best?.late === leastLate
  const isOptimal = (candidate: Candidate): boolean => candidate.late === leastLate && candidate.end <= bounds.best && candidate.drift === 0
  const adopt = (starts: Int32Array): boolean => {
    const before = state().best
    keep(improver.improve(orderByRank(network, Float64Array.from(starts))))
    return state().best !== before
  }
  const raiseBound = (length: number): SearchState => {
    if (length > bounds.best) bounds = { ...bounds, refuted: length, best: length }
    return state()
  }
  return {
    network, path, limits, keepsDeadlines, state,
    open: (isOver) => {
      const add = (order: Int32Array): void => {
        const each = network.size > mostImproved ? improver.decode(order) : improver.improve(order)
        seeds.push(each)
        keep(each)
      }
      if (planned !== undefined) add(orderByRank(network, Float64Array.from(planned)))
      add(decodeParallel(network, ranks).order)
      for (const rule of priorityRules) {
        if (isOver() || isOptimal(state().best)) break
        const each = rankTasks(rule, network, path)
        add(decodeParallel(network, each).order)
        add(orderByRank(network, each))
      }
      seeds = seeds.toSorted(compareCandidates)
      return state()
    },
    improve: (isOver, onBetter) => {
      candidates ??= evolve({ network, improver, random, ranks, seeds })
      while (!isOptimal(state().best) && !isOver()) {
        const before = best
        keep(candidates.next().value)
        if (best !== before) onBetter?.(state())
      }
      return state()
    },
    tighten: (isOver) => {
      bounds = refuteLengths({ network, limits: bounding, path, bounds, known: state().best.end, keepsDeadlines: keepsDeadlines(), isOver })
      return state()
    },
    branch: (isOver) => {
      if (network.size > mostRefutedTasks || network.running.includes(1) || !keepsDeadlines()) return state()
      while (!state().isProven && !isOver()) {
        const length = state().best.end - 1
        const windows = narrowWindows({ network, limits, path, length, keepsDeadlines: true, isOver })
        const outcome = windows === undefined ? { kind: 'none' as const } : searchBranches({ network, limits, windows, length, isOver })
        if (outcome.kind === 'open') break
        if (outcome.kind === 'found') adopt(outcome.starts)
        else raiseBound(length + 1)
      }
      return state()
    },
    adopt, raiseBound,
  }
}

/** Latest finishes; a deadline that is nearer than they are counts in their place. */
function rankByDue(network: Network, path: CriticalPath): Float64Array {
  const ranks = rankTasks('lft', network, path)
  const { after, topological, duration, deadline } = network
  for (let place = network.size - 1; place >= 0; place -= 1) {
    const task = topological[place]!
    if (deadline[task] !== noDeadline) ranks[task] = Math.min(ranks[task]!, deadline[task]!)
    for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) {
      const next = after.items[at]!
      ranks[task] = Math.min(ranks[task]!, ranks[next]! - duration[next]!)
    }
  }
  return ranks
}

/** Whether what runs already takes more than a capacity, or holds something twice. */
function isOverfull({ running }: Network, limits: readonly Limit[]): boolean {
  return limits.some(({ tasks, amounts, capacity }) => tasks.reduce((sum, task, at) => sum + (running[task] === 1 ? amounts[at]! : 0), 0) > capacity)
}
