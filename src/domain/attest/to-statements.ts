import { buildType, builderId, provenanceType, recordType, statementType, type ProvenanceStatement, type RecordStatement, type RunRecord } from '../../protocol/attestation.ts'
import type { Payload, StoredEvent } from '../../protocol/events/event.ts'
import type { Digest } from '../../protocol/ids.ts'
import { Bug } from '../../protocol/fault.ts'
import { digestOfJson } from '../digest.ts'
import { findInEffect } from '../rewind.ts'
import type { RunState } from '../run-state.ts'
import { findChildren } from './find-children.ts'
import { findBlobRefs } from './references.ts'

/** A run's record as it is to be signed: `events` are all of it, `state` is their fold. */
export interface RecordToSign {
  readonly events: readonly StoredEvent[]
  readonly state: RunState
  /** SHA-256 of the rollout's bytes. */
  readonly sha256: Digest
}

const mostNamed = 5000

/** How the run came to its end, over its result (where it has one) and its rollout. */
export function toRecordStatement(record: RecordToSign, links: { readonly provenance?: Digest | undefined; readonly previous?: Digest | undefined }): RecordStatement {
  const { events, state, sha256 } = record
  const { opened } = state
  const [first, last] = [events[0], events.at(-1)]
  if (!opened || !first || !last) throw new Bug('a record without a beginning cannot be attested')
  const { run } = first
  const { ended } = state
  const blobs = new Set(events.flatMap(findBlobRefs).map((ref) => ref.digest))
  const predicate: RunRecord = {
    run,
    writ: opened.writ,
    by: opened.by,
    startedAt: first.at,
    ...(ended ? { endedAt: new Date(state.endedAt ?? state.at).toISOString(), outcome: ended.outcome, reason: ended.reason } : {}),
    base: { commit: opened.repository.base, head: opened.repository.head, dirty: opened.repository.dirty },
    ...(ended?.result ? { result: { ...ended.result, ...(state.headTree ? { tree: state.headTree } : {}) } } : {}),
    ...toContract(state),
    solver: { name: opened.request.solver, ...(opened.request.model ? { model: opened.request.model } : {}), servedBy: findServers(events) },
    ...(state.plan ? { plan: { revision: state.plan.revision, sha256: digestOfJson(state.plan), tasks: state.plan.tasks.map(({ id, title }) => ({ id, title, status: state.tasks.get(id) ?? 'waiting' })) } } : {}),
    commits: state.commits.map(({ task, commit, tree, parent }) => ({ task, commit, tree, parent })),
    ...findChildren(events),
    decisions: { policy: opened.policy, ...countDecisions(events) },
    approvals: findApprovals(events),
    // What was taken back is no evidence any more.
    evidence: toEvidence(findInEffect(events), state),
    repairs: events.flatMap(({ seq, type, data }) => (type === 'log.repaired' ? [{ seq, by: data.by, line: data.line, problem: data.problem }] : [])),
    afterwards: findAfterwards(events),
    record: { seq: last.seq, head: last.hash, sha256, blobs: blobs.size },
    ...(links.provenance ? { provenance: { sha256: links.provenance } } : {}),
    ...(links.previous ? { previous: { sha256: links.previous } } : {}),
  }
  const commits = new Map<string, string>()
  if (ended?.result) commits.set(ended.result.commit, ended.result.branch)
  for (const each of predicate.afterwards) if (each.type === 'run.accepted' && each.after && !commits.has(each.after)) commits.set(each.after, `accepted onto ${each.onto ?? ''}`)
  const subject = [...commits].map(([gitCommit, name]) => ({ name, digest: { gitCommit } }))
  return { _type: statementType, subject: [...subject, { name: `${run}/rollout.jsonl`, digest: { sha256 } }], predicateType: recordType, predicate }
}

/** How the result was built, in the words of SLSA. Undefined for a run without a result. */
export function toProvenanceStatement({ events, state, sha256 }: RecordToSign): ProvenanceStatement | undefined {
  const { opened, ended, contract, contractHash } = state
  const run = events[0]?.run
  if (!run || !opened || !ended?.result || !contract || !contractHash) return undefined
  return {
    _type: statementType,
    subject: [{ name: ended.result.branch, digest: { gitCommit: ended.result.commit } }],
    predicateType: provenanceType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { goal: contract.goal, contract: { sha256: contractHash }, checks: contract.checks.map((check) => check.command), solver: opened.request.solver, ...(opened.request.model ? { model: opened.request.model } : {}) },
        internalParameters: { policy: opened.policy, template: opened.template, config: opened.config, sandbox: { driver: opened.sandbox.driver, profile: opened.sandbox.profile } },
        resolvedDependencies: [{ name: 'base', digest: { gitCommit: opened.repository.base } }],
      },
      runDetails: {
        builder: { id: builderId, version: { writ: opened.writ.version, node: opened.writ.node, platform: opened.writ.platform } },
        metadata: { invocationId: run, startedOn: new Date(state.startedAt).toISOString(), finishedOn: new Date(state.endedAt ?? state.at).toISOString() },
        byproducts: [{ name: `${run}/rollout.jsonl`, digest: { sha256 } }],
      },
    },
  }
}

