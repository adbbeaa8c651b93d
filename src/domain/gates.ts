import { solverOf } from './route.ts'
import type { RunState } from './run-state.ts'
import { isStaged } from './decisions.ts'
import type { Step } from './step.ts'

/** The gate of the question whether a run goes on after something was sealed away. */
export function toContinueGate(id: string): string {
  return `continue-${id}`
}

/** What has to be settled before anything else is asked for: a change to take back, something sealed, a proposal to amend. */
export function settleFirst(state: RunState): Step | undefined {
  if (state.failed) return { phase: 'observe', do: 'take-back' }
  if (state.chosen && state.chosen.instead === state.tree) return { phase: 'observe', do: 'make-room' }
  for (const [id, sealed] of state.quarantine) {
    if (sealed.settled !== undefined || sealed.decision.effect === 'allow') continue
    const answer = sealed.decision.effect === 'deny' ? 'deny' : state.approvals.get(toContinueGate(id))
    if (answer === undefined) return { phase: 'observe', do: 'ask-sealed', id }
    if (answer === 'deny') return { phase: 'reflect', do: 'end', outcome: 'waiting', reason: `a change was sealed away as ${id} (${sealed.findings[0]?.rule ?? 'a security rule'}), and the run does not go on before a person has looked: writ quarantine show ${id}` }
  }
  return settleAmendment(state)
}

function settleAmendment(state: RunState): Step | undefined {
  const { amendment } = state
  if (state.proposal) return { phase: 'plan', do: 'propose-amendment', proposal: state.proposal }
  if (!amendment) return undefined
  const answer = state.approvals.get(amendment.gate)
  if (answer === undefined) return { phase: 'plan', do: 'ask-amendment' }
  if (answer === 'approve') return { phase: 'plan', do: 'amend' }
  return { phase: 'observe', do: 'say', kind: 'amendment', text: `A person said no to the amendment${note(state, amendment.gate)}. The contract stays as it is.` }
}

/** The stages of a task's changes before they are committed: validation, then a person's review where the policy asks for one. */
export function beforeCommit(state: RunState): Step | undefined {
  if (!isStaged(state) || state.tree === state.committedTree) return undefined
  if (state.taskValidatedTree !== state.tree) return { phase: 'observe', do: 'validate' }
  if (state.reviewedTree === state.tree) return undefined
  const { review } = state
  if (!review || review.tree !== state.tree) return { phase: 'reflect', do: 'review' }
  if (review.decision.effect !== 'deny' && state.approvals.get(review.gate) !== 'deny') return { phase: 'reflect', do: 'review' }
  const why = review.decision.effect === 'deny' ? review.decision.reason : `a person said no${note(state, review.gate)}`
  if (!state.reviewTold && solverOf(state) === 'model' && !state.limit) {
    return { phase: 'observe', do: 'say', kind: 'review', text: `These changes do not become part of the result: ${why}. The files are as you left them. Change what is objected to and call finish again, or finish with cannot.` }
  }
  return { phase: 'reflect', do: 'end', outcome: 'not-achieved', reason: `the changes may not become part of the result: ${why}` }
}

/** Of a run that came to nothing: the no of a person to its newest changes, with what they said. */
export function findDenied({ ended, review, approvals, answerNotes, reviewedTree }: RunState): { readonly note?: string } | undefined {
  if (ended?.outcome !== 'not-achieved' || !review || reviewedTree === review.tree || approvals.get(review.gate) !== 'deny') return undefined
  const said = answerNotes.get(review.gate)?.slice(0, 4000)
  return said ? { note: said } : {}
}

function note(state: RunState, gate: string): string {
  const said = state.answerNotes.get(gate)
  return said ? `: ${said}` : ''
}
