import { solverOf } from './route.ts'
import { z } from 'zod'
import type { ReplyPart } from '../protocol/conversation.ts'
import type { EventType, Payload, StoredEvent } from '../protocol/events/event.ts'
import type { RunId } from '../protocol/ids.ts'
import { describeChanged } from './context/describe-changed.ts'
import { isPlanned } from './delegation/delegation.ts'
import { onStageDelegated, onStageReturned, onTestsSeen } from './delegation/fold-stages.ts'
import { onChildReturned, onDeadlineMoved, onDelegated, onHeld, onIntegrated, onPlanTaken, onResumed, onTaskDropped } from './delegation/fold-delegations.ts'
import { countCall } from './policy/circumstances.ts'
import { toRunTime } from './run-clock.ts'
import { describeRewinding, findDropped, findPath } from './rewind.ts'
import { emptyState, type Finish, type RunState } from './run-state.ts'

/** State is a fold over the log; nothing else may change it. */
export function fold(events: Iterable<StoredEvent>): RunState {
  let state = emptyState()
  for (const event of events) state = evolve(state, event)
  return state
}

type Handler<T extends EventType> = (state: RunState, data: Payload<T>, envelope: { readonly run: RunId }) => void

/** Some events say only that something began; what it led to says the rest. */
const nothing = (): void => undefined