function toContract({ contract, contractHash }: RunState): Pick<RunRecord, 'contract'> {
  if (!contract || !contractHash) return {}
  const { goal, checks, scope, approvers } = contract
  return { contract: { sha256: contractHash, goal, checks: checks.map(({ id, command }) => ({ id, command })), scope, approvers } }
}

function findServers(events: readonly StoredEvent[]): string[] {
  const names = new Set<string>()
  for (const event of events) if (event.type === 'turn.replied' && names.size < mostNamed && event.data.reply.servedBy) names.add(event.data.reply.servedBy)
  return [...names]
}

/** What the policy said to the calls of one run. */
export function countDecisions(events: readonly StoredEvent[]): Omit<RunRecord['decisions'], 'policy'> {
  const made = events.flatMap((event) => (event.type === 'tool.called' ? [[event.seq, event.data.callId, event.data.decision.effect, event.data.decision.rules] as const] : []))
  const count = (effect: string): number => made.filter((each) => each[2] === effect).length
  return { calls: made.length, allowed: count('allow'), asked: count('ask'), denied: count('deny'), sha256: digestOfJson(made) }
}

/** What people answered to the questions of one run. */
export function findApprovals(events: readonly StoredEvent[]): RunRecord['approvals'] {
  const asked = new Map(events.flatMap((event) => (event.type === 'approval.requested' ? [[event.data.gate, event.data.question] as const] : [])))
  return events.flatMap((event) => {
    if (event.type !== 'approval.given') return []
    const { gate, by, answer } = event.data
    const question = asked.get(gate)
    return [{ seq: event.seq, gate, ...(question === undefined ? {} : { question }), by, answer }]
  })
}

function toEvidence(events: readonly StoredEvent[], { proof, strength }: RunState): RunRecord['evidence'] {
  const from = events.findLast((event) => event.type === 'proof.started')?.seq ?? Number.POSITIVE_INFINITY
  return {
    ...(proof ? { verdict: proof.verdict, commit: proof.commit, tree: proof.tree } : {}),
    reasons: proof?.reasons ?? [],
    restored: proof?.restored ?? [],
    ...(proof && strength ? { strength: toStrength(strength) } : {}),
    checks: (proof?.checks ?? []).map((each) => ({
      check: each.checkId, command: each.command, strength: each.strength, verdict: each.verdict, fixed: each.fixed.length, broken: each.broken.length, passed: each.passedAfter,
    })),
    runs: events.flatMap((event) => (event.type === 'check.finished' && (event.data.purpose === 'baseline' || event.seq > from) ? [toCheckRun(event.seq, event.data)] : [])).slice(0, mostNamed),
  }
}

function toStrength({ tried, noticed, alike, of, survivors, note }: NonNullable<RunState['strength']>): NonNullable<RunRecord['evidence']['strength']> {
  return { tried, noticed, alike, of, survivors: survivors.map(({ path, line, describes }) => ({ path, line, describes })), ...(note === undefined ? {} : { note }) }
}

function toCheckRun(seq: number, { purpose, outcome }: Payload<'check.finished'>): RunRecord['evidence']['runs'][number] {
  const { checkId, command, status, exitCode, tree, output } = outcome
  return { seq, check: checkId, command, purpose, status, ...(exitCode === undefined ? {} : { exitCode }), tree, output }
}

/** Everything that a person did once the run had ended for the first time. */
function findAfterwards(events: readonly StoredEvent[]): RunRecord['afterwards'] {
  const end = events.find((event) => event.type === 'run.ended')?.seq ?? Number.POSITIVE_INFINITY
  return events.flatMap((event) => {
    if (event.seq < end || !event.type.startsWith('run.') || !('by' in event.data)) return []
    const accepted = event.type === 'run.accepted' ? event.data : undefined
    return [{
      seq: event.seq, type: event.type, by: event.data.by,
      ...(accepted ? { onto: accepted.onto, strategy: accepted.strategy, before: accepted.before, ...(accepted.after ? { after: accepted.after } : {}) } : {}),
    }]
  })
}
