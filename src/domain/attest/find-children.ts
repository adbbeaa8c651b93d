import type { RunRecord } from '../../protocol/attestation.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { RunId } from '../../protocol/ids.ts'
import { findInEffect } from '../rewind.ts'

type Child = NonNullable<RunRecord['children']>[number]

const mostNamed = 5000

/** The child runs of a run, as each ended last: what it made, and what of the run that became. Nothing for a run without any. */
export function findChildren(events: readonly StoredEvent[]): Pick<RunRecord, 'children'> {
  const children = new Map<RunId, Child>()
  for (const event of findInEffect(events)) {
    if (event.type === 'task.returned' || event.type === 'stage.returned') {
      const { child: run, task, outcome, commit, events: length, head } = event.data
      const stage = event.type === 'stage.returned' ? { stage: event.data.stage } : {}
      children.set(run, { run, task, ...stage, outcome, ...(commit ? { commit } : {}), events: length, head })
    }
    if (event.type === 'integration.finished' && event.data.result) {
      const child = children.get(event.data.child)
      if (child) children.set(child.run, { ...child, integrated: event.data.result.commit })
    }
  }
  return children.size > 0 ? { children: [...children.values()].slice(0, mostNamed) } : {}
}
