import { count } from '../../domain/report/words.ts'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { examineRollout } from '../../adapters/log-jsonl/examine-rollout.ts'
import { toAttestationPaths } from '../../adapters/log-jsonl/attestation-files.ts'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { toCoverage, type Coverage } from '../../domain/attest/coverage.ts'
import { findDifferences } from '../../domain/attest/find-difference.ts'
import { toRecordStatement } from '../../domain/attest/to-statements.ts'
import { digestOf } from '../../domain/digest.ts'
import { fold } from '../../domain/evolve.ts'
import { toRolloutText } from '../../engine/attest.ts'
import type { RunRecord } from '../../protocol/attestation.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { BlobRef, Digest, Json, RunId } from '../../protocol/ids.ts'
import type { OpenRecord } from '../compose.ts'
import { examineText, type OpenedText, type Trust } from './examine-bundle.ts'
import { failed, ok, type Finding, type Verification } from './finding.ts'
import { verifyAnswers } from './verify-answers.ts'
import { verifyBlobs } from './verify-blobs.ts'
import { verifyChildren } from './verify-children.ts'

export interface RunVerification {
  readonly events: readonly StoredEvent[]
  readonly findings: readonly Finding[]
  readonly whole: Verification['whole']
  /** The newest bundle whose signature holds. */
  readonly newest: OpenedText['record']
  /** Digests of every attestation that the record names. */
  readonly digests: readonly string[]
}

const mostBundleBytes = 64 * 1024 * 1024

/** Looks at all that is kept of a run: its lines, the bundles that are about them, every blob that they refer to, and its child runs. */
export async function verifyRun(record: Pick<OpenRecord, 'places' | 'blobs'>, run: RunId, trust: Trust): Promise<RunVerification> {
  const { rollout } = toRunPaths(record.places.state, run)
  const { events, problem } = examineRollout(run, rollout)
  const coverage = toCoverage(events)
  const findings: Finding[] = problem ? [failed('record', `${rollout}: ${problem}`)] : []
  const named = await readNamed(record, events, trust)
  findings.push(...named.findings)
  const kept = readKept(toAttestationPaths(record.places.state, run).record, trust)
  const newest = named.newest ?? kept.opened?.record
  findings.push(...judgeKept(kept, coverage, events), ...judgeCoverage(coverage, events, run, problem !== undefined))
  if (newest) findings.push(...judgeSigned(newest.statement.predicate, events))
  const later = judgeProvenance(toAttestationPaths(record.places.state, run).provenance, coverage, trust)
  if (later) findings.push(later)
  const children = await verifyChildren(record, { run, events }, trust)
  findings.push(...(await verifyBlobs(record, events)), ...verifyAnswers(run, events, trust), ...children.findings)
  if (!findings.some((each) => each.status === 'failed' && each.about === 'record')) findings.unshift(ok('record', `${count(events.length, 'event')}: none was changed, dropped, added or moved`))
  return { events, findings, whole: children.whole, newest, digests: events.flatMap((event) => (event.type === 'run.attested' ? [event.data.bundle.digest] : [])) }
}

interface Named {
  readonly findings: readonly Finding[]
  readonly newest: OpenedText['record']
}

/** Each attestation that the record names must be there, and say what the event that names it says. */
async function readNamed(record: Pick<OpenRecord, 'blobs'>, events: readonly StoredEvent[], trust: Trust): Promise<Named> {
  const findings: Finding[] = []
  let newest: Named['newest']
  for (const event of events) {
    if (event.type !== 'run.attested') continue
    const { data, seq } = event
    const at = `event ${seq} (run.attested)`
    const text = await readBlob(record, data.bundle)
    // What is missing is told among the blobs.
    if (text === undefined) continue
    const opened = examineText(text, trust)
    findings.push(...opened.problems.map((problem) => failed('attestation', `the bundle that ${at} names ${problem}`)))
    if (!opened.record) continue
    const { statement: { predicate }, payload, key } = opened.record
    const differs = [
      ['run', event.run, predicate.run], ['key', data.key, key], ['statement', data.statement, payload], ['seq', data.seq, predicate.record.seq],
      ['head', data.head, predicate.record.head], ['place', seq, predicate.record.seq + 1], ['provenance', data.provenance?.digest, predicate.provenance?.sha256],
    ].filter(([, said, signed]) => said !== signed)
    for (const [what, said, signed] of differs) findings.push(failed('record', `${at} was changed: its ${String(what)} is ${String(said)}, and ${String(signed)} is signed`))
    if (event !== events.findLast((each) => each.type === 'run.attested')) findings.push(...judgeHead(predicate, events, `the attestation that ${at} names`))
    newest = opened.record
    if (data.provenance) {
      const provenance = await readBlob(record, data.provenance)
      if (provenance !== undefined) findings.push(...examineText(provenance, trust).problems.map((problem) => failed('provenance', `the bundle that ${at} names ${problem}`)))
    }
  }
  return { findings, newest }
}

interface Kept {
  readonly path: string
  readonly digest: Digest | undefined
  readonly opened: OpenedText | undefined
}

