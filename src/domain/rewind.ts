import type { Payload, StoredEvent } from '../protocol/events/event.ts'
import { toLine } from './report/words.ts'

type Rewinding = Extract<StoredEvent, { type: 'run.rewound' }>

/**
 * The events that made the state right after event `at`, oldest first, without what a person took back in between.
 * `past` is a whole log: the event with sequence number n stands at index n.
 */
export function findPath(past: readonly StoredEvent[], at: number): readonly StoredEvent[] {
  const path: StoredEvent[] = []
  for (let seq = at; seq >= 0; ) {
    const event = past[seq]
    if (event === undefined) throw new Error(`a log of ${past.length} events has no event ${seq}`)
    path.push(event)
    seq = event.type === 'run.rewound' ? event.data.to : seq - 1
  }
  return path.reverse()
}

/** What a run is made of now: all of its events but those that were taken back. */
export function findInEffect(events: readonly StoredEvent[]): readonly StoredEvent[] {
  return events.some((event) => event.type === 'run.rewound') ? findPath(events, events.length - 1) : events
}

/** The events that were in effect before a rewinding and are not any more. */
export function findDropped(past: readonly StoredEvent[], event: Rewinding): readonly StoredEvent[] {
  const kept = new Set(findPath(past, event.data.to))
  return findPath(past, event.seq - 1).filter((each) => !kept.has(each))
}

export interface LastingCall {
  readonly seq: number
  readonly at: string
  readonly name: string
  readonly input: Payload<'tool.called'>['input']
  /** How it ended; undefined where that is not known. */
  readonly status: Payload<'tool.returned'>['status'] | undefined
  /** Who allowed it; undefined where nobody was asked. */
  readonly by: string | undefined
}

/** Calls that reached out, or may have: what no snapshot brings back. */
export function findLasting(events: readonly StoredEvent[]): readonly LastingCall[] {
  return events.flatMap((event): LastingCall[] => {
    if (event.type !== 'tool.called' || event.data.effect !== 'irreversible') return []
    const { callId, name, input } = event.data
    const ended = events.find((each) => each.seq > event.seq && each.type === 'tool.returned' && each.data.callId === callId)
    const status = ended?.type === 'tool.returned' ? ended.data.status : undefined
    if (status === 'denied' || status === 'invalid' || status === 'unknown') return []
    const answer = events.findLast((each) => each.seq < event.seq && each.type === 'approval.given' && each.data.gate === callId)
    return [{ seq: event.seq, at: event.at, name, input, status, by: answer?.type === 'approval.given' ? answer.data.by : undefined }]
  })
}

/** Words of a call that say what it did, on one line. */
export function describeLasting({ name, input }: Pick<LastingCall, 'name' | 'input'>): string {
  const command = typeof input === 'object' && input !== null && !Array.isArray(input) && typeof input.command === 'string' ? input.command : JSON.stringify(input)
  return `${name}: ${toLine(command, 300)}`
}

/** What the solver is told after a person took its run back. */
export function describeRewinding(why: string, dropped: readonly StoredEvent[]): string {
  const lasting = findLasting(dropped)
  return [
    'A person took this run back to this point. What was done after it is undone, and the files are as they were here.',
    ...(why.trim() === '' ? [] : [`Their reason: ${why.trim()}`]),
    ...(lasting.length === 0 ? [] : ['These calls were made after this point, and what they did outside of the repository lasts:', ...lasting.map((each) => `- ${describeLasting(each)}`)]),
  ].join('\n')
}