/** What each event changes: one entry for every event there is. */
const handlers: { readonly [T in EventType]: Handler<T> } = {
  'run.opened': (state, data, envelope) => {
    state.run = envelope.run
    state.opened = data
    state.kept = data.kept
    state.decisions = data.decisions
    if (data.planning && !data.planning.given) state.planWanted = 'there is none yet'
    state.startedAt = state.at
  },
  'run.resumed': (state, data) => {
    state.resumes += 1
    state.machine = undefined
    if (data.kept) state.kept = data.kept
    if (data.decisions !== undefined) state.decisions = data.decisions
    state.asked = []
    onResumed(state)
    // What stopped the run may be mended by now: a key was set, the network is back.
    if (state.turnAsked) state.turnAsked = { ...state.turnAsked, attempt: 0, retryInMs: undefined }
  },
  'contract.pinned': (state, data) => {
    state.contract = data.contract
    state.pinned = data.contract
    state.contractHash = data.hash
  },
  'workspace.requested': (state) => {
    state.workspaceWanted = true
  },
  'workspace.created': (state, data) => {
    state.workspace = data
    state.tree = data.tree
    state.checkedTree = data.tree
    state.treeAtTurn = data.tree
    state.committedTree = data.tree
    state.validatedTree = data.tree
    state.reviewedTree = data.tree
    state.head = data.base
  },
  'environment.surveyed': (state, data) => {
    state.survey = data
  },
  'environment.fingerprinted': (state, data) => {
    state.machine = data
  },
  'check.started': nothing,
  'check.finished': onCheck,
  'plan.proposed': onPlan,
  'plan.considered': (state, data) => {
    state.considered.push(data)
    state.planDraft = undefined
  },
  'plan.scheduled': (state, data) => {
    state.schedule = data
    state.scheduleWanted = undefined
  },
  'task.started': (state, data) => {
    state.tasks.set(data.task, 'active')
    state.active = state.plan?.tasks.find((task) => task.id === data.task)
    state.finish = undefined
  },
  'task.finished': (state, data) => {
    if (data.commit === undefined) for (const name of state.active?.tests ?? []) state.givenUp.add(name)
    if (state.tree === state.refusedTree) state.unchangedRefusals += 1
    state.finish = undefined
    state.tasks.set(data.task, 'finished')
    if (state.active?.id === data.task) state.active = undefined
  },
  'task.dropped': (state, data) => {
    state.scheduleWanted ??= `${data.task} is left out`
    onTaskDropped(state, data)
    state.tasks.set(data.task, 'dropped')
    if (state.active?.id === data.task) state.active = undefined
  },
  'task.delegated': onDelegated,
  'task.held': onHeld,
  'merge.tried': nothing,
  'milestone.checked': (state, data) => {
    state.milestones.set(data.task, data)
  },
  'kept.published': nothing,
  'stage.delegated': onStageDelegated,
  'stage.returned': onStageReturned,
  'tests.seen': onTestsSeen,
  'task.returned': onChildReturned,
  'integration.finished': onIntegrated,
  'turn.requested': (state, data) => {
    state.turnAsked = { turn: data.turn, purpose: data.purpose, attempt: data.attempt, retryInMs: undefined }
  },
  'turn.failed': (state, data) => {
    if (state.turnAsked) state.turnAsked = { ...state.turnAsked, retryInMs: data.retryInMs }
  },
  'turn.replied': onReply,
  'tool.called': onCalled,
  'tool.reached': (state, data) => {
    state.calls.find((each) => each.call.callId === data.callId)?.reached.push(data.host)
  },
  'tool.returned': onReturned,
  'snapshot.taken': (state, data) => {
    state.tree = data.tree
  },
  'workspace.rolledback': (state, data) => {
    state.tree = data.to
    for (const pending of state.calls) {
      if (pending.status !== 'called') continue
      pending.status = 'waiting'
      pending.cutOff = true
    }
  },
  'workspace.filled': (state, data) => {
    state.tree = data.tree
    state.treeAtTurn = data.tree
    state.filled = true
  },
  'changes.seen': nothing,
  'files.read': nothing,
  'pins.restored': (state, data) => {
    state.tree = data.tree
    state.restored.push(...data.paths)
    state.untold = { kind: 'pins', paths: data.paths }
  },
  'edit.checked': (state, data) => {
    state.checkedTree = data.tree
    state.failed = undefined
    if (data.text) say(state, data.text)
  },
  'observation.made': (state, data) => {
    if (data.kind === 'nudge') state.warnedAtTurn = state.spent.turns
    if (data.kind === 'hook' || data.kind === 'review') state.finish = undefined
    if (data.kind === 'review') state.reviewTold = true
    if (data.kind === 'plan') {
      state.finish = undefined
      state.planDraft = undefined
      state.planWanted ??= data.text.split('\n')[0]
      state.toldOfPlans = state.considered.length
    }
    if (data.kind === 'amendment') {
      state.amendment = undefined
      state.proposal = undefined
    }
    if (data.kind === state.untold?.kind) state.untold = undefined
    say(state, data.text)
  },
  'commit.created': (state, data) => {
    state.commits.push(data)
    state.head = data.commit
    state.headTree = data.tree
    state.committedTree = state.tree
  },
  'commit.skipped': (state, data) => {
    state.committedTree = data.tree
  },
  'branch.requested': nothing,
  'branch.moved': (state, data) => {
    state.branchHead = data.to
  },
  'proof.started': (state) => {
    state.proofOutcomes = []
    state.strength = undefined
  },
  'strength.measured': (state, data) => void (state.strength = data),
  'proof.finished': onProof,
  'solver.routed': onRouted,
  'candidate.tried': onTried,
  'repair.searched': (state, data) => {
    state.searched.set(data.task, data)
  },
  'repair.judged': (state, data) => {
    state.judged.set(data.task, data)
  },
  'approval.requested': (state, data) => {
    state.asked.push(data)
    state.questions += 1
  },
  'approval.given': (state, data) => {
    state.approvals.set(data.gate, data.answer)
    if (data.note) state.answerNotes.set(data.gate, data.note)
    if (data.answer === 'approve' && state.review?.gate === data.gate) {
      if (data.choose === undefined) state.reviewedTree = state.review.tree
      else {
        state.chosen = { task: state.review.task, number: data.choose, instead: state.review.tree }
        state.finish = undefined
      }
    }
    state.asked = state.asked.filter((each) => each.gate !== data.gate)
    const pending = state.calls.find((each) => each.call.callId === data.gate)
    if (pending?.status === 'called') pending.settled = true
  },
  'log.repaired': (state, data) => {
    state.repaired = data
    state.asked = []
    // What was set aside may have held any of this: it is asked for again, and what was under way is in doubt.
    state.approvals.clear()
    for (const pending of state.calls) {
      if (pending.status === 'returned') continue
      pending.status = 'called'
      pending.lost = true
      pending.settled = false
    }
  },
  'integration.judged': (state, data) => {
    state.review = data
    state.reviewTold = false
    if (data.decision.effect === 'allow') state.reviewedTree = data.tree
  },
  'amendment.proposed': (state, data) => {
    state.amendment = data
    state.proposal = undefined
  },
  'contract.amended': (state, data) => {
    if (data.contract.deadline !== state.contract?.deadline) onDeadlineMoved(state)
    state.contract = data.contract
    state.contractHash = data.hash
    state.amendment = undefined
    state.amendments.push(data)
    // What was proven was proven for another contract.
    state.proof = undefined
    state.strength = undefined
    state.provenTree = undefined
    say(state, `The contract was amended by ${data.by}${data.why ? ` (${data.why})` : ''}:\n${data.changes.map((change) => `- ${change}`).join('\n')}`)
  },
  'artefact.quarantined': (state, data) => {
    state.quarantine.set(data.id, { ...data, settled: undefined })
    state.tree = data.back
  },
  'artefact.settled': (state, data) => {
    const kept = state.quarantine.get(data.id)
    if (kept) kept.settled = data.as
  },
  'command.read': (state, data) => {
    state.readings.set(data.callId, data.reading)
  },
  'hook.ran': (state, data) => {
    if (data.event === 'Stop' && data.status === 'blocked') state.stopsBlocked += 1
  },
  'validation.finished': onValidation,
  'limit.reached': (state, data) => {
    state.limit = data
  },
  'fault.met': (state, data) => {
    state.faults.push(data)
  },
  'run.ended': (state, data) => {
    state.ended = data
    state.endedAt = state.at
  },
  'accept.requested': (state, data) => {
    state.acceptWanted = data
  },
  'run.accepted': (state, data) => {
    state.acceptWanted = undefined
    state.accepted = data
    state.undone = undefined
  },
  'run.undone': (state, data) => {
    state.accepted = undefined
    state.undone = data
  },
  'run.rewound': nothing,
  'run.pruned': (state, data) => {
    state.pruned = data
  },
  'run.attested': nothing,
  'run.rejected': (state, data) => {
    state.rejected = data
  },
}