function readKept(path: string, trust: Trust): Kept {
  if (!existsSync(path)) return { path, digest: undefined, opened: undefined }
  if (statSync(path).size > mostBundleBytes) return { path, digest: undefined, opened: { record: undefined, provenance: undefined, problems: ['is larger than any bundle'] } }
  const text = readFileSync(path, 'utf8')
  return { path, digest: digestOf(text), opened: examineText(text, trust) }
}

/** The copy beside the rollout. One that the record does not name covers lines that are not there any more. */
function judgeKept({ path, digest, opened }: Kept, { newest }: Coverage, events: readonly StoredEvent[]): readonly Finding[] {
  const again = 'the record has it: writ verify RUN --attest lays it there again'
  if (!opened) return newest ? [failed('attestation', `${path} is missing; ${again}`)] : []
  const problems = opened.problems.map((problem) => failed('attestation', `${path} ${problem}`))
  if (problems.length > 0 || digest === newest?.bundle.digest) return problems
  const covered = opened.record?.statement.predicate.record.seq
  if (covered === undefined) return [failed('attestation', `${path} holds no attestation of a record`)]
  if (newest && covered < newest.seq) return [failed('attestation', `${path} is older than what the record names (events 0 to ${covered}, not to ${newest.seq}); ${again}`)]
  if (covered >= events.length) return [failed('record', `${path} covers events 0 to ${covered}, and the record ends with event ${events.length - 1}: lines were dropped from its end`)]
  return [failed('record', `the record does not name the attestation in ${path}: the line that follows event ${covered} was dropped or changed`)]
}

/** The copy of the provenance beside the rollout is for other programs; where it is, it is whole. */
function judgeProvenance(path: string, { newest }: Coverage, trust: Trust): Finding | undefined {
  if (!newest?.provenance) return undefined
  if (!existsSync(path)) return failed('provenance', `${path} is missing; writ verify RUN --attest lays it there again`)
  const text = readFileSync(path, 'utf8')
  if (digestOf(text) === newest.provenance.digest) return undefined
  return failed('provenance', `${path} ${examineText(text, trust).problems[0] ?? 'is not the one that the record names'}`)
}

function judgeCoverage({ newest, later, isDue }: Coverage, events: readonly StoredEvent[], run: RunId, isCut: boolean): readonly Finding[] {
  const mend = `writ verify ${run} --attest`
  if (!newest) {
    if (isCut) return []
    return [failed('attestation', isDue ? `it is not attested yet; ${mend} makes up for it` : 'it has not ended yet, and is attested when it does')]
  }
  if (later === 0) return []
  const range = later === 1 ? `event ${events.length - 1}` : `events ${newest.at + 1} to ${events.length - 1}`
  return [failed('record', `${range} came after the newest attestation, which does not cover ${later === 1 ? 'it' : 'them'}; ${isDue ? mend : 'the run goes on, and is attested when it ends'}`)]
}

/** Does the record hold what was signed? Where it does not, what it says otherwise is named. */
function judgeSigned(predicate: RunRecord, events: readonly StoredEvent[]): readonly Finding[] {
  const { seq, sha256 } = predicate.record
  const head = judgeHead(predicate, events, 'the attestation')
  if (head.length > 0 || seq >= events.length) return head
  const text = digestOf(toRolloutText(events.slice(0, seq + 1)))
  return text === sha256 ? [] : [failed('record', `lines 1 to ${seq + 1} are not byte for byte those that were signed`)]
}

function judgeHead(predicate: RunRecord, events: readonly StoredEvent[], by: string): readonly Finding[] {
  const { seq, head } = predicate.record
  if (seq >= events.length) return [failed('record', `${by} covers events 0 to ${seq}, and only ${events.length} could be read: lines were dropped or changed`)]
  if (events[seq]?.hash === head) return []
  return [failed('record', `events 0 to ${seq} are not those that were signed: the chain was made again${describeDifferences(predicate, events.slice(0, seq + 1))}`)]
}

/** The same account, made of the record as it is now. */
function describeDifferences(predicate: RunRecord, events: readonly StoredEvent[]): string {
  try {
    const now = toRecordStatement({ events, state: fold(events), sha256: predicate.record.sha256 }, { provenance: predicate.provenance?.sha256, previous: predicate.previous?.sha256 }).predicate
    const found = findDifferences({ ...now, record: { ...now.record, head: predicate.record.head } } as Json, predicate as Json, 3)
    return found.length === 0 ? ', in something that the statement does not list' : `: ${found.join('; ')}`
  } catch (error) {
    // A record that was made up need not make sense; that it is not the signed one is said already.
    return ` (${toMessage(error)})`
  }
}

async function readBlob(record: Pick<OpenRecord, 'blobs'>, ref: BlobRef): Promise<string | undefined> {
  try {
    return Buffer.from(await record.blobs.get(ref)).toString('utf8')
  } catch (error) {
    if (error instanceof Fault && error.code === 'run-corrupt') return undefined
    throw error
  }
}
