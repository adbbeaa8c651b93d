import type { RunState } from '../run-state.ts'

const minuteMs = 60_000

/** A call of a tool was let through: it counts in the run, and for a minute of the log. */
export function countCall(state: RunState, tool: string): void {
  state.toolCalls.set(tool, (state.toolCalls.get(tool) ?? 0) + 1)
  state.newestCalls.push({ tool, at: state.at })
  const old = state.newestCalls.findIndex(({ at }) => state.at - at <= minuteMs)
  if (old > 0) state.newestCalls.splice(0, old)
}

/** Calls of a tool that were let through in the last 60 seconds of the log. */
export function countInMinute({ newestCalls, at: now }: RunState, tool: string): number {
  let count = 0
  for (let n = newestCalls.length - 1; n >= 0; n -= 1) {
    const call = newestCalls[n]
    if (call === undefined || now - call.at > minuteMs) break
    if (call.tool === tool) count += 1
  }
  return count
}
