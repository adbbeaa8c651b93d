import type { EventType, NewEvent, Payload, StoredEvent } from '../../protocol/events/event.ts'
import { faultCodes, type FaultCode } from '../../protocol/error-codes.ts'
import { genesis } from '../../protocol/events/envelope.ts'
import { Fault } from '../../protocol/fault.ts'
import { findDifferences, isSameJson, type Difference } from '../../domain/replay/differences.ts'
import type { Rollout } from '../ports/event-log.ts'
import type { HookEvent, HookOutcome } from '../ports/hooks.ts'

/** The first event that did not come out as recorded. */
export interface Divergence {
  readonly seq: number
  /** Undefined where the log ends although there is something to do. */
  readonly recorded: { readonly type: EventType; readonly data: unknown } | undefined
  /** Undefined where nothing is left to do although the log goes on; without `data` where the log has no answer of this kind. */
  readonly derived: { readonly type: EventType; readonly data?: unknown } | undefined
  readonly differences: readonly Difference[]
}

/** Ends a replay: the log and what follows from it are not the same. */
export class Diverged extends Error {
  readonly divergence: Divergence
  constructor(divergence: Divergence) {
    super(`event ${divergence.seq} does not come out as recorded`)
    this.name = 'Diverged'
    this.divergence = divergence
  }
}

/** The process that recorded this part of the log stopped here: it was killed, interrupted, or is still at work. */
export class SessionOver extends Error {
  constructor() {
    super('the recorded process stopped here')
    this.name = 'SessionOver'
  }
}

/** What the engine makes of the outside's facts, not of the log: taken over, never compared. */
const given: { readonly [T in EventType]?: readonly string[] } = {
  'run.resumed': ['decisions', 'kept', 'bundles'],
  // What a person was shown: diffs and settings of the day, which decide nothing.
  'approval.requested': ['ask'],
  'tool.returned': ['durationMs'],
  'fault.met': ['detail'],
  'merge.tried': ['outcome'],
  // Found within a time, at a moment between two events.
  'plan.scheduled': ['now', 'tasks', 'makespan', 'lowerBound', 'proven', 'late', 'flaw'],
  // Each may show a diff of contents that are not in the log.
  'task.delegated': ['brief'],
  'stage.delegated': ['brief'],
}

/** Events that carry what came from outside. They are compared too (who answered what), but count as facts, not as decisions. */
const facts: ReadonlySet<EventType> = new Set<EventType>([
  'run.opened', 'run.resumed', 'environment.surveyed', 'environment.fingerprinted', 'changes.seen', 'files.read', 'check.finished', 'turn.replied', 'turn.failed', 'tool.reached', 'tool.returned', 'candidate.tried', 'repair.judged', 'repair.searched', 'strength.measured', 'approval.given', 'fault.met', 'command.read', 'hook.ran', 'validation.finished', 'task.returned', 'stage.returned', 'merge.tried', 'plan.scheduled',
])

/**
 * A recorded log under the engine's feet: `append` compares instead of storing, and the ports read what came from outside
 * ahead of it. Covers one process's part of the log at a time (a session).
 *
 * Invariants: (1) the position moves only by an event that the engine itself wanted to store and that is the recorded one;
 * (2) after a divergence nothing is accepted any more; (3) nothing is read beyond the session's end.
 */
export interface Tape {
  readonly rollout: Rollout
  /** The next event that is due in this session. */
  readonly position: number
  /** Decisions and facts that came out as recorded, so far. */
  readonly decisions: number
  readonly facts: number
  startSession(from: number, to: number): void
  /** The next recorded event, if it is of this type. */
  next<T extends EventType>(type: T): Payload<T> | undefined
  /** The next of this type in this session, wherever it is. */
  ahead<T extends EventType>(type: T, fits?: (data: Payload<T>) => boolean): Payload<T> | undefined
  /** The answer that the engine waits for. @throws SessionOver, Fault (the one that was met instead), Diverged. */
  take<T extends EventType>(type: T): Payload<T>
  /** Results of the calls that run now, in the order of the log. */
  results(): Generator<Payload<'tool.returned'>>
  /** What hooks said at this moment. */
  hooks(event: HookEvent): HookOutcome[]
  /** What was answered to these questions in one breath, in the order of the log. */
  answers(gates: readonly string[]): Payload<'approval.given'>[]
  /** Reads a part of the record. Where that fails nothing more is compared: it says nothing about the log. */
  read<T>(part: Promise<T>): Promise<T>
  /** What a read failed with. */
  readonly unreadable: Error | undefined
  /** Milliseconds since the epoch, as the log has it. */
  now(): number
}

