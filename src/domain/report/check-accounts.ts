import type { CheckOutcome, CheckProof } from '../../protocol/evidence.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { CheckAccount, Tally } from '../../protocol/report.ts'
import type { RunState } from '../run-state.ts'
import { toTally } from './tally.ts'

/** What each check showed before and after, and what the proof made of it. */
export function accountChecks(state: RunState, events: readonly StoredEvent[]): CheckAccount[] {
  const inProof = lastOutcomes(events)
  return (state.contract?.checks ?? []).map((check) => {
    const proof = state.proof?.checks.find((each) => each.checkId === check.id)
    const base = state.baseline.get(check.id)
    const latest = state.latest.get(check.id)
    const before = base && toTally(base)
    const common = { checkId: check.id, command: check.command, origin: check.origin, ...(before ? { before } : {}) }
    const seen = inProof.get(check.id)
    // A proof runs nothing where nothing was changed; without the events only the commits tell.
    const wasRun = events.length > 0 ? seen !== undefined : state.commits.length > 0
    if (!proof || !wasRun) return { ...common, ...unproven(base, latest) }
    return {
      ...common,
      after: seen ? toTally(seen) : tallyOf(proof, before),
      seen: 'clean-checkout',
      verdict: proof.verdict,
      strength: proof.strength,
      fixed: proof.fixed, stillFailing: proof.stillFailing, broken: proof.broken, flaky: proof.flaky, reasons: proof.reasons,
    }
  })
}

/** The outcomes of the last proof: those after the last `proof.started`. */
function lastOutcomes(events: readonly StoredEvent[]): Map<string, CheckOutcome> {
  const outcomes = new Map<string, CheckOutcome>()
  for (const event of events) {
    if (event.type === 'proof.started') outcomes.clear()
    if (event.type === 'check.finished' && event.data.purpose === 'proof') outcomes.set(event.data.outcome.checkId, event.data.outcome)
  }
  return outcomes
}

/** Without the events only what the proof itself says is known. */
function tallyOf(proof: CheckProof, before: Tally | undefined): Tally {
  const status = proof.verdict === 'failing' ? 'failed' : 'passed'
  if (proof.strength !== 'by-name') return { status }
  const failed = proof.stillFailing.length + proof.broken.length
  const total = Math.max(before?.tests?.total ?? 0, proof.passedAfter + failed)
  return { status, tests: { total, passed: proof.passedAfter, failed, skipped: Math.max(0, total - proof.passedAfter - failed) } }
}

/** No proof was reached: what was seen in the worktree is told as such, and what the base showed is not called a result. */
function unproven(base: CheckOutcome | undefined, latest: CheckOutcome | undefined): Omit<CheckAccount, 'checkId' | 'command' | 'origin' | 'before'> {
  if (latest === undefined || latest === base) return { verdict: 'unproven', fixed: [], flaky: [], seen: 'nowhere', stillFailing: [], broken: [], reasons: base ? ['not run by Writ on anything but the base'] : [] }
  const failing = latest.tests?.cases.filter((each) => each.status === 'failed').map((each) => each.name) ?? []
  const before = new Map(base?.tests?.cases.map((each) => [each.name, each.status]) ?? [])
  return {
    verdict: 'unproven',
    fixed: [],
    flaky: [],
    after: toTally(latest),
    seen: 'worktree',
    stillFailing: failing.filter((name) => before.get(name) !== 'passed'),
    broken: failing.filter((name) => before.get(name) === 'passed'),
    reasons: [],
  }
}
