import { toApprovalId } from '../domain/approval/answer.ts'
import type { RunState } from '../domain/run-state.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import type { Payload } from '../protocol/events/event.ts'
import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import type { OpenRecord } from './compose.ts'
import { readRun } from './read-run.ts'

/** A question that nobody has answered yet. */
export interface Waiting {
  readonly id: string
  readonly run: RunId
  readonly goal: string
  readonly repository: string
  readonly askedAt: string
  readonly question: Payload<'approval.requested'>
}

/** Runs that are looked at, newest first. */
const mostRuns = 500

/** All that waits for a person, newest run first. A run that a process works on asks in its own terminal and is not among them. */
export async function listWaiting(record: Pick<OpenRecord, 'log'>, repository?: string): Promise<readonly Waiting[]> {
  const runs = await record.log.list({ ...(repository === undefined ? {} : { repository }), limit: mostRuns })
  const found: Waiting[] = []
  for (const each of runs) {
    if (each.status !== 'stopped') continue
    const { state, events } = await readRun(record.log, each.run)
    found.push(...waitingOf(each.run, state, events))
  }
  return found
}

export function waitingOf(run: RunId, state: RunState, events: readonly StoredEvent[]): readonly Waiting[] {
  if (state.ended) return []
  return state.asked.map((question) => ({
    id: toApprovalId(run, question.gate), run, goal: state.contract?.goal ?? '', repository: state.opened?.repository.root ?? '', question,
    askedAt: events.findLast((event) => event.type === 'approval.requested' && event.data.gate === question.gate)?.at ?? '',
  }))
}

/** By an id or a unique beginning of it. @throws Fault `request-invalid` naming what waits. */
export function getWaiting(all: readonly Waiting[], word: string): Waiting {
  const found = all.filter((each) => each.id === word || each.id.startsWith(word) || (word === 'latest' && each === all[0]))
  const [only] = found
  if (only && found.length === 1) return only
  if (found.length > 1) throw new Fault('request-invalid', `${word} is the beginning of ${found.map((each) => each.id).join(', ')}; say which`)
  throw new Fault('request-invalid', `no question that waits is called ${word}${all.length > 0 ? `; there is ${all.slice(0, 10).map((each) => each.id).join(', ')}` : ': nothing waits for anybody'} (writ approvals)`)
}
