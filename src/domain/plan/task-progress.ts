import type { StoredEvent } from '../../protocol/events/event.ts'
import type { ChildSpent } from '../../protocol/events/task.ts'
import type { RunId } from '../../protocol/ids.ts'
import { toRunTime, type RunTime } from '../run-clock.ts'
import type { RunState } from '../run-state.ts'

/** How a task stands, in words for people. */
export type TaskStanding = 'waiting' | 'ready' | 'at work' | 'asks' | 'returned' | 'failed' | 'held' | 'integrated' | 'dropped'

/** What is known of the work on one task. Times are milliseconds of the run's own time, which stands still between a stop and its resume. */
export interface TaskProgress {
  readonly id: string
  readonly standing: TaskStanding
  readonly role: string
  readonly attempts: number
  /** Integrations that met a conflict, textual or semantic. */
  readonly conflicts: number
  /** Of all attempts and stages, oldest first. */
  readonly children: readonly RunId[]
  readonly startedMs: number | undefined
  /** When the newest attempt or stage began. */
  readonly newestMs: number | undefined
  /** When it was integrated. */
  readonly endedMs: number | undefined
  readonly tokens: number
  readonly usd: number
  readonly unpriced: boolean
  /** Of an attempt that came to nothing, or a task that was left out. */
  readonly why: string | undefined
}

export interface PlanProgress {
  readonly tasks: readonly TaskProgress[]
  /** When the first plan was there, and the newest event. */
  readonly plannedMs: number
  readonly nowMs: number
}

interface Work {
  role: string
  attempts: number
  conflicts: number
  readonly children: RunId[]
  startedMs: number | undefined
  newestMs: number | undefined
  endedMs: number | undefined
  readonly spent: Map<RunId, ChildSpent>
}

/** Of each task of the plan, in its order. `events` are those in effect. */
export function accountProgress(state: RunState, events: readonly StoredEvent[]): PlanProgress {
  const works = new Map<string, Work>()
  const workOf = (task: string): Work => {
    const known = works.get(task)
    if (known) return known
    const made: Work = { role: '', attempts: 0, conflicts: 0, children: [], startedMs: undefined, newestMs: undefined, endedMs: undefined, spent: new Map() }
    works.set(task, made)
    return made
  }
  let time: RunTime = { at: 0, workedMs: 0, answeredMs: 0 }
  let plannedMs: number | undefined
  for (const event of events) {
    time = toRunTime(time, event)
    const ms = time.workedMs
    switch (event.type) {
      case 'plan.proposed':
        plannedMs ??= ms
        break
      case 'task.delegated': case 'stage.delegated': {
        const work = workOf(event.data.task)
        work.children.push(event.data.child)
        work.startedMs ??= ms
        work.newestMs = ms
        if (event.type === 'stage.delegated') break
        work.role = event.data.role
        work.attempts += 1
        break
      }
      case 'task.returned': case 'stage.returned':
        // A child that waited and went on says its whole sum again.
        workOf(event.data.task).spent.set(event.data.child, event.data.spent)
        break
      case 'integration.finished': {
        const work = workOf(event.data.task)
        if (event.data.verdict === 'textual' || event.data.verdict === 'semantic') work.conflicts += 1
        if (event.data.verdict === 'merged') work.endedMs = ms
        break
      }
      default:
    }
  }
  return { tasks: (state.plan?.tasks ?? []).map(({ id, role }) => toProgress(state, id, role, works.get(id))), plannedMs: plannedMs ?? 0, nowMs: time.workedMs }
}

function toProgress(state: RunState, id: string, role: string, work: Work | undefined): TaskProgress {
  const spent = [...(work?.spent.values() ?? [])]
  return {
    id, standing: toStanding(state, id), role: work?.role || role, attempts: work?.attempts ?? 0, conflicts: work?.conflicts ?? 0, children: work?.children ?? [],
    startedMs: work?.startedMs, newestMs: work?.newestMs, endedMs: work?.endedMs,
    tokens: spent.reduce((sum, each) => sum + each.inputTokens + each.outputTokens, 0), usd: spent.reduce((sum, each) => sum + each.usd, 0), unpriced: spent.some((each) => each.unpriced),
    why: state.refused.get(id) ?? (state.delegations.get(id)?.why || undefined),
  }
}

function toStanding(state: RunState, id: string): TaskStanding {
  const status = state.tasks.get(id)
  if (status === 'finished') return 'integrated'
  if (status === 'dropped') return 'dropped'
  if (state.refused.has(id)) return 'held'
  switch (state.delegations.get(id)?.status) {
    case 'running': return 'at work'
    case 'waiting': return 'asks'
    case 'returned': return 'returned'
    case 'failed': return 'failed'
    default: {
      if ([...state.stages.values()].some((each) => each.given.task === id && each.status === 'running')) return 'at work'
      const task = state.plan?.tasks.find((each) => each.id === id)
      return task?.dependsOn.every((before) => ['finished', 'dropped'].includes(state.tasks.get(before) ?? '')) ? 'ready' : 'waiting'
    }
  }
}
