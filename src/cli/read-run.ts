import { fold } from '../domain/evolve.ts'
import type { RunState } from '../domain/run-state.ts'
import type { EventLog } from '../engine/ports/event-log.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import type { RunId } from '../protocol/ids.ts'

/** All of a run's log and what it says. @throws Fault `run-unknown`, `run-corrupt`. */
export async function readRun(log: EventLog, run: RunId): Promise<{ readonly events: readonly StoredEvent[]; readonly state: RunState }> {
  const events: StoredEvent[] = []
  for await (const event of log.read(run, { follow: false, signal: new AbortController().signal })) events.push(event)
  return { events, state: fold(events) }
}
