import type { RunState } from '../run-state.ts'

const minuteMs = 60_000

/** Calls of a tool that were let through in the last 60 seconds of the log. */
export function countInMinute(state: RunState, tool: string): number {
  let count = 0
  for (let n = state.past.length - 1; n >= 0; n -= 1) {
    const event = state.past[n]
    if (event === undefined || state.at - Date.parse(event.at) > minuteMs) break
    if (event.type === 'tool.called' && event.data.name === tool && event.data.decision.effect !== 'deny') count += 1
  }
  return count
}