/** Applies one event to the state it is given and returns that same object (see `RunState`). */
export function evolve(state: RunState, event: StoredEvent): RunState {
  state.past.push(event)
  if (event.type === 'run.rewound') goBack(state, event)
  else apply(state, event)
  return state
}

function apply(state: RunState, event: StoredEvent): void {
  Object.assign(state, toRunTime(state, event))
  const handle = handlers[event.type] as Handler<EventType>
  handle(state, event.data, event)
}

/**
 * The state becomes what the events up to `to` make of it. What cannot be had back stays: what was spent, resumes and faults,
 * how often tools were called of late, and where the branch in the person's repository stands. Approvals are those that had
 * been given by then: a call that is made again is asked about again.
 */
function goBack(state: RunState, event: Extract<StoredEvent, { type: 'run.rewound' }>): void {
  const { past, spent, resumes, faults, branchHead, newestCalls } = state
  const back = emptyState()
  for (const each of findPath(past, event.data.to)) {
    if (each.type === 'run.rewound') {
      arrive(back, each, past)
      back.at = Date.parse(each.at)
    } else apply(back, each)
  }
  arrive(back, event, past)
  Object.assign(state, back, { at: Date.parse(event.at), past, spent, resumes, faults, branchHead, newestCalls })
}

/** What being taken back adds to the earlier state: calls that were still open are not made, and the solver is told. */
function arrive(state: RunState, event: Extract<StoredEvent, { type: 'run.rewound' }>, past: readonly StoredEvent[]): void {
  state.tree = event.data.tree
  state.turnAsked = undefined
  state.asked = []
  state.finish = undefined
  state.idleTurns = 0
  state.repeats = { key: '', count: 0 }
  for (const pending of state.calls) {
    if (pending.status !== 'returned') pending.answer = { text: 'Not done: a person took the run back to before this call.', isError: true }
    pending.status = 'returned'
  }
  if (state.calls.length > 0) closeCalls(state)
  say(state, describeRewinding(event.data.why, findDropped(past, event)))
}

