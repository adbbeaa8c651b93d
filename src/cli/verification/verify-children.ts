import { existsSync } from 'node:fs'
import { examineRollout } from '../../adapters/log-jsonl/examine-rollout.ts'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { failed, ok, unchecked, type Finding } from './finding.ts'

const mostNamed = 20

/**
 * A run whose tasks were done by child runs says of each how far its record went, and its last line's hash: the records that
 * are here must be those.
 */
export function verifyChildren(stateDir: string, events: readonly StoredEvent[]): readonly Finding[] {
  const returned = events.flatMap((event) => ((event.type === 'task.returned' || event.type === 'stage.returned') && event.data.events > 0 ? [event.data] : []))
  if (returned.length === 0) return []
  const problems: string[] = []
  let gone = 0
  for (const { child, task, events: length, head } of returned) {
    const { rollout } = toRunPaths(stateDir, child)
    if (!existsSync(rollout)) {
      gone += 1
      continue
    }
    const { events: its, problem } = examineRollout(child, rollout)
    if (its[length - 1]?.hash === head) continue
    problems.push(`the record of ${child} (${task}) is not the one that its result came from: ${problem ?? (its.length < length ? `it has ${its.length} events of ${length}` : `event ${length - 1} is another`)}`)
  }
  return [
    ...problems.slice(0, mostNamed).map((problem) => failed('children', problem)),
    ...(gone > 0 ? [unchecked('children', `${gone} of ${returned.length} records of child runs are not here`)] : []),
    ...(problems.length === 0 && gone < returned.length ? [ok('children', `${returned.length - gone} ${returned.length - gone === 1 ? 'record of a child run is' : 'records of child runs are'} those that the results came from`)] : []),
  ]
}
