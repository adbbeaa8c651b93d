import type { PastTask } from '../../protocol/experience.ts'

/** How estimates of the past did, for one role in one place. Only tasks that were done and had an estimate count. */
export interface Assessment {
  readonly kind: string
  readonly where: 'here' | 'elsewhere'
  readonly tasks: number
  /** Share whose minutes lay in the interval that was to hold 80 of 100. */
  readonly coverage: number
  /** Median of taken / expected, and of how far that is from 1 in either direction (2: twice as long, or half). */
  readonly ratio: number
  readonly factor: number
  /** Median of tokens taken / expected. */
  readonly tokens: number
  /** The same of memory; left out where it was not seen, or not expected. */
  readonly memory?: number
}

/** Rows by role and place, those of this repository first. */
export function assess(past: readonly PastTask[], repository: string): readonly Assessment[] {
  const judged = past.filter((task) => task.done && task.expected !== undefined)
  const groups = Map.groupBy(judged, (task) => `${task.repository === repository ? 'a' : 'b'} ${task.role}`)
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, tasks]) => {
    const memory = tasks.flatMap(({ memoryMb, expected }) => (memoryMb && expected?.memoryMb ? [memoryMb / expected.memoryMb] : []))
    const ratios = tasks.map(({ minutes, expected }) => Math.max(0.01, minutes) / Math.max(0.01, expected?.minutes ?? 0))
    return {
      kind: key.slice(2),
      where: key.startsWith('a') ? 'here' as const : 'elsewhere' as const,
      tasks: tasks.length,
      coverage: tasks.filter(({ minutes, expected }) => expected !== undefined && minutes >= expected.low && minutes <= expected.high).length / tasks.length,
      ratio: median(ratios),
      factor: median(ratios.map((each) => Math.max(each, 1 / each))),
      tokens: median(tasks.map(({ tokens, expected }) => Math.max(1, tokens) / Math.max(1, expected?.tokens ?? 0))),
      ...(memory.length > 0 ? { memory: median(memory) } : {}),
    }
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}