function onCheck(state: RunState, { purpose, outcome }: Payload<'check.finished'>): void {
  if (purpose === 'proof' || purpose === 'repeat') state.proofOutcomes.push(outcome)
  if (purpose === 'baseline') state.baseline.set(outcome.checkId, outcome)
  if (purpose === 'baseline' || purpose === 'full') state.latest.set(outcome.checkId, outcome)
}

function onValidation(state: RunState, data: Payload<'validation.finished'>): void {
  // What others made is on the way in: whether it comes in is said by its integration.
  if (data.scope === 'merge') return
  if (data.verdict === 'passed') {
    state.validatedTree = data.tree
    if (data.scope === 'task') {
      state.taskValidatedTree = data.tree
      state.warnings = data.validations.reduce((sum, each) => sum + each.findings.filter((finding) => finding.severity === 'warning').length, 0)
    }
    return
  }
  state.failed = data
  state.rollbacks += 1
  state.finish = undefined
  if (data.scope === 'task' && solverOf(state) === 'repair') state.rejectedTask = state.active?.id
  if (!data.validations.some((each) => each.findings.some((finding) => finding.quarantine === true))) state.takenBack.push(data.tree)
}

function onPlan(state: RunState, { plan }: Payload<'plan.proposed'>): void {
  const before = state.plan
  state.plan = plan
  state.plannedMs ??= state.workedMs
  if (isPlanned(state)) onPlanTaken(state, plan, before)
  for (const task of plan.tasks) if (!state.tasks.has(task.id)) state.tasks.set(task.id, 'waiting')
}

/** What whoever worked before said and heard is no part of the conversation of whoever takes over. */
function onRouted(state: RunState, { to, text }: Payload<'solver.routed'>): void {
  const handsOver = state.routed !== undefined
  state.routed = { to, handsOver }
  if (!handsOver) return
  const committed = new Set(state.commits.map(({ task }) => task))
  for (const [task, status] of state.tasks) if (status === 'waiting' || status === 'active') state.tasks.set(task, 'dropped')
  for (const task of state.judged.keys()) if (!committed.has(task)) state.judged.delete(task)
  Object.assign(state, { active: undefined, finish: undefined, messages: [], unsaid: [], untold: undefined, rejectedTask: undefined, chosen: undefined, certainty: undefined, refusals: 0, unchangedRefusals: 0, idleTurns: 0, repeats: { key: '', count: 0 } } satisfies Partial<RunState>)
  if (text !== undefined) say(state, text)
}

/** Candidates that are remembered as close. */
const mostClose = 40
const Tried = z.lazy(() => z.object({ mended: z.number(), broken: z.number() }))

function onTried(state: RunState, { describes, path, line, detail }: Payload<'candidate.tried'>): void {
  if (state.routed === undefined || state.close.length >= mostClose) return
  const counts = Tried.safeParse(detail)
  if (counts.success && counts.data.mended > 0) state.close.push({ describes, path, line, ...counts.data })
}

