import type { Payload, StoredEvent } from '../../protocol/events/event.ts'
import type { RunId } from '../../protocol/ids.ts'
import { toContinueGate } from '../gates.ts'
import type { RunState } from '../run-state.ts'
import { toApprovalId } from './answer.ts'
import { findAskedAt } from './asked.ts'

/** A question that a person has not answered yet. */
export interface Waiting {
  readonly id: string
  readonly run: RunId
  /** Root of the repository. */
  readonly repository: string
  readonly goal: string
  /** Of which run it does which task, where it is a child. */
  readonly parent?: { readonly run: RunId; readonly task: string }
  readonly question: Payload<'approval.requested'>
  /** When it was put first, in milliseconds since the epoch. */
  readonly askedAt: number
}

/** What a run waits for, in the order in which it was asked, without what another answer has settled. One that has ended waits for nothing. */
export function findWaiting(state: RunState, events: readonly StoredEvent[]): readonly Waiting[] {
  const { run, opened } = state
  if (state.ended || !run || !opened) return []
  const moot = new Set([...state.quarantine.values()].flatMap(({ id, settled }) => (settled === undefined ? [] : [toContinueGate(id)])))
  const newest = new Map(state.asked.map((asked) => [asked.gate, asked]))
  const isMoot = ({ gate, ask }: Waiting['question']): boolean => moot.has(gate) || (ask?.kind === 'amend' && state.amendment?.gate !== gate)
  return [...newest.values()].filter((asked) => !isMoot(asked)).map((asked) => ({ id: toApprovalId(run, asked.gate), run, repository: opened.repository.root, goal: state.contract?.goal ?? opened.draft.goal, ...toParent(opened), question: asked, askedAt: findAskedAt(events, asked.gate) }))
}

export function toParent({ parent }: NonNullable<RunState['opened']>): Pick<Waiting, 'parent'> {
  return parent ? { parent: { run: parent.run, task: parent.task } } : {}
}

/** Why a question that was once put cannot be answered now, as a clause that follows its id; undefined where it never was. */
export function explainGone(state: RunState, events: readonly StoredEvent[], id: string): string | undefined {
  const { run = '' } = state
  const asked = events.findLast((each) => each.type === 'approval.requested' && toApprovalId(run, each.data.gate) === id)
  if (asked?.type !== 'approval.requested') return undefined
  const { gate } = asked.data
  const given = events.findLast((each) => each.type === 'approval.given' && each.data.gate === gate)
  if (given?.type === 'approval.given' && given.seq > asked.seq && state.approvals.has(gate)) return `was answered already: ${given.data.by} said ${given.data.answer === 'approve' ? 'yes' : 'no'} at ${given.at}`
  if (state.ended) return `belongs to ${run}, which has ended: ${state.ended.reason}`
  const back = events.findLast((each) => each.type === 'run.rewound' && each.seq > asked.seq)
  if (back?.type === 'run.rewound') return `was put before ${back.data.by} took ${run} back to event ${back.data.to}; writ resume ${run} asks what is to be asked then`
  return `is not waited for now; writ resume ${run} asks again what still has to be`
}
