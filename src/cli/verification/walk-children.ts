import { count } from '../../domain/report/words.ts'
import { existsSync } from 'node:fs'
import { examineRollout } from '../../adapters/log-jsonl/examine-rollout.ts'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { findReturned, type Returned } from '../../domain/attest/find-returned.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { RunId } from '../../protocol/ids.ts'

/** What is looked at of one run: child runs in all, and how deep they may lie. */
export const childLimits = { runs: 5000, depth: 8 }

export interface ChildRecord extends Omit<Returned, 'marks'> {
  /** The run whose record speaks of it. */
  readonly parent: RunId
  readonly found:
    /** Its events as far as the parent's record vouches for them, and whether anything follows, be it damaged. */
    | { readonly is: 'whole'; readonly events: readonly StoredEvent[]; readonly goesOn: boolean }
    | { readonly is: 'absent' }
    /** A clause that says what its record is instead. */
    | { readonly is: 'wrong'; readonly problem: string }
    /** A limit was passed: nothing comes after this one. */
    | { readonly is: 'beyond'; readonly problem: string }
}

/**
 * Every child run of a run, and theirs, each after the one that delegated to it. The records that are here must be those that
 * its parent's record speaks of, each time that it came back.
 * @throws Fault `disk-failed`.
 */
export function* walkChildren(stateDir: string, root: { readonly run: RunId; readonly events: readonly StoredEvent[] }, limits = childLimits): Generator<ChildRecord> {
  const seen = new Set<RunId>([root.run])
  let level = findReturned(root.events).map((returned) => ({ parent: root.run, returned }))
  for (let depth = 1; level.length > 0; depth += 1) {
    const next: typeof level = []
    for (const { parent, returned: { marks, ...returned } } of level) {
      const tell = (found: ChildRecord['found']): ChildRecord => ({ ...returned, parent, found })
      const { run } = returned
      if (depth > limits.depth) return yield tell({ is: 'beyond', problem: `child runs lie deeper than ${limits.depth} levels` })
      if (seen.size > limits.runs) return yield tell({ is: 'beyond', problem: `there are more than ${limits.runs} child runs` })
      if (seen.has(run)) {
        yield tell({ is: 'wrong', problem: `${parent} speaks of it, and so does another run` })
        continue
      }
      seen.add(run)
      const { rollout } = toRunPaths(stateDir, run)
      if (!existsSync(rollout)) {
        yield tell({ is: 'absent' })
        continue
      }
      const { events, problem } = examineRollout(run, rollout)
      const wrong = marks.find((mark) => events[mark.events - 1]?.hash !== mark.head)
      if (wrong) {
        yield tell({ is: 'wrong', problem: problem ?? (events.length < wrong.events ? `it has ${count(events.length, 'event')} of ${wrong.events}` : `event ${wrong.events - 1} is another`) })
        continue
      }
      const own = events.slice(0, returned.events)
      yield tell({ is: 'whole', events: own, goesOn: events.length > own.length || problem !== undefined })
      next.push(...findReturned(own).map((each) => ({ parent: run, returned: each })))
    }
    level = next
  }
}
