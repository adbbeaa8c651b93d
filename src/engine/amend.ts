import type { Json } from '../protocol/ids.ts'
import { diffContracts } from '../domain/contract/diff-contracts.ts'
import { applyProposal, Proposal } from '../domain/contract/proposal.ts'
import { asksPlainly, keepsQuestions } from '../domain/decisions.ts'
import { digestOfJson } from '../domain/digest.ts'
import { toAsk } from './build-ask.ts'
import { circumstancesOf, contractOf } from './circumstances.ts'
import { askPeople } from './gate.ts'
import { record, type RunContext } from './record.ts'

/** The solver says that the contract is in the way. It is put to a person as a difference; the pinned contract holds until then. */
export async function proposeAmendment(run: RunContext, input: Json): Promise<void> {
  const contract = contractOf(run)
  const proposal = Proposal.parse(input)
  const amended = applyProposal(contract, proposal)
  const changes = diffContracts(contract, amended)
  const task = run.state.active?.id ?? ''
  if (changes.length === 0) return record(run, { type: 'observation.made', data: { task, kind: 'amendment', text: 'The contract allows all of that already; nothing was proposed to anybody.' } })
  const digest = digestOfJson(amended)
  const gate = `amend-${run.state.amendments.length + 1}-${keepsQuestions(run.state) ? digest : digest.slice(0, 8)}`
  await record(run, { type: 'amendment.proposed', data: { gate, contract: amended, changes: [...changes], why: proposal.why, by: run.state.opened?.request.model ?? 'solver' } })
}

/** Asks for the amendment that was proposed. A policy that denies amendments is an answer too. */
export async function askAmendment(run: RunContext): Promise<void> {
  const { amendment } = run.state
  const { policy } = run.ports
  if (!amendment) throw new Error('no amendment was proposed')
  await policy.ready?.()
  const decision = policy.judge?.({ action: 'amend', parts: amendment.changes, circumstances: circumstancesOf(run) }) ?? { effect: 'ask' as const, rules: [], policy: policy.hash, reason: 'only a person changes the contract' }
  if (decision.effect === 'deny') {
    return record(run, { type: 'observation.made', data: { task: run.state.active?.id ?? '', kind: 'amendment', text: `The contract cannot be amended: ${decision.reason}` } })
  }
  await askPeople(run, [{
    gate: amendment.gate, text: `May the contract be amended? ${amendment.changes.join('; ')} (${amendment.why.slice(0, 300)})`,
    ask: toAsk(run, decision, [], { kind: 'amend', gate: amendment.gate, does: asksPlainly(run.state) ? `the contract changes: ${amendment.changes.join('; ')}` : 'the contract changes, and the proof with it', shows: amendment.changes.join('\n'), why: amendment.why, risk: 'medium', undo: 'writ rollback takes the run back to before the amendment; until the result is accepted nothing of yours has changed.' }),
  }])
}

/** A person agreed: the new contract, chained to the one before. */
export async function amend(run: RunContext): Promise<void> {
  const { amendment, contractHash, past } = run.state
  if (!amendment || !contractHash) throw new Error('no amendment was proposed')
  const answer = past.findLast((event) => event.type === 'approval.given' && event.data.gate === amendment.gate)
  const by = answer?.type === 'approval.given' ? answer.data.by : ''
  await record(run, { type: 'contract.amended', data: { gate: amendment.gate, contract: amendment.contract, hash: digestOfJson(amendment.contract), previous: contractHash, changes: amendment.changes, why: amendment.why, by } })
}
