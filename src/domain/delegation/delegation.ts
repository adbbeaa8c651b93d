import type { Payload } from '../../protocol/events/event.ts'
import type { FaultCode } from '../../protocol/error-codes.ts'
import type { CommitId } from '../../protocol/ids.ts'
import type { Task } from '../../protocol/plan.ts'
import type { RunState } from '../run-state.ts'

/**
 * The newest attempt at a task by a child run. `waiting`: it stands still until a person has answered; `returned`: its commit
 * is not integrated yet; `failed`: nothing of it counts, and `why` says so.
 */
export interface Delegation {
  readonly given: Payload<'task.delegated'>
  /** What was integrated when it began. Its base is that, or the tests on top of it that were written for the task. */
  readonly onto: CommitId | undefined
  status: 'running' | 'waiting' | 'returned' | 'merged' | 'failed'
  returned: Payload<'task.returned'> | undefined
  /** When, in milliseconds since the epoch. */
  returnedAt: number | undefined
  integration: Payload<'integration.finished'> | undefined
  why: string
  /** Attempts of this task that failed for themselves, and integrations of it that met a conflict. */
  failures: number
  conflicts: number
  /** Faults of Writ's own that stopped its child since a process last took the run up; they say nothing of the task. */
  faults: number
  /** A reviewer found errors in what it made: it is for whoever made it to mend them. */
  isSentBack: boolean
}

/** Faults of one child run after which it is not gone on with by itself any more. */
export const mostFaults = 3

/** What stopped a child, where that was a fault and not its task; undefined otherwise, and in records of earlier versions, which did not tell the two apart. */
export function findChildFault({ outcome, fault }: Pick<Payload<'task.returned'>, 'outcome' | 'fault'>): Payload<'task.returned'>['fault'] {
  return outcome === 'fault' ? fault : undefined
}

interface Faulty {
  readonly status: string
  readonly faults: number
  readonly given: { readonly task: string; readonly child: string }
  readonly returned: Pick<Payload<'task.returned'>, 'outcome' | 'fault' | 'reason'> | undefined
}

/** A child that met a fault again and again: the run stops with it, and goes on once its cause is mended. What only Writ can mend (a bug) stops the task alone. */
export function findStopping(state: Pick<RunState, 'delegations' | 'stages'>): { readonly code: FaultCode; readonly message: string } | undefined {
  const all: readonly Faulty[] = [...state.delegations.values(), ...state.stages.values()]
  for (const { status, faults, given, returned } of all) {
    const code = returned && findChildFault(returned)
    if (status !== 'running' || faults < mostFaults || code === undefined || code === 'bug') continue
    return { code, message: `${given.task} cannot be worked on: its child run ${given.child} was stopped ${faults} times by a fault that is not the task's: ${returned?.reason ?? code}` }
  }
  return undefined
}

/** Does this run follow a graph whose tasks are worked on by child runs? */
export function isPlanned(state: Pick<RunState, 'opened'>): boolean {
  return state.opened?.planning !== undefined
}

export function findByStatus(state: Pick<RunState, 'delegations'>, ...statuses: readonly Delegation['status'][]): readonly Delegation[] {
  return [...state.delegations.values()].filter((each) => statuses.includes(each.status))
}

/** Tasks whose result counts, or that nobody needs any more. */
export function isSettled(state: Pick<RunState, 'tasks'>, id: string): boolean {
  const status = state.tasks.get(id)
  return status === 'finished' || status === 'dropped'
}

export function findTask(state: Pick<RunState, 'plan'>, id: string): Task | undefined {
  return state.plan?.tasks.find((task) => task.id === id)
}

/** Commands that the child of a task is judged by, of the contract or of the plan. */
export function checksOf(state: Pick<RunState, 'plan' | 'contract'>, task: Task) {
  return [...(state.contract?.checks ?? []), ...(state.plan?.checks ?? [])].filter((check) => task.checks.includes(check.id))
}

/** Nothing moves before a person has answered what a child asks. */
export function isHeldByChildren(state: Pick<RunState, 'delegations' | 'stages'>): boolean {
  const all = [...state.delegations.values(), ...state.stages.values()]
  return all.some((each) => each.status === 'waiting') && all.every((each) => each.status !== 'running')
}
