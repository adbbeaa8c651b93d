import type { ReplyPart } from '../protocol/conversation.ts'
import type { Payload, StoredEvent } from '../protocol/events/event.ts'
import { emptyState, type Finish, type RunState } from './run-state.ts'

/** State is a fold over the log; nothing else may change it. */
export function fold(events: Iterable<StoredEvent>): RunState {
  let state = emptyState()
  for (const event of events) state = evolve(state, event)
  return state
}

/** Applies one event to the state it is given and returns that same object (see `RunState`). */
export function evolve(state: RunState, event: StoredEvent): RunState {
  state.at = Date.parse(event.at)
  switch (event.type) {
    case 'run.opened':
      state.run = event.run
      state.opened = event.data
      state.startedAt = state.at
      break
    case 'run.resumed':
      state.resumes += 1
      // What stopped the run may be mended by now: a key was set, the network is back.
      if (state.turnAsked) state.turnAsked = { ...state.turnAsked, attempt: 0, retryInMs: undefined }
      break
    case 'contract.pinned':
      state.contract = event.data.contract
      state.contractHash = event.data.hash
      break
    case 'workspace.requested':
      state.workspaceWanted = true
      break
    case 'workspace.created':
      state.workspace = event.data
      state.tree = event.data.tree
      state.checkedTree = event.data.tree
      state.treeAtTurn = event.data.tree
      state.committedTree = event.data.tree
      state.head = event.data.base
      break
    case 'environment.surveyed':
      state.survey = event.data
      break
    case 'check.started':
      break
    case 'check.finished':
      onCheck(state, event.data)
      break
    case 'plan.proposed':
      onPlan(state, event.data)
      break
    case 'task.started':
      state.tasks.set(event.data.task, 'active')
      state.active = state.plan?.tasks.find((task) => task.id === event.data.task)
      state.finish = undefined
      state.refused = []
      break
    case 'task.finished':
      if (event.data.commit === undefined) for (const name of state.active?.tests ?? []) state.givenUp.add(name)
      if (state.tree === state.refusedTree) state.unchangedRefusals += 1
      state.finish = undefined
      state.tasks.set(event.data.task, 'finished')
      if (state.active?.id === event.data.task) state.active = undefined
      break
    case 'task.dropped':
      state.tasks.set(event.data.task, 'dropped')
      if (state.active?.id === event.data.task) state.active = undefined
      break
    case 'turn.requested':
      state.turnAsked = { turn: event.data.turn, purpose: event.data.purpose, attempt: event.data.attempt, retryInMs: undefined, failed: false }
      break
    case 'turn.failed':
      if (state.turnAsked) state.turnAsked = { ...state.turnAsked, retryInMs: event.data.retryInMs, failed: true }
      break
    case 'turn.replied':
      onReply(state, event.data)
      break
    case 'tool.called':
      onCalled(state, event.data)
      break
    case 'tool.returned':
      onReturned(state, event.data)
      break
    case 'snapshot.taken':
      state.tree = event.data.tree
      break
    case 'workspace.rolledback':
      state.tree = event.data.to
      for (const pending of state.calls) if (pending.status === 'called') pending.status = 'waiting'
      break
    case 'pins.restored':
      state.tree = event.data.tree
      state.restored.push(...event.data.paths)
      break
    case 'edit.checked':
      state.checkedTree = event.data.tree
      if (event.data.text) say(state, event.data.text)
      break
    case 'observation.made':
      state.observations += 1
      if (event.data.kind === 'nudge') state.warnedAtTurn = state.spent.turns
      say(state, event.data.text)
      break
    case 'commit.created':
      state.commits.push(event.data)
      state.head = event.data.commit
      state.headTree = event.data.tree
      state.committedTree = state.tree
      break
    case 'commit.skipped':
      state.committedTree = event.data.tree
      break
    case 'branch.requested':
      break
    case 'branch.moved':
      state.branchHead = event.data.to
      break
    case 'proof.started':
      break
    case 'proof.finished':
      onProof(state, event.data)
      break
    case 'candidate.tried':
      break
    case 'approval.requested':
      state.approval = { gate: event.data.gate, question: event.data.question, answer: undefined }
      break
    case 'approval.given':
      state.approvals.set(event.data.gate, event.data.answer)
      state.approval = undefined
      break
    case 'limit.reached':
      state.limit = event.data
      break
    case 'fault.met':
      state.faults.push(event.data)
      break
    case 'run.ended':
      state.ended = event.data
      state.endedAt = state.at
      break
    case 'run.accepted':
      state.accepted = event.data
      break
    case 'run.rejected':
      state.rejected = event.data
      break
    default:
      event satisfies never
  }
  return state
}

