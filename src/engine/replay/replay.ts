import type { EventType, Payload, StoredEvent } from '../../protocol/events/event.ts'
import type { Kept } from '../../protocol/events/run.ts'
import { Fault } from '../../protocol/fault.ts'
import { decisionsVersion } from '../../domain/decisions.ts'
import { fold } from '../../domain/evolve.ts'
import { emptyState } from '../../domain/run-state.ts'
import type { Blobs } from '../ports/event-log.ts'
import type { RunContext } from '../record.ts'
import { goOn, openRun, work } from '../run.ts'
import { createRecordedPorts, type Grounds } from './recorded-ports.ts'
import { createTape, Diverged, SessionOver, type Divergence, type Tape } from './tape.ts'

/**
 * Derives a whole run again from its log: the engine itself works, on ports that answer from the log and on a rollout that
 * compares instead of storing. Nothing is sent, started or written.
 */
export interface Replay {
  readonly events: number
  /** Events that came out as recorded: decisions of Writ, and facts from outside in their places (answers, results, contents). */
  readonly decisions: number
  readonly facts: number
  /** Events that follow from nothing: signatures, and what people's commands added. */
  readonly told: number
  /** Processes that worked on the run. */
  readonly sessions: number
  /** The first event that did not come out; undefined when all did. */
  readonly divergence: Divergence | undefined
}

export interface ReplayInput {
  /** All of the log, verified. */
  readonly events: readonly StoredEvent[]
  readonly blobs: Blobs
  /** What decided in a session: as it was kept with the run, else this version's own. */
  readonly openGrounds: (opened: Payload<'run.opened'>, kept: Kept | undefined) => Promise<Grounds>
  readonly signal: AbortSignal
}

/** What commands other than run and resume append: acts of people, after the run or between its processes. */
const toldTypes: ReadonlySet<EventType> = new Set<EventType>(['accept.requested', 'run.accepted', 'run.rejected', 'run.undone', 'run.rewound', 'run.pruned', 'run.attested', 'log.repaired', 'artefact.settled'])

/** Was it appended by a person's command? Taking a run back first notes what the files are like. */
function isTold(events: readonly StoredEvent[], at: number): boolean {
  const event = events[at]
  if (event === undefined) return false
  // A signature follows from no log, and neither does what was in its way.
  if (event.type === 'fault.met') return event.data.during === 'attest'
  // An answer from another terminal, and an amendment by a person: given while no process worked on the run.
  if (event.type === 'approval.given' || event.type === 'approval.requested' || event.type === 'amendment.proposed') return event.data.via === 'command'
  if (event.type === 'contract.amended') return isByPerson(events, at)
  return toldTypes.has(event.type) || (event.type === 'snapshot.taken' && events[at + 1]?.type === 'run.rewound')
}

/** Only what a person amends unasked has no proposal before it. */
function isByPerson(events: readonly StoredEvent[], at: number): boolean {
  const amended = events[at]
  return amended?.type === 'contract.amended' && !events.slice(0, at).some((each) => each.type === 'amendment.proposed' && each.data.gate === amended.data.gate)
}

/** @throws Fault `request-invalid` where the rollout is of a Writ whose decisions this one does not know. */
export async function replayRun(input: ReplayInput): Promise<Replay> {
  const { events } = input
  const [first] = events
  if (first?.type !== 'run.opened') throw new Fault('run-corrupt', 'the record does not begin with the opening of a run; there is nothing to derive')
  requireKnownDecisions(events)
  const tape = createTape(events)
  let told = 0
  let sessions = 0
  let divergence: Divergence | undefined
  for (let at = 0; at < events.length && !divergence; ) {
    input.signal.throwIfAborted()
    if (isTold(events, at)) {
      told += 1
      at += 1
      continue
    }
    let end = at + 1
    while (end < events.length && events[end]?.type !== 'run.resumed' && !isTold(events, end)) end += 1
    tape.startSession(at, end)
    sessions += 1
    divergence = await replaySession(input, tape, at, end)
    at = end
  }
  return { events: events.length, decisions: tape.decisions, facts: tape.facts, told, sessions, divergence }
}

/** One process's part of the log. */
async function replaySession(input: ReplayInput, tape: Tape, from: number, to: number): Promise<Divergence | undefined> {
  const { events } = input
  const start = events[from] as StoredEvent
  const state = from === 0 ? emptyState() : fold(events.slice(0, from))
  const opened = (events[0] as Extract<StoredEvent, { type: 'run.opened' }>).data
  if (from > 0 && start.type !== 'run.resumed') return { seq: from, recorded: { type: start.type, data: start.data }, derived: undefined, differences: [] }
  const kept = (start.type === 'run.resumed' ? start.data.kept : undefined) ?? state.kept ?? opened.kept
  const grounds = await input.openGrounds(opened, kept)
  // The ports look at the state that the engine evolves; before the first event only the opening is known.
  const ports = createRecordedPorts(tape, input.blobs, from === 0 ? Object.assign(state, { opened }) : state, grounds)
  const begin = (run: RunContext): Promise<void> => (start.type === 'run.resumed' ? goOn(run, { who: start.data.by, version: start.data.writ }) : openRun(run, opened))
  try {
    await work(ports, tape.rollout, state, { signal: input.signal, emit: () => undefined, onEvent: () => undefined }, begin)
  } catch (error) {
    if (tape.unreadable) throw tape.unreadable
    if (error instanceof Diverged) return error.divergence
    if (error instanceof SessionOver) return undefined
    // A fault that is recorded ended this process, and the log says so too.
    if (tape.position !== to) throw error
  }
  const left = events[tape.position]
  return tape.position === to || !left ? undefined : { seq: tape.position, recorded: { type: left.type, data: left.data }, derived: undefined, differences: [] }
}

function requireKnownDecisions(events: readonly StoredEvent[]): void {
  for (const event of events) {
    if (event.type !== 'run.opened' && event.type !== 'run.resumed') continue
    const version = event.type === 'run.opened' ? event.data.writ.version : event.data.writ
    const { decisions } = event.data
    if (decisions === undefined) throw new Fault('request-invalid', `event ${event.seq} was recorded by Writ ${version}, before rollouts held what a replay needs; writ show and writ log still read it`)
    if (decisions > decisionsVersion) throw new Fault('request-invalid', `event ${event.seq} was recorded by Writ ${version}, whose decisions (version ${decisions}) are newer than those of this Writ (version ${decisionsVersion}); replay it with that version`)
  }
}
