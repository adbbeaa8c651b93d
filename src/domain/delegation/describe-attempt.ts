import type { Check } from '../../protocol/contract.ts'
import type { Task } from '../../protocol/plan.ts'
import { sendsBack, tellsThePlan } from '../decisions.ts'
import { count } from '../report/words.ts'
import type { RunState } from '../run-state.ts'
import type { Delegation } from './delegation.ts'

/** Longest that a child is told, in characters. */
const longest = 12_000
/** Other tasks that are named; the rest are counted. */
const mostNamed = 40

/**
 * What a child is told beside its task: the goal that it serves, what others have done and are doing, and why it was tried
 * before. The contract is not widened by any of it.
 */
export function describeAttempt(state: RunState, task: Task, before: Delegation | undefined): string {
  const parts = [
    `This is one task of a plan; the goal that it serves is: ${state.contract?.goal ?? ''}`,
    describeOthers(state, task),
    before === undefined ? '' : describeEarlier(before, sendsBack(state)),
  ]
  return parts.filter(Boolean).join('\n\n').slice(0, longest)
}

function describeOthers(state: RunState, task: Task): string {
  const others = (state.plan?.tasks ?? []).filter((each) => each.id !== task.id)
  if (others.length === 0) return ''
  const lines = others.slice(0, mostNamed).map((each) => `- ${each.id} ${each.title}: ${describeStanding(state, each.id)}${each.scope.length > 0 ? ` (${each.scope.slice(0, 5).join(', ')})` : ''}`)
  if (others.length > mostNamed) lines.push(`- and ${others.length - mostNamed} more`)
  return `The other tasks are done by others; leave them alone:\n${lines.join('\n')}`
}

/** How a task stands, for those who plan or work on others. */
export function describeStanding(state: RunState, id: string): string {
  const status = state.tasks.get(id)
  if (status === 'finished') return 'done, and here already'
  if (status === 'dropped') return 'left out'
  const work = state.delegations.get(id)?.status
  if (work === 'running') return 'being worked on now'
  if (!tellsThePlan(state)) return 'later'
  if (work === 'failed') return 'tried, and not done'
  return work === 'returned' || work === 'waiting' ? 'worked on, and looked at now' : 'later'
}

function describeEarlier({ given, returned, integration, why, isSentBack }: Delegation, tellsSo: boolean): string {
  const lines = [isSentBack && tellsSo
    ? `This task was done (attempt ${given.attempt}) and its checks passed, but a reviewer sent it back. Do it again with what was found mended, and keep what was right. ${why[0]?.toUpperCase() ?? ''}${why.slice(1)}`
    : `This task was tried before (attempt ${given.attempt}): ${why}`]
  if (returned?.summary) lines.push(`What that attempt said of itself: ${returned.summary.slice(0, 2000)}`)
  if (integration && integration.verdict !== 'merged') {
    lines.push('Meanwhile the result of others was integrated, and you begin from it. Do the task again on top of it, and keep what they did.')
    for (const each of integration.conflicts.slice(0, 50)) lines.push(`- conflict in ${each.path} (${each.kind})${each.message ? `: ${each.message.slice(0, 400)}` : ''}`)
    for (const reason of integration.reasons.slice(0, 20)) lines.push(`- ${reason.slice(0, 600)}`)
  }
  return lines.join('\n')
}

/** By which commands a task is judged, for those who work on it beside whoever does it. */
export function describeJudging(says: string, checks: readonly Pick<Check, 'command'>[]): string {
  return checks.length === 0 ? '' : `${says}\n${checks.slice(0, mostNamed).map((check) => `- \`${check.command.slice(0, 400)}\``).join('\n')}`
}

/** Why a plan cannot be carried out as it is, for whoever reads the run, and what its planner is asked for then. */
export interface Stuck {
  readonly reason: string
  readonly request: string
  /** Nobody said what to do instead: there is nothing to plan anew for. */
  readonly isFinal?: boolean
}

/** A task could not be done. */
export function describeFailure(state: RunState, task: Task, { given, returned, why }: Delegation): Stuck {
  if (returned?.denied) {
    const { note } = returned.denied
    return {
      reason: `A person said no to what came of ${task.id} (${task.title})${note ? `: ${note}` : ''}.`, isFinal: note === undefined,
      request: 'Plan what they want instead with propose_plan, and keep the tasks that are finished or being worked on as they are. If there is nothing to be done instead, call finish with cannot.',
    }
  }
  const turns = returned?.spent.turns ?? 0
  const spent = returned === undefined ? '' : !tellsThePlan(state) ? ` It took ${turns} turns.` : turns === 0 ? '' : ` It took ${count(turns, 'turn')}.`
  return {
    reason: `${task.id} (${task.title}) was tried ${given.attempt} time${given.attempt === 1 ? '' : 's'} and is not done: ${why}.${spent}`,
    request: 'Change the plan with propose_plan: divide the task, give it other checks or another scope, or plan another way. Keep the tasks that are finished or being worked on as they are. If the goal cannot be met, call finish with cannot.',
  }
}
