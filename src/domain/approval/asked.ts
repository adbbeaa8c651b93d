import type { StoredEvent } from '../../protocol/events/event.ts'

/*
 * A run that goes on puts the questions again that nobody has answered. Such a question is the same one: it keeps until when it
 * stands, and so since when it has been asked. What was put anew (it had expired, or the run was taken back) stands until
 * another time, and that alone tells the two apart.
 */

type Asked = Extract<StoredEvent, { type: 'approval.requested' }>

/** When the question of this gate was put first, in milliseconds since the epoch; 0 where it never was. */
export function findAskedAt(events: readonly StoredEvent[], gate: string): number {
  const asked = events.filter((each): each is Asked => isAsked(each, gate))
  const newest = asked.at(-1)
  const until = newest?.data.ask?.expiresAt
  const first = until === undefined ? newest : asked.find((each) => each.data.ask?.expiresAt === until)
  return first === undefined ? 0 : Date.parse(first.at)
}

/** Until when the question of this gate stands, ISO 8601; undefined where it is not open any more and is to be put anew. `now` in milliseconds. */
export function findStandingUntil(events: readonly StoredEvent[], gate: string, now: number): string | undefined {
  const last = events.findLast((each) => each.type === 'run.rewound' || (each.type === 'approval.given' && each.data.gate === gate) || isAsked(each, gate))
  const until = last?.type === 'approval.requested' ? last.data.ask?.expiresAt : undefined
  return until !== undefined && now < Date.parse(until) ? until : undefined
}

function isAsked(event: StoredEvent, gate: string): event is Asked {
  return event.type === 'approval.requested' && event.data.gate === gate
}
