import type { NewEvent } from '../protocol/events/event.ts'
import type { Ask } from '../protocol/policy.ts'
import type { Answer, Question } from './ports/approver.ts'
import { findAskedAt } from '../domain/approval/asked.ts'
import { callHooks } from './hooks.ts'
import { record, type RunContext } from './record.ts'

/** A question that is to be put to people. */
export interface Wanted {
  readonly gate: string
  readonly text: string
  readonly callId?: string
  readonly inDoubt?: boolean
  readonly ask?: Ask
  readonly about?: Question['about']
}

/**
 * Records questions, then whatever answers are to be had at once: from a hook (which may only say no), from what was remembered,
 * from a terminal. True when all of them are answered; otherwise the run waits, and holds nothing while it does.
 */
export async function askPeople(run: RunContext, wanted: readonly Wanted[]): Promise<boolean> {
  if (wanted.length === 0) return true
  await record(run, ...wanted.map(({ gate, text, callId, inDoubt, ask }): NewEvent => ({
    type: 'approval.requested',
    data: { gate, question: text, ...(callId === undefined ? {} : { callId }), ...(inDoubt ? { inDoubt } : {}), ...(ask ? { ask } : {}) },
  })))
  // As it was recorded: an answer is signed together with what was shown, and secrets were taken out of that.
  const shown = (gate: string): Ask | undefined => {
    const event = run.rollout.events.findLast((each) => each.type === 'approval.requested' && each.data.gate === gate)
    return event?.type === 'approval.requested' ? event.data.ask : undefined
  }
  const denied = await askHooks(run, wanted)
  const open = wanted.filter(({ gate }) => !denied.has(gate))
  const given = open.length === 0 ? new Map<string, Answer>() : await run.ports.approver.ask(open.map(({ gate, text, inDoubt, about }) => ({ gate, text, inDoubt: inDoubt ?? false, ask: shown(gate), askedAt: findAskedAt(run.rollout.events, gate), ...(about ? { about } : {}) })), run.signal)
  const answers = wanted.flatMap(({ gate }): NewEvent[] => {
    const answer = denied.get(gate) ?? given.get(gate)
    return answer ? [{ type: 'approval.given', data: { gate, ...answer } }] : []
  })
  if (answers.length > 0) await record(run, ...answers)
  return answers.length === wanted.length
}

async function askHooks(run: RunContext, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, Answer>> {
  const denied = new Map<string, Answer>()
  for (const { gate, text, ask, inDoubt } of wanted) {
    if (inDoubt) continue
    const blocked = await callHooks(run, 'PermissionRequest', { message: text, rules: [...(ask?.rules ?? [])] }, { callId: gate })
    if (blocked) denied.set(gate, { answer: 'deny', by: `hook ${blocked.hook}`, note: blocked.reason })
  }
  return denied
}
