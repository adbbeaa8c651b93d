import { findTryMs, solverOf } from '../../domain/route.ts'
import type { ModelReply } from '../../protocol/conversation.ts'
import { isRetryable } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { completeContract } from '../../domain/contract/complete.ts'
import { buildIntakeRequest, buildRequest, digestOfRequest } from '../../domain/context/request.ts'
import { findWorkDeadline } from '../../domain/budget.ts'
import { digestOfJson } from '../../domain/digest.ts'
import type { Step } from '../../domain/step.ts'
import { amend, askAmendment, proposeAmendment } from '../amend.ts'
import { maskLive } from '../masked-live.ts'
import { rememberWritten } from '../put-back.ts'
import { record, type RunContext } from '../record.ts'
import { openLab } from '../lab.ts'
import { foresee } from '../foresee.ts'
import { delegate } from '../delegate.ts'
import { markRules } from '../mark-rules.ts'
import { scheduleRun } from '../schedule-run.ts'
import { delegateStage } from '../stages.ts'

type PlanStep = Extract<Step, { phase: 'plan' }>

/** Attempts at one model request before the run stops with the provider's fault. */
const maxAttempts = 5
/** A provider that asks for a longer wait than this is told of instead. */
const longestWaitMs = 120_000

/** Decides what to do next together with the solver: the contract, the tasks, the next step. */
export async function plan(run: RunContext, step: PlanStep): Promise<void> {
  switch (step.do) {
    case 'pin-contract': {
      const { opened, intake } = run.state
      if (!opened) throw new Error('nothing is pinned before the run is opened')
      const contract = completeContract(opened.draft, intake?.reply)
      return record(run, { type: 'contract.pinned', data: { contract, hash: digestOfJson(contract) } })
    }
    case 'propose':
      return record(run, {
        type: 'plan.proposed',
        data: { plan: await markRules(run, await foresee(run, step.plan, step.from === 'person' ? 'person' : 'model')), why: step.why, ...(step.from ? { from: step.from } : {}), ...(step.ranking ? { ranking: step.ranking } : {}) },
      })
    case 'consider':
      return record(run, { type: 'plan.considered', data: { number: step.number, plan: await foresee(run, step.plan, 'model'), why: step.why } })
    case 'schedule':
      return scheduleRun(run, step.why)
    case 'delegate':
      return delegate(run, step)
    case 'delegate-stage':
      return delegateStage(run, step)
    case 'start-task':
      return record(run, { type: 'task.started', data: { task: step.task } })
    case 'drop-task':
      return record(run, { type: 'task.dropped', data: { task: step.task, why: step.why } })
    case 'route':
      return record(run, { type: 'solver.routed', data: { to: step.to, why: step.why, ...(step.text === undefined ? {} : { text: step.text }) } })
    case 'propose-amendment':
      return proposeAmendment(run, step.proposal)
    case 'ask-amendment':
      return askAmendment(run)
    case 'amend':
      return amend(run)
    case 'ask':
      return solverOf(run.state) === 'repair' ? askRepair(run, step) : askModel(run, step)
  }
}

async function askModel(run: RunContext, step: Extract<PlanStep, { do: 'ask' }>): Promise<void> {
  const { model } = run.ports
  if (!model) throw new Fault('model-unconfigured', 'this run needs a model, and none is configured; give one with --model provider/id and its key in the environment')
  if (step.afterMs > 0) await run.ports.clock.sleep(step.afterMs, run.signal)
  const request = step.purpose === 'intake' ? buildIntakeRequest(run.state, run.ports.templates) : buildRequest(run.state, run.ports.toolSpecs, run.ports.templates)
  await record(run, {
    type: 'turn.requested',
    data: { turn: step.turn, task: run.state.active?.id ?? '', solver: 'model', purpose: step.purpose, attempt: step.attempt, model: model.id, request: digestOfRequest(request), messages: request.messages.length },
  })
  const live = run.ports.masker === undefined ? { emit: run.emit, flush: () => undefined } : maskLive(run.emit, run.ports.masker)
  try {
    const asked = model.ask(request, { signal: deadlineSignal(run), onLive: live.emit })
    // While the model is at it, what its calls are judged with gets ready. A fault of that is met where it is used.
    if (step.purpose === 'work') setImmediate(() => void run.ports.policy.ready?.().catch(() => undefined))
    const reply = await asked
    live.flush()
    rememberWritten(run, reply)
    await record(run, { type: 'turn.replied', data: { turn: step.turn, purpose: step.purpose, reply } })
  } catch (error) {
    await onFailure(run, step, error)
  }
}

