import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Notice } from '../../protocol/notify.ts'
import { toApprovalId } from '../approval/answer.ts'
import { toShortId } from '../report/short-id.ts'
import { count, toLine } from '../report/words.ts'

/**
 * What a person is told of an event; undefined for all that is not worth a message. The goal, what the solver said, diffs and
 * contents of files are left out: a message goes further than the record. Of a question it has the one line that says what would happen.
 */
export function toNotice(event: StoredEvent, repository: string): Notice | undefined {
  const { run } = event
  const make = (kind: Notice['kind'], text: string, next: string): Notice => ({
    id: `${run}-${event.seq}`, kind, event: event.type, at: event.at, run, repository: toLine(repository, 100), text: toLine(text, 600), next: toLine(next, 200),
  })
  switch (event.type) {
    case 'approval.requested': {
      const { gate, ask, inDoubt } = event.data
      if (inDoubt === true) return make('approval', `A run in ${repository} was cut off in the middle of a call that may have happened; a person has to say whether it is done again.`, `writ resume ${run}`)
      if (ask === undefined) return make('approval', `A run in ${repository} waits for a person: a call that cannot be undone.`, `writ resume ${run}`)
      return make('approval', `A run in ${repository} waits for a person: ${toLine(ask.does, 300)} (risk ${ask.risk}; until ${ask.expiresAt}).`, `writ approvals show ${toApprovalId(run, gate)}`)
    }
    case 'artefact.quarantined': {
      const rules = [...new Set(event.data.findings.map((each) => each.rule))]
      return make('quarantine', `A change in ${repository} was sealed away (${rules.slice(0, 3).join(', ') || 'a security rule'}; ${count(event.data.paths.length, 'file')}); a person has to look.`, `writ quarantine show ${toShortId(run)}:${event.data.id}`)
    }
    case 'run.ended': return { ...make('ended', `A run in ${repository} has ended, ${toWords(event.data.outcome)}: ${event.data.reason}`, event.data.outcome === 'proven' ? `writ accept ${run}` : `writ show ${run}`), outcome: event.data.outcome }
    case 'fault.met': return make('fault', `A run in ${repository} stopped (${event.data.code}): ${event.data.message}`, `writ resume ${run}`)
    case 'limit.reached': return make('fault', `A run in ${repository} reached a limit: ${event.data.detail}`, `writ show ${run}`)
    default: return undefined
  }
}

function toWords(outcome: string): string {
  return outcome === 'limit' ? 'at a limit' : outcome.replaceAll('-', ' ')
}
