import type { Payload } from '../../protocol/events/event.ts'
import type { RunState } from '../run-state.ts'
import { addSpent, failDelegation, goesOn } from './fold-delegations.ts'
import { toStageKey, type TaskStage } from './stages.ts'

export function onStageDelegated(state: RunState, data: Payload<'stage.delegated'>): void {
  const key = toStageKey(data.task, data.stage)
  const before = state.stages.get(key)
  state.stages.set(key, { given: data, status: 'running', tries: before?.given.of === data.of ? before.tries + 1 : 1, returned: undefined, seen: undefined, faults: 0 })
}

/** Tests are run by the harness next; a review speaks at once, and an error that it found sends the work back. */
export function onStageReturned(state: RunState, data: Payload<'stage.returned'>): void {
  const stage = state.stages.get(toStageKey(data.task, data.stage))
  if (!stage || stage.given.child !== data.child) return
  addSpent(state, data, stage.returned)
  stage.returned = data
  if (goesOn(stage, data)) return
  if (data.outcome === 'waiting') stage.status = 'waiting'
  else if (data.stage === 'tests') stage.status = 'returned'
  else onReviewed(state, stage)
}

function onReviewed(state: RunState, stage: TaskStage): void {
  stage.status = 'done'
  const errors = stage.returned?.report?.findings.filter((each) => (each.severity ?? 'error') === 'error') ?? []
  const delegation = state.delegations.get(stage.given.task)
  if (errors.length === 0 || !delegation || delegation.given.lease.token !== stage.given.of) return
  failDelegation(state, delegation, `the review found: ${errors.slice(0, 10).map((each) => `${each.path}${each.line ? `:${each.line}` : ''} ${each.message}`).join('; ')}`)
  delegation.failures += 1
  delegation.isSentBack = true
}

export function onTestsSeen(state: RunState, data: Payload<'tests.seen'>): void {
  const stage = state.stages.get(toStageKey(data.task, 'tests'))
  if (!stage || stage.given.child !== data.child) return
  stage.seen = data
  stage.status = 'done'
}