export function createTape(events: readonly StoredEvent[]): Tape {
  let position = 0
  let end = 0
  let decided = 0
  let stated = 0
  let failed: Error | undefined
  const stored: StoredEvent[] = []
  const [first] = events
  if (!first) throw new Error('an empty log cannot be replayed')

  /** Hosts that commands reached: a background one reaches out at any time, so that no place of it follows from anything. */
  const skipReached = (at: number): number => {
    while (at < end && events[at]?.type === 'tool.reached') at += 1
    return at
  }
  const peek = (): StoredEvent | undefined => {
    const at = skipReached(position)
    return at < end ? events[at] : undefined
  }
  const fail = (derived: Divergence['derived']): Diverged => {
    const recorded = peek()
    const differences = recorded && derived && recorded.type === derived.type && derived.data !== undefined ? findDifferences(recorded.data, derived.data) : []
    const diverged = new Diverged({ seq: skipReached(position), recorded: recorded && { type: recorded.type, data: recorded.data }, derived, differences })
    failed = diverged
    return diverged
  }
  const accept = (event: NewEvent): readonly StoredEvent[] => {
    const recorded = peek()
    if (!recorded) throw new SessionOver()
    const derived = withGiven(event, recorded)
    if (recorded.type !== event.type || !isSameJson(recorded.data, derived)) {
      if (recorded.type === 'fault.met' && event.type !== 'fault.met') throw toThrown(recorded.data)
      throw fail({ type: event.type, data: derived })
    }
    const accepted = events.slice(position, skipReached(position) + 1)
    position += accepted.length
    stated += accepted.length - 1
    if (facts.has(recorded.type)) stated += 1
    else decided += 1
    for (const each of accepted) stored.push(each)
    return accepted
  }

  return {
    get position() {
      return skipReached(position)
    },
    get decisions() {
      return decided
    },
    get facts() {
      return stated
    },
    startSession(from, to) {
      for (; position < from; position += 1) {
        // What came after the last that the process wanted to store: a command in the background.
        if (events[position]?.type === 'tool.reached') stated += 1
        stored.push(events[position] as StoredEvent)
      }
      end = to
    },
    next: <T extends EventType>(type: T) => {
      const event = peek()
      return event?.type === type ? (event.data as Payload<T>) : undefined
    },
    ahead: <T extends EventType>(type: T, fits: (data: Payload<T>) => boolean = () => true) => {
      for (let at = position; at < end; at += 1) {
        const event = events[at]
        if (event?.type === type && fits(event.data as Payload<T>)) return event.data as Payload<T>
      }
      return undefined
    },
    take: <T extends EventType>(type: T) => {
      if (failed) throw failed
      const event = peek()
      if (!event) throw new SessionOver()
      if (event.type === type) return event.data as Payload<T>
      if (event.type === 'fault.met') throw toThrown(event.data)
      throw fail({ type })
    },
    *results() {
      for (let at = position; at < end; at += 1) {
        const event = events[at]
        if (event?.type === 'tool.reached') continue
        if (event?.type !== 'tool.returned') return
        yield event.data
      }
    },
    hooks(event) {
      const ran: HookOutcome[] = []
      for (let at = skipReached(position); at < end; at = skipReached(at + 1)) {
        const found = events[at]
        if (found?.type !== 'hook.ran' || found.data.event !== event || (ran.length > 0 && found.data.callId !== (events[position] as Extract<StoredEvent, { type: 'hook.ran' }>).data.callId)) break
        const { hook, status, reason, durationMs } = found.data
        ran.push({ event, hook, status, reason, durationMs })
      }
      return ran
    },
    answers(gates) {
      const given: Payload<'approval.given'>[] = []
      for (let at = skipReached(position); at < end; at = skipReached(at + 1)) {
        const event = events[at]
        if (event?.type !== 'approval.given' || !gates.includes(event.data.gate)) break
        given.push(event.data)
      }
      return given
    },
    get unreadable() {
      return failed instanceof Diverged ? undefined : failed
    },
    read: async (part) => {
      try {
        return await part
      } catch (thrown) {
        failed ??= thrown instanceof Error ? thrown : new Error(String(thrown))
        throw thrown
      }
    },
    now: () => Date.parse((events[position - 1] ?? first).at),
    rollout: {
      run: first.run,
      events: stored,
      get head() {
        return stored.at(-1)?.hash ?? genesis
      },
      append: async (batch) => {
        if (failed) throw failed
        return batch.flatMap(accept)
      },
      close: async () => undefined,
    },
  }
}

function withGiven(event: NewEvent, recorded: StoredEvent): unknown {
  const names = given[event.type]
  if (names === undefined || recorded.type !== event.type) return event.data
  const from = recorded.data as Readonly<Record<string, unknown>>
  return { ...event.data, ...Object.fromEntries(names.map((name) => [name, from[name]])) }
}

/** What the recorded process met here, thrown again. */
function toThrown({ code, message }: Payload<'fault.met'>): Error {
  const known = faultCodes.find((each): each is FaultCode => each === code)
  return known === undefined ? new Error(message) : new Fault(known, message)
}
