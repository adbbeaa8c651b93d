import type { Task } from '../../protocol/plan.ts'
import { toTails } from '../plan/graph.ts'
import type { RunState } from '../run-state.ts'

/** Milliseconds that a wait for anything but a release lasts at least: what is late is looked at anew, not all the time. */
const shortestWait = 1000

/** Do tasks begin by a schedule that is on the record? Otherwise the longest chain goes first. */
function isScheduled({ opened }: Pick<RunState, 'opened'>): boolean {
  return opened?.planning?.scheduled === true
}

/** Minutes of the run's own time since its first plan, at the newest event. */
export function toNowMinutes({ workedMs, plannedMs }: Pick<RunState, 'workedMs' | 'plannedMs'>): number {
  return Math.max(0, workedMs - (plannedMs ?? workedMs)) / 60_000
}

export function isReleased(state: RunState, { release = 0 }: Task): boolean {
  return !isScheduled(state) || release <= toNowMinutes(state)
}

/** Why a schedule is to be found (anew) before one of these begins; undefined where the one that there is holds. */
export function whySchedule(state: RunState, ready: readonly Task[]): string | undefined {
  return isScheduled(state) && ready.length > 0 ? state.scheduleWanted : undefined
}

/**
 * Tasks that could begin, in the order in which they are to: none before its time in the schedule while others are at work, since
 * what it would take is kept for what comes before it.
 */
export function orderByPlan(state: RunState, ready: readonly Task[], running: number): readonly Task[] {
  const tails = toTails(state.plan?.tasks ?? [])
  const starts = toStarts(state)
  const startOf = ({ id }: Task): number => starts.get(id) ?? 0
  const sorted = ready.toSorted((a, b) => startOf(a) - startOf(b) || (tails.get(b.id) ?? 0) - (tails.get(a.id) ?? 0))
  const now = toNowMinutes(state)
  const due = sorted.filter((task) => startOf(task) <= now)
  return due.length > 0 || running > 0 ? due : sorted
}

/**
 * When the next of these is to begin, in milliseconds since the epoch: a release has come then, or what it was to follow is late and
 * a new schedule is needed. Undefined where nothing but an end of somebody's work can move anything.
 */
export function findNextMoment(state: RunState, ready: readonly Task[]): number | undefined {
  if (!isScheduled(state)) return undefined
  const now = toNowMinutes(state)
  const starts = toStarts(state)
  const waits = ready.flatMap((task) => {
    const [start, release] = [(starts.get(task.id) ?? 0) - now, (task.release ?? 0) - now]
    if (start > 0) return [Math.max(start * 60_000, release * 60_000, shortestWait)]
    return release > 0 ? [release * 60_000] : []
  })
  return waits.length === 0 ? undefined : state.at + Math.ceil(Math.min(...waits))
}

function toStarts(state: RunState): ReadonlyMap<string, number> {
  return new Map(isScheduled(state) ? state.schedule?.tasks.map(({ task, start }) => [task, start]) : [])
}
