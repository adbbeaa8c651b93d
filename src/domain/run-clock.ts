import type { EventType } from '../protocol/events/event.ts'

export interface RunTime {
  /** Time of the newest event, in milliseconds since the epoch; 0 before the first. */
  readonly at: number
  /** Milliseconds of the run's own time until then: it stands still while no process works on the run. */
  readonly workedMs: number
}

/** The run's time at an event. What lies before a process goes on with a run, or a person takes it back, is no time of the run. */
export function toRunTime({ at, workedMs }: RunTime, event: { readonly type: EventType; readonly at: string }): RunTime {
  const now = Date.parse(event.at)
  const stood = at === 0 || event.type === 'run.resumed' || event.type === 'run.rewound'
  return { at: now, workedMs: stood ? workedMs : workedMs + Math.max(0, now - at) }
}