function onCheck(state: RunState, { purpose, outcome }: Payload<'check.finished'>): void {
  if (purpose === 'baseline') state.baseline.set(outcome.checkId, outcome)
  if (purpose === 'baseline' || purpose === 'full') state.latest.set(outcome.checkId, outcome)
}

function onPlan(state: RunState, { plan }: Payload<'plan.proposed'>): void {
  state.plan = plan
  for (const task of plan.tasks) if (!state.tasks.has(task.id)) state.tasks.set(task.id, 'waiting')
}

function onReply(state: RunState, { purpose, reply }: Payload<'turn.replied'>): void {
  state.turnAsked = undefined
  state.spent.inputTokens += reply.usage.inputTokens
  state.spent.cachedTokens += reply.usage.cachedTokens
  state.spent.outputTokens += reply.usage.outputTokens
  state.spent.modelMs += reply.durationMs
  if (reply.costUsd === undefined) state.spent.unpriced = true
  else state.spent.usd += reply.costUsd
  if (purpose === 'intake') {
    state.intake = { reply: textOf(reply.parts) }
    return
  }
  state.spent.turns += 1
  state.messages.push({ role: 'assistant', parts: reply.parts })
  state.calls = reply.parts.filter((part) => part.type === 'call').map((call) => ({ call, status: 'waiting', effect: undefined, answer: undefined }))
  state.idleTurns = state.tree === state.treeAtTurn ? state.idleTurns + 1 : 0
  state.treeAtTurn = state.tree
  state.finish = undefined
  if (state.calls.length === 0) state.finish = { summary: textOf(reply.parts), confidence: undefined, unfinished: [], implied: true }
}

function onCalled(state: RunState, data: Payload<'tool.called'>): void {
  const pending = state.calls.find((each) => each.call.callId === data.callId)
  if (!pending) return
  pending.status = 'called'
  pending.effect = data.effect
}

function onReturned(state: RunState, data: Payload<'tool.returned'>): void {
  const pending = state.calls.find((each) => each.call.callId === data.callId)
  if (data.after) state.tree = data.after
  if (!pending) return
  pending.status = 'returned'
  pending.answer = { text: data.text, isError: data.status !== 'ok' }
  if (data.name === 'finish' && data.status === 'ok') state.finish = finishOf(pending.call)
  countRepeats(state, `${data.name} ${JSON.stringify(pending.call.input)} ${data.text}`, data.after)
  if (state.calls.every((each) => each.status === 'returned')) {
    state.messages.push({
      role: 'tool',
      answers: state.calls.map((each) => ({ callId: each.call.callId, name: each.call.name, text: each.answer?.text ?? '', isError: each.answer?.isError ?? true })),
    })
    state.calls = []
  }
}

function countRepeats(state: RunState, key: string, after: string | undefined): void {
  const unchanged = after === undefined || after === state.treeAtTurn
  if (unchanged && state.repeats.key === key) state.repeats.count += 1
  else state.repeats = { key, count: 1 }
}

function onProof(state: RunState, proof: Payload<'proof.finished'>): void {
  state.proof = proof
  state.provenTree = state.tree
  if (proof.verdict === 'proven') return
  state.refusals += 1
  state.refusedTree = state.tree
  state.unchangedRefusals = 1
  state.finish = undefined
}

/** The harness speaks: joined to the answers of this turn where they were not sent yet, else a message of its own. */
function say(state: RunState, text: string): void {
  const last = state.messages.at(-1)
  if (last?.role === 'user') state.messages[state.messages.length - 1] = { role: 'user', text: `${last.text}\n\n${text}` }
  else state.messages.push({ role: 'user', text })
}

function finishOf(call: Extract<ReplyPart, { type: 'call' }>): Finish {
  const input = (typeof call.input === 'object' && call.input !== null && !Array.isArray(call.input) ? call.input : {}) as Record<string, unknown>
  const confidence = typeof input.confidence === 'number' ? input.confidence : undefined
  const unfinished = Array.isArray(input.unfinished) ? input.unfinished.filter((each) => typeof each === 'string') : typeof input.unfinished === 'string' && input.unfinished ? [input.unfinished] : []
  return { summary: typeof input.summary === 'string' ? input.summary : '', confidence, unfinished, implied: false }
}

function textOf(parts: readonly ReplyPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n').trim()
}
