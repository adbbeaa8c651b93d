import type { EventType } from '../protocol/events/event.ts'

export interface RunTime {
  /** Time of the newest event, in milliseconds since the epoch; 0 before the first. */
  readonly at: number
  /** Milliseconds of the run's own time until then: it stands still while no process works on the run. */
  readonly workedMs: number
  /** Of these, what lies before answers that came last: nobody worked then, where the run goes on in another process. */
  readonly answeredMs: number
}

/** The run's time at an event. What lies before a process goes on with a run, or a person takes it back, is no time of the run. */
export function toRunTime({ at, workedMs, answeredMs }: RunTime, event: { readonly type: EventType; readonly at: string }): RunTime {
  const now = Date.parse(event.at)
  const gap = at === 0 ? 0 : Math.max(0, now - at)
  if (event.type === 'run.resumed' || event.type === 'run.rewound') return { at: now, workedMs: workedMs - answeredMs, answeredMs: 0 }
  return { at: now, workedMs: workedMs + gap, answeredMs: event.type === 'approval.given' ? answeredMs + gap : 0 }
}
