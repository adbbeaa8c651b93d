import { countDecisions, findApprovals } from '../../domain/attest/to-statements.ts'
import { count } from '../../domain/report/words.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Digest, RunId } from '../../protocol/ids.ts'
import type { OpenRecord } from '../compose.ts'
import type { Trust } from './examine-bundle.ts'
import { failed, ok, unchecked, type Finding, type Whole } from './finding.ts'
import { verifyAnswers } from './verify-answers.ts'
import { examineBlobs } from './verify-blobs.ts'
import { walkChildren } from './walk-children.ts'

const mostNamed = 20

/**
 * A run whose tasks were done by child runs says of each how far its record went, and its last line's hash: the records that
 * are here must be those, with the blobs that they refer to and the answers that people gave to them.
 */
export async function verifyChildren(record: Pick<OpenRecord, 'places' | 'blobs'>, root: { readonly run: RunId; readonly events: readonly StoredEvent[] }, trust: Trust): Promise<{ readonly findings: readonly Finding[]; readonly whole: Whole | undefined }> {
  const problems: string[] = []
  const answers: Finding[] = []
  const beyond: Finding[] = []
  const { sha256: _, ...own } = countDecisions(root.events)
  let whole: Whole = { runs: 1, of: 1, ...own, approvals: [] }
  const [blobs, pruned] = [new Set<Digest>(), new Set<Digest>()]
  let gone = 0
  for (const { run, task, found } of walkChildren(record.places.state, root)) {
    whole = { ...whole, of: whole.of + 1 }
    if (found.is === 'absent') gone += 1
    else if (found.is === 'beyond') beyond.push(unchecked('children', `${found.problem}: ${run} and those after it were not looked at`))
    else if (found.is === 'wrong') problems.push(`the record of ${run} (${task}) is not the one that its result came from: ${found.problem}`)
    else {
      const held = await examineBlobs(record, found.events, root.events)
      for (const digest of held.digests) blobs.add(digest)
      for (const digest of held.pruned) pruned.add(digest)
      problems.push(...held.problems.map((problem) => `${run} (${task}), ${problem}`))
      answers.push(...verifyAnswers(run, found.events, trust).map((each) => ({ ...each, text: `in ${run} (${task}), ${each.text}` })))
      whole = addRun(whole, run, task, found.events)
    }
  }
  if (whole.of === 1) return { findings: [], whole: undefined }
  const here = whole.runs - 1
  const findings = [
    ...problems.slice(0, mostNamed).map((problem) => failed('children', problem)),
    ...beyond,
    ...(gone > 0 ? [unchecked('children', `${gone} of ${whole.of - 1} records of child runs are not here`)] : []),
    ...(problems.length === 0 && here > 0 ? [ok('children', `${here} ${here === 1 ? 'record of a child run is' : 'records of child runs are'} those that the results came from, with ${count(blobs.size - pruned.size, 'blob')}`)] : []),
    ...(pruned.size > 0 ? [unchecked('children', `${pruned.size} of ${count(blobs.size, 'blob')} of child runs ${pruned.size === 1 ? 'was' : 'were'} removed by retention, as the record says; what they held cannot be looked at any more`)] : []),
    ...answers,
  ]
  return { findings, whole }
}

function addRun(whole: Whole, run: RunId, task: string, events: readonly StoredEvent[]): Whole {
  const { calls, allowed, asked, denied } = countDecisions(events)
  return {
    runs: whole.runs + 1, of: whole.of,
    calls: whole.calls + calls, allowed: whole.allowed + allowed, asked: whole.asked + asked, denied: whole.denied + denied,
    approvals: [...whole.approvals, ...findApprovals(events).map((each) => ({ ...each, run, task }))],
  }
}