/** Every failure is recorded; one that may pass is tried again later, the rest stops the run, which can be resumed. */
async function onFailure(run: RunContext, step: Extract<PlanStep, { do: 'ask' }>, error: unknown): Promise<void> {
  if (!(error instanceof Fault) || (error.code === 'cancelled' && run.signal.aborted)) throw error
  const pastDeadline = error.code === 'cancelled'
  const again = pastDeadline || (isRetryable[error.code] && step.attempt < maxAttempts && (error.retryAfterMs ?? 0) <= longestWaitMs)
  const retryInMs = pastDeadline ? 0 : Math.max(error.retryAfterMs ?? 0, Math.min(30_000, 500 * 2 ** (step.attempt - 1)))
  await record(run, {
    type: 'turn.failed',
    data: { turn: step.turn, purpose: step.purpose, attempt: step.attempt, code: error.code, message: toMessage(error), ...(again ? { retryInMs } : {}), ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) },
  })
  if (!again) throw error
  run.emit({ kind: 'status', text: pastDeadline ? 'the deadline has passed' : `${toMessage(error)}; trying again in ${Math.round(retryInMs / 100) / 10} s` })
}

async function askRepair(run: RunContext, step: Extract<PlanStep, { do: 'ask' }>): Promise<void> {
  const { repair } = run.ports
  const { active, contract } = run.state
  if (!repair || !active || !contract) throw new Error('the built-in solver works on a task of a pinned contract')
  const outcomes = [...run.state.latest.values()].filter((outcome) => active.checks.includes(outcome.checkId))
  const { chosen } = run.state
  const judgement = chosen?.task === active.id ? run.state.judged.get(active.id) : undefined
  const withinMs = findTryMs(run.state)
  const input = { task: active, contract, outcomes, ...(withinMs === undefined ? {} : { withinMs }), ...(chosen && judgement ? { chosen: { judgement, number: chosen.number } } : {}) }
  await record(run, {
    type: 'turn.requested',
    data: { turn: step.turn, task: active.id, solver: 'repair', purpose: 'work', attempt: step.attempt, model: 'writ/repair', request: digestOfJson(input), messages: 0 },
  })
  const lab = await openLab(run)
  let reply: ModelReply
  try {
    reply = await repair.propose(input, lab, { signal: deadlineSignal(run), onLive: run.emit })
  } catch (error) {
    if (run.signal.aborted) throw new Fault('cancelled', 'the run was interrupted', { cause: error })
    if (error instanceof Fault && error.code === 'cancelled') return onFailure(run, step, error)
    throw error
  } finally {
    await lab.dispose()
  }
  rememberWritten(run, reply)
  await record(run, { type: 'turn.replied', data: { turn: step.turn, purpose: 'work', reply: withFreshIds(reply, step.turn) } })
}

/** Call ids are unique in a run; the solver counts from one each time. */
function withFreshIds(reply: ModelReply, turn: number): ModelReply {
  return { ...reply, parts: reply.parts.map((part) => (part.type === 'call' ? { ...part, callId: `${part.callId}-${turn}` } : part)) }
}

function deadlineSignal(run: RunContext): AbortSignal {
  const until = findWorkDeadline(run.state)
  if (until === undefined) return run.signal
  const left = Math.max(0, until - run.ports.clock.now())
  return AbortSignal.any([run.signal, AbortSignal.timeout(Math.min(left, 2 ** 31 - 1))])
}

