import type { NewEvent, StoredEvent } from '../protocol/events/event.ts'
import type { BlobRef, Digest } from '../protocol/ids.ts'
import { toCanonicalJson } from '../domain/chain.ts'
import { toCoverage } from '../domain/attest/coverage.ts'
import { digestOf } from '../domain/digest.ts'
import { fold } from '../domain/evolve.ts'
import { parseBundle, toBundleText, toPayload, toSignedBytes } from '../domain/attest/envelope.ts'
import { toProvenanceStatement, toRecordStatement } from '../domain/attest/to-statements.ts'
import { recordType, type Statement } from '../protocol/attestation.ts'
import { Fault } from '../protocol/fault.ts'
import type { Attester, Signer } from './ports/attester.ts'
import type { Blobs } from './ports/event-log.ts'

export interface RecordToAttest {
  /** All of the record, as stored. */
  readonly events: readonly StoredEvent[]
  append(event: NewEvent): Promise<unknown>
  readonly blobs: Blobs
  readonly attester: Attester
}

/**
 * Signs the record as it stands and says so in it. Whoever appends to the record of a run that has ended calls this
 * afterwards: a record whose last line is not `run.attested` has something that is not covered. Done already is done.
 *
 * The order is: bundles as blobs, then the event, then the copies beside the rollout and in the person's repository. So a
 * copy that the record does not name means that lines were dropped, and never that a crash came in between.
 * @returns the digest of the bundle, or undefined where there was nothing to attest.
 * @throws Fault `run-corrupt` where what was signed before does not fit the record: a changed record is never signed again.
 * @throws Fault `key-unusable`, `disk-failed`, `git-failed`; the record is whole all the same and can be attested later.
 */
export async function attest(record: RecordToAttest): Promise<Digest | undefined> {
  const { events, attester, blobs } = record
  const coverage = toCoverage(events)
  const first = events[0]
  if (!coverage.isDue || !first) return undefined
  await requireUnbroken(record, first.run)
  const signer = await attester.openSigner()
  const state = fold(events)
  const toSign = { events, state, sha256: digestOf(toRolloutText(events)) }
  const provenance = toProvenanceStatement(toSign)
  const built = provenance && (await sign(provenance, signer, blobs))
  const links = { ...(built ? { provenance: built.bundle.digest } : {}), ...(coverage.newest ? { previous: coverage.newest.bundle.digest } : {}) }
  const made = await sign(toRecordStatement(toSign, links), signer, blobs)
  const last = events.at(-1)
  if (!last) return undefined
  await record.append({
    type: 'run.attested',
    data: { bundle: made.bundle, statement: made.statement, ...(built ? { provenance: built.bundle } : {}), key: signer.key, seq: last.seq, head: last.hash },
  })
  await publishAttestation({ run: first.run, state, record: made.text, provenance: built?.text, attester })
  return made.bundle.digest
}

/** What was attested before must still be the beginning of the record, or signing would make a changed record good. */
async function requireUnbroken({ events, blobs, attester }: RecordToAttest, run: StoredEvent['run']): Promise<void> {
  const { newest } = toCoverage(events)
  const kept = await attester.readKept(run)
  // Retention may have taken the blob; the copy beside the rollout is the same bundle.
  const named = newest && (kept === undefined || digestOf(kept) !== newest.bundle.digest) ? Buffer.from(await blobs.get(newest.bundle)).toString('utf8') : undefined
  for (const text of new Set([named, kept])) {
    const problem = text === undefined ? undefined : await findContradiction(text, events, attester)
    if (problem) throw new Fault('run-corrupt', `The record of ${run} is not the one that was attested before: ${problem}. Nothing was signed; writ verify ${run} says what differs.`)
  }
}

async function findContradiction(text: string, events: readonly StoredEvent[], attester: Attester): Promise<string | undefined> {
  const opened = parseBundle(text)
  if (!opened.ok) return `its attestation ${opened.problem}`
  const { key, payload, signature, statement } = opened.value
  if (statement.predicateType !== recordType) return 'its attestation is about something else'
  const verdict = await attester.judge(key, toSignedBytes(payload), signature)
  if (verdict === 'unknown-key') return `it was signed by key ${key.slice(0, 12)}, which does not count here (writ keys trust)`
  if (verdict === 'forged') return 'the signature does not hold'
  const { run, record } = statement.predicate
  if (run !== events[0]?.run) return `its attestation is about ${run}`
  // What a person set aside as damaged is not held against the record; the statement names the repair.
  const repaired = events.findLast((event) => event.type === 'log.repaired')
  if (repaired?.type === 'log.repaired' && record.seq + 1 >= repaired.data.line) return undefined
  if (record.seq >= events.length) return `events 0 to ${record.seq} were signed, and ${events.length} are left`
  return events[record.seq]?.hash === record.head ? undefined : `events 0 to ${record.seq} are others than those that were signed`
}

/** The bytes of a rollout that holds these events and no more. */
export function toRolloutText(events: readonly StoredEvent[]): string {
  return events.map((event) => `${toCanonicalJson(event)}\n`).join('')
}

/** The copies: beside the rollout, and as notes on the commits that the run led to. Doing it again does no harm. */
export async function publishAttestation(options: {
  readonly run: StoredEvent['run']
  readonly state: ReturnType<typeof fold>
  readonly record: string
  readonly provenance: string | undefined
  readonly attester: Attester
}): Promise<void> {
  const { run, state, record, provenance, attester } = options
  await attester.keep(run, { record, provenance })
  const commits = [state.ended?.result?.commit, state.accepted?.after].filter((commit) => commit !== undefined)
  if (state.opened && commits.length > 0) await attester.note({ repository: state.opened.repository.root, commits: [...new Set(commits)], text: `${record}${provenance ?? ''}` })
}

async function sign(statement: Statement, signer: Signer, blobs: Blobs): Promise<{ text: string; bundle: BlobRef; statement: Digest }> {
  const payload = toPayload(statement)
  const text = toBundleText(payload, signer.key, await signer.sign(toSignedBytes(payload)))
  return { text, bundle: await blobs.put(text, { asIs: true }), statement: digestOf(payload) }
}
