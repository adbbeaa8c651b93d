import type { Clock } from './ports/clock.ts'
import type { ProofOutcome, ScheduleProver } from './ports/schedule-prover.ts'
import { narrowWindows } from '../domain/schedule/refute.ts'
import { findCompletionQuantiles, type CompletionQuantiles } from '../domain/schedule/completion-quantiles.ts'
import { toNetwork } from '../domain/schedule/network.ts'
import type { ScheduleProblem } from '../domain/schedule/problem.ts'
import { toSchedule, type Schedule } from '../domain/schedule/schedule.ts'
import { createSearch, type ScheduleSearch, type SearchState } from '../domain/schedule/search-schedule.ts'

export interface FoundSchedule extends Schedule {
  /** What the estimates' spreads mean for the end; left out where none has one. */
  readonly completion?: CompletionQuantiles
  /** Schedules that were decoded in the search. */
  readonly searched: number
  /** How it was proven; left out where it is not. */
  readonly provenBy?: 'bound' | 'branches' | 'solver'
  /** The tick of the schedule, in minutes. */
  readonly tick: number
}

export interface FindOptions {
  /** How long to search at most, the proof included. 0: all priority rules, and nothing else. */
  readonly seconds: number
  readonly seed?: number
  readonly onProgress?: (state: SearchState, minutesPerTick: number) => void
}

/** Share of the time for searching before anything costly is tried to prove it. */
const firstShare = 0.15
/** Tasks up to which all branches are looked through, and until which share of the time: beyond some tens that seldom comes to an end. */
const branching = [{ tasks: 40, until: 0.6 }, { tasks: 80, until: 0.2 }] as const
/** Tasks up to which the prover is asked: larger models keep a processor busy, and it never answered in time. */
const mostProved = 40
/** Milliseconds between two looks at what else happens: the search itself never waits. */
const slice = 50
const draws = 500
/** Tasks that all draws together have at most, so that large plans do not wait for what is said beside the schedule; and the fewest draws. */
const mostDrawn = 200_000
const fewestDraws = 20

/**
 * The best schedule of a problem within a time: priority rules, bounds, genetic search, and for small problems an exact proof that runs beside
 * it. Ends as soon as nothing better can exist. The problem has no flaw (`findFlaw`).
 */
export async function findSchedule(problem: ScheduleProblem, ports: { readonly clock: Clock; readonly prover?: ScheduleProver }, options: FindOptions): Promise<FoundSchedule> {
  const { clock, prover } = ports
  const began = clock.elapsed()
  const isAfter = (share: number) => (): boolean => clock.elapsed() - began >= options.seconds * 1000 * share
  const network = toNetwork(problem)
  const search = createSearch(network, options.seed === undefined ? {} : { seed: options.seed })
  const onBetter = (state: SearchState): void => options.onProgress?.(state, network.tick)
  onBetter(search.open(options.seconds === 0 ? () => false : isAfter(1)))
  search.tighten(isAfter(firstShare))
  search.improve(isAfter(firstShare), onBetter)
  search.tighten(isAfter(0.5))
  let by: FoundSchedule['provenBy'] = 'bound'
  if (!search.state().isProven) {
    by = await searchBeside(search, {
      prover, clock, isOver: isAfter(1), left: () => options.seconds - (clock.elapsed() - began) / 1000, onBetter,
      isBranched: isAfter(branching.find(({ tasks }) => network.size <= tasks)?.until ?? 0),
    })
  }
  const state = search.tighten(isAfter(1))
  const completion = findCompletionQuantiles(problem, state.best.order, { draws: Math.max(fewestDraws, Math.min(draws, Math.floor(mostDrawn / problem.tasks.length))) })
  return {
    ...toSchedule(network, search.path, search.limits, state), searched: state.decoded, tick: network.tick,
    ...(completion ? { completion } : {}), ...(state.isProven && by ? { provenBy: by } : {}),
  }
}

interface Beside {
  readonly prover: ScheduleProver | undefined
  readonly clock: Clock
  readonly isOver: () => boolean
  /** Whether branches were looked through for long enough. */
  readonly isBranched: () => boolean
  /** Seconds. */
  readonly left: () => number
  readonly onBetter: (state: SearchState) => void
}

/** Branches and then searches on while the prover works in its thread. @returns what proved it; undefined if nothing did */
async function searchBeside(search: ScheduleSearch, { prover, clock, isOver, isBranched, left, onBetter }: Beside): Promise<FoundSchedule['provenBy']> {
  const stop = new AbortController()
  const open = { answer: undefined as ProofOutcome | undefined }
  const asked = prover === undefined ? undefined : askProver(search, prover, left(), stop.signal).then((answer) => { open.answer = answer })
  // A solver that fails is no reason to lose the schedule: what it would have said is missing, as if there were none.
  const settled = asked?.catch(() => { open.answer = { kind: 'unknown', why: 'the solver failed' } })
  const { end } = search.state().best
  // Lets the thread begin before this one is busy.
  await clock.sleep(0, stop.signal)
  const isBranchedProof = search.branch(() => isBranched() || isOver()).isProven
  let hasProof = false
  while (!isOver() && !search.state().isProven) {
    const began = clock.elapsed()
    search.improve(() => isOver() || clock.elapsed() - began > slice, onBetter)
    onBetter(search.state())
    await clock.sleep(0, stop.signal)
    const { answer } = open
    open.answer = undefined
    hasProof ||= answer !== undefined && takeAnswer(search, answer, end)
  }
  stop.abort()
  await settled
  if (!search.state().isProven) return undefined
  return isBranchedProof ? 'branches' : hasProof ? 'solver' : 'bound'
}

/** `end`: of the best when it was asked. @returns whether it is a proof */
function takeAnswer(search: ScheduleSearch, answer: ProofOutcome, end: number): boolean {
  switch (answer.kind) {
    case 'none':
      search.raiseBound(end)
      return true
    case 'shortest': {
      search.adopt(answer.starts)
      const { duration } = search.network
      search.raiseBound(answer.starts.reduce((last, start, task) => Math.max(last, start + duration[task]!), 0))
      return true
    }
    case 'shorter':
      search.adopt(answer.starts)
      return false
    case 'unknown':
      return false
  }
}

async function askProver(search: ScheduleSearch, prover: ScheduleProver, seconds: number, signal: AbortSignal): Promise<ProofOutcome> {
  const { network, limits, path } = search
  const { best, bounds } = search.state()
  if (network.size > mostProved || !search.keepsDeadlines()) return { kind: 'unknown', why: 'it is too large, or late by more than it must be' }
  const length = best.end - 1
  const windows = narrowWindows({ network, limits, path, length, keepsDeadlines: search.keepsDeadlines(), isOver: () => false })
  return windows === undefined ? { kind: 'none' } : prover.prove({ network, limits, windows, length, atLeast: bounds.best, seconds }, signal)
}
