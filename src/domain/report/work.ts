import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Report, TaskAccount } from '../../protocol/report.ts'
import { addWork, noWork } from '../estimate/work.ts'
import { count, toAmount, toDuration, toLine } from './words.ts'

/** Tasks whose figures are printed; the JSON form has all of them. */
const mostTasks = 40

/** By task: what it was expected to take, and what it took. */
export function accountWork(events: readonly StoredEvent[]): ReadonlyMap<string, Pick<TaskAccount, 'expected' | 'taken'>> {
  const { open, unproven, facts } = events.reduce(addWork, noWork)
  const begun = open.filter((task) => task.attempts > 0).map((task) => ({ ...task, minutes: task.ms / 60_000 }))
  return new Map([...facts, ...unproven, ...begun].map(({ task, expected, minutes, turns, tokens }) => [task, { ...(expected ? { expected } : {}), taken: { minutes: Math.round(minutes * 1000) / 1000, turns, tokens } }]))
}

/** Where there were expectations: how many tasks took what was expected, and which did not. */
export function describeWork({ tasks }: Report): string[] {
  const judged = tasks.flatMap(({ id, status, expected, taken }) => (expected && taken && status === 'finished' ? [{ id, expected, taken }] : []))
  if (judged.length === 0) return []
  const outside = judged.filter(({ expected, taken }) => taken.minutes < expected.low || taken.minutes > expected.high)
  const lines = outside.slice(0, mostTasks).map(({ id, expected, taken }) => `- ${toLine(id, 40)}: ${toDuration(taken.minutes * 60_000)} (expected ${toDuration(expected.minutes * 60_000)}, ${toDuration(expected.low * 60_000)} to ${toDuration(expected.high * 60_000)}), ${count(taken.turns, 'turn')}, ${toAmount(taken.tokens)} tokens (expected ${toAmount(expected.tokens)})`)
  return [`- In the interval that was to hold 80 of 100: ${judged.length - outside.length} of ${judged.length}${outside.length > 0 ? '; not in it:' : ''}`, ...lines, ...(outside.length > mostTasks ? [`- and ${count(outside.length - mostTasks, 'more task', 'more tasks')}`] : [])]
}
