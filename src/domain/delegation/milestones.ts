import type { Check } from '../../protocol/contract.ts'
import type { Payload } from '../../protocol/events/event.ts'
import { isWanted } from '../policy/checkpoints.ts'
import type { RunState } from '../run-state.ts'
import type { Step } from '../step.ts'
import { checksOf } from './delegation.ts'
import type { Stuck } from './describe-attempt.ts'

type Checked = Payload<'milestone.checked'>

export function toMilestoneGate({ task, commit }: Pick<Checked, 'task' | 'commit'>): string {
  return `milestone-${task}-${commit.slice(0, 12)}`
}

/**
 * What a milestone that was integrated needs before more begins: its checks, a person where the contract says so, or another plan
 * (`stuck`). One that failed is looked at again as soon as more is integrated.
 */
export function findMilestoneNeed(state: RunState): { readonly step: Step } | { readonly stuck: Stuck } | undefined {
  for (const task of state.plan?.tasks ?? []) {
    if (task.milestone !== true || state.tasks.get(task.id) !== 'finished') continue
    const checked = state.milestones.get(task.id)
    if (checked === undefined || (checked.verdict === 'failed' && checked.commit !== state.head)) return { step: { phase: 'reflect', do: 'check-milestone', task: task.id } }
    if (checked.verdict === 'failed') {
      // Another plan has been made since: its tasks are to mend it.
      if (checked.revision !== state.plan?.revision) continue
      return { stuck: { reason: `The milestone ${task.id} (${task.title}) is not reached: ${checked.reasons[0] ?? 'its checks do not pass'}.`, request: 'Add tasks that mend it with propose_plan, and keep those that are finished.' } }
    }
    if (!isWanted(state.contract ?? {}, changedSince(state, checked))) continue
    const answer = state.approvals.get(toMilestoneGate(checked))
    if (answer === undefined) return { step: { phase: 'reflect', do: 'ask-milestone', task: task.id } }
    if (answer === 'deny' && checked.revision === state.plan?.revision) {
      const note = state.answerNotes.get(toMilestoneGate(checked))
      return { stuck: { reason: `At the milestone ${task.id} (${task.title}) a person does not agree with what is there${note ? `: ${note}` : ''}.`, request: 'Change the plan with propose_plan, and keep the tasks that are finished.' } }
    }
  }
  return undefined
}

/** The checks of everything that is integrated: each command once. */
export function checksSoFar(state: RunState): readonly Check[] {
  const finished = (state.plan?.tasks ?? []).filter((task) => state.tasks.get(task.id) === 'finished')
  return [...new Map(finished.flatMap((task) => checksOf(state, task)).map((check) => [check.command, check])).values()]
}

/** Paths of the commits up to this milestone, from the one before it on. */
export function changedSince(state: RunState, checked: Checked): readonly string[] {
  const at = (commit: string): number => state.commits.findIndex((each) => each.commit === commit)
  const here = at(checked.commit)
  const before = Math.max(-1, ...[...state.milestones.values()].filter((each) => each.verdict === 'passed' && each !== checked).map((each) => at(each.commit)).filter((index) => index < here))
  return [...new Set(state.commits.slice(before + 1, here + 1).flatMap((each) => each.files.map((file) => file.path)))]
}