function onReply(state: RunState, { purpose, reply }: Payload<'turn.replied'>): void {
  state.turnAsked = undefined
  state.spent.inputTokens += reply.usage.inputTokens
  state.spent.cachedTokens += reply.usage.cachedTokens
  state.spent.outputTokens += reply.usage.outputTokens
  state.spent.modelMs += reply.durationMs
  if (reply.costUsd === undefined) state.spent.unpriced = true
  else state.spent.usd += reply.costUsd
  if (state.routed?.to === 'repair') state.tryMs += reply.durationMs
  if (purpose === 'intake') {
    state.intake = { reply: textOf(reply.parts) }
    return
  }
  state.spent.turns += 1
  state.certainty = reply.certainty?.mean ?? reply.confidence
  state.messages.push({ role: 'assistant', parts: reply.parts })
  state.calls = reply.parts.filter((part) => part.type === 'call').map((call) => ({ call, status: 'waiting', effect: undefined, answer: undefined, calledAt: 0, reached: [], cutOff: false, settled: false, lost: false }))
  state.idleTurns = state.tree === state.treeAtTurn ? state.idleTurns + 1 : 0
  state.treeAtTurn = state.tree
  state.finish = undefined
  state.chosen = undefined
  if (state.calls.length === 0) state.finish = { summary: textOf(reply.parts), confidence: undefined, unfinished: [], cannot: undefined, implied: true }
}

function onCalled(state: RunState, data: Payload<'tool.called'>): void {
  if (data.decision.effect !== 'deny') countCall(state, data.name)
  const pending = state.calls.find((each) => each.call.callId === data.callId)
  if (!pending) return
  pending.status = 'called'
  pending.effect = data.effect
  pending.calledAt = state.at
  pending.reached = []
  pending.settled = false
  pending.lost = false
}

function onReturned(state: RunState, data: Payload<'tool.returned'>): void {
  const pending = state.calls.find((each) => each.call.callId === data.callId)
  if (data.after) state.tree = data.after
  if (!pending) return
  pending.status = 'returned'
  pending.answer = { text: data.changed ? `${data.text}\n${describeChanged(data.changed)}` : data.text, isError: data.status !== 'ok' }
  if (data.name === 'finish' && data.status === 'ok') state.finish = finishOf(pending.call)
  if (data.name === 'propose_plan' && data.status === 'ok') state.planDraft = pending.call.input
  if (data.name === 'propose_amendment' && data.status === 'ok') state.proposal = pending.call.input
  countRepeats(state, `${data.name} ${JSON.stringify(pending.call.input)} ${data.text}`, data.after)
  if (state.calls.every((each) => each.status === 'returned')) closeCalls(state)
}

/** All calls of the turn are answered: their answers join the conversation, then what was said meanwhile. */
function closeCalls(state: RunState): void {
  state.messages.push({
    role: 'tool',
    answers: state.calls.map((each) => ({ callId: each.call.callId, name: each.call.name, text: each.answer?.text ?? '', isError: each.answer?.isError ?? true })),
  })
  state.calls = []
  state.readings.clear()
  for (const text of state.unsaid.splice(0)) say(state, text)
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
  // The built-in solver is not told: it measures for itself. At a limit nobody is left to be told.
  if (solverOf(state) === 'model' && !state.limit) state.untold = { kind: 'proof' }
}

/** The harness speaks: joined to the answers of this turn where they were not sent yet, else a message of its own. */
function say(state: RunState, text: string): void {
  if (state.calls.length > 0) {
    state.unsaid.push(text)
    return
  }
  const last = state.messages.at(-1)
  if (last?.role === 'user') state.messages[state.messages.length - 1] = { role: 'user', text: `${last.text}\n\n${text}` }
  else state.messages.push({ role: 'user', text })
}

function finishOf(call: Extract<ReplyPart, { type: 'call' }>): Finish {
  const input = (typeof call.input === 'object' && call.input !== null && !Array.isArray(call.input) ? call.input : {}) as Record<string, unknown>
  const confidence = typeof input.confidence === 'number' ? input.confidence : undefined
  const unfinished = Array.isArray(input.unfinished) ? input.unfinished.filter((each) => typeof each === 'string') : typeof input.unfinished === 'string' && input.unfinished ? [input.unfinished] : []
  return { summary: typeof input.summary === 'string' ? input.summary : '', confidence, unfinished, cannot: typeof input.cannot === 'string' && input.cannot.trim() ? input.cannot.trim() : undefined, implied: false }
}

function textOf(parts: readonly ReplyPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n').trim()
}
