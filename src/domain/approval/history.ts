import type { Payload, StoredEvent } from '../../protocol/events/event.ts'
import type { RunState } from '../run-state.ts'
import { toApprovalId } from './answer.ts'
import { findAskedAt } from './asked.ts'
import { explainGone, findWaiting, toParent, type Waiting } from './waiting.ts'

/** A question of a run and what became of it. */
export interface Told extends Waiting {
  /** `gone`: nobody answered, and nothing waits for it any more; `why` says what came between, as a clause that follows the id. */
  readonly status: 'waiting' | 'answered' | 'gone'
  readonly answer?: Pick<Payload<'approval.given'>, 'answer' | 'by' | 'via' | 'note'> & { /** ISO 8601. */ readonly at: string }
  readonly why?: string
}

/** Every question that a run has put, each in its newest form, in the order in which they were put first. */
export function listQuestions(state: RunState, events: readonly StoredEvent[]): readonly Told[] {
  const { run, opened } = state
  if (!run || !opened) return []
  const waiting = new Set(findWaiting(state, events).map((each) => each.question.gate))
  const asked = new Map<string, Payload<'approval.requested'>>()
  const given = new Map<string, NonNullable<Told['answer']>>()
  for (const event of events) {
    if (event.type === 'approval.requested') {
      asked.set(event.data.gate, event.data)
      // Whatever was said to an earlier form of it is no answer to this one.
      given.delete(event.data.gate)
    }
    if (event.type === 'approval.given') {
      const { gate, answer, by, via, note } = event.data
      given.set(gate, { answer, by, at: event.at, ...(via ? { via } : {}), ...(note ? { note } : {}) })
    }
  }
  return [...asked.values()].map((question): Told => {
    const { gate } = question
    const told = { id: toApprovalId(run, gate), run, repository: opened.repository.root, goal: state.contract?.goal ?? opened.draft.goal, ...toParent(opened), question, askedAt: findAskedAt(events, gate) }
    const answer = given.get(gate)
    if (waiting.has(gate)) return { ...told, status: 'waiting' }
    if (answer) return { ...told, status: 'answered', answer }
    return { ...told, status: 'gone', why: explainGone(state, events, told.id) ?? 'is not waited for' }
  })
}
