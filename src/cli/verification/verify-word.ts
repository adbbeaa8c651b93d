import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { openPersonCommits, openRunCommits, type CommitReader } from '../../adapters/workspace-git/examine-commit.ts'
import { findNote } from '../../adapters/workspace-git/note.ts'
import { toCoverage } from '../../domain/attest/coverage.ts'
import { fold } from '../../domain/evolve.ts'
import { attest, publishAttestation } from '../../engine/attest.ts'
import { Fault } from '../../protocol/fault.ts'
import { RunId } from '../../protocol/ids.ts'
import { openAttester, type OpenRecord } from '../compose.ts'
import { getRun } from '../read-run.ts'
import { examineText, type OpenedText, type Trust } from './examine-bundle.ts'
import { failed, ok, unchecked, type Finding, type Verification, type Whole } from './finding.ts'
import { openTrust } from './open-trust.ts'
import { findTrailers, judgeAsked, judgeNote, verifyCommits } from './verify-commit.ts'
import { verifyRun, type RunVerification } from './verify-run.ts'

export interface VerifyOptions {
  readonly key?: string
  readonly attest?: boolean
  readonly repo?: string
}

const mostFileBytes = 64 * 1024 * 1024

type Asked =
  | { readonly kind: 'run'; readonly run: RunId }
  | { readonly kind: 'commit'; readonly commit: string; readonly reader: CommitReader; readonly repository: string }
  | { readonly kind: 'bundle'; readonly text: string; readonly repository: string }

/** A file is a bundle; else it is a run, else a commit. @throws Fault `request-invalid` where it could be two of them. */
async function resolve(record: OpenRecord, word: string, options: VerifyOptions): Promise<Asked> {
  const repository = options.repo ?? process.cwd()
  const stat = statSync(word, { throwIfNoEntry: false })
  if (stat?.isFile()) {
    if (stat.size > mostFileBytes) throw new Fault('request-invalid', `${word} is larger than any bundle (${stat.size} bytes)`)
    return { kind: 'bundle', text: readFileSync(word, 'utf8'), repository }
  }
  const reader = await openPersonCommits(repository, process.env)
  const commit = word === 'latest' ? undefined : await reader?.find(word)
  const run = await findRun(record, word, options, commit !== undefined)
  if (run && commit && word !== run) throw new Fault('request-invalid', `${word} is the run ${run} and the commit ${commit}; write one of them out`)
  if (run) return { kind: 'run', run }
  if (commit && reader) return { kind: 'commit', commit, reader, repository }
  throw new Fault('request-invalid', `${word} is no run (writ list), no commit ${reader ? 'of this repository' : 'as far as can be told: this is no repository'}, and no file`)
}

async function findRun(record: OpenRecord, word: string, options: VerifyOptions, isCommit: boolean): Promise<RunId | undefined> {
  // A damaged rollout keeps its name, so that what is wrong with it can be told.
  const whole = RunId.safeParse(word)
  if (whole.success && existsSync(toRunPaths(record.places.state, whole.data).rollout)) return whole.data
  try {
    return await getRun(record.log, word, { repo: options.repo })
  } catch (error) {
    if (error instanceof Fault && error.code === 'run-unknown' && word !== 'latest' && (isCommit || !/ fits \d+ runs/.test(error.message))) return undefined
    throw error
  }
}

/** Looks at a commit, a run or a file with bundles, whichever the word names. @throws Fault `request-invalid` where it names none. */
export async function verifyWord(record: OpenRecord, word: string, options: VerifyOptions): Promise<Verification> {
  const asked = await resolve(record, word, options)
  if (options.attest) {
    if (asked.kind !== 'run') throw new Fault('request-invalid', `--attest is for a run, and ${word} is a ${asked.kind}`)
    await makeUpFor(record, asked.run)
  }

  switch (asked.kind) {
    case 'run': {
      const trust = await openTrust(record, options.key, asked.run)
      const { findings, newest, whole } = await examineRun(record, asked.run, trust)
      return conclude({ asked: word, kind: 'run', bundle: newest, findings, whole })
    }
    case 'bundle': {
      const trust = await openTrust(record, options.key, await findSigned(record, asked.text))
      return conclude({ asked: word, kind: 'bundle', ...(await examineFile(record, asked, trust)) })
    }
    case 'commit':
      return verifyCommit(record, word, asked, options)
  }
}

type Examined = Pick<RunVerification, 'findings' | 'newest' | 'digests' | 'whole'>

/** The record, and everything in git that it speaks of. */
async function examineRun(record: OpenRecord, run: RunId, trust: Trust): Promise<Examined> {
  const { events, findings, newest, digests, whole } = await verifyRun(record, run, trust)
  if (!newest) return { findings, newest, digests, whole }
  const repository = events[0]?.type === 'run.opened' ? events[0].data.repository.root : undefined
  const signed = { statement: newest.statement.predicate, digests }
  const inGit = await verifyCommits(await openReaders(record, run, repository), signed)
  const notes: Finding[] = []
  for (const commit of repository && existsSync(repository) ? attestedCommits(signed.statement) : []) notes.push(...judgeNote(await findNote({ repository: repository ?? '', commit, env: process.env }), commit, newest, trust))
  return { findings: [...findings, ...inGit, ...notes], newest, digests, whole }
}

function attestedCommits({ result, afterwards }: NonNullable<Verification['statement']>): readonly string[] {
  return [...new Set([...(result ? [result.commit] : []), ...afterwards.flatMap((each) => (each.after ? [each.after] : []))])]
}

async function openReaders(record: OpenRecord, run: RunId, repository: string | undefined): Promise<readonly CommitReader[]> {
  const person = repository && existsSync(repository) ? await openPersonCommits(repository, process.env) : undefined
  const own = join(toRunPaths(record.places.state, run).directory, 'git')
  return [...(person ? [person] : []), ...(existsSync(own) ? [openRunCommits(own, process.env)] : [])]
}

/** Bundles in a file: the run's record is looked at too where it is here. */
async function examineFile(record: OpenRecord, { text, repository }: Extract<Asked, { kind: 'bundle' }>, trust: Trust): Promise<{ bundle: OpenedText['record']; other?: OpenedText['provenance']; findings: readonly Finding[]; whole?: Whole | undefined }> {
  const { record: bundle, provenance, problems } = examineText(text, trust)
  const findings: Finding[] = problems.map((problem) => failed('attestation', `the bundle ${problem}`))
  const reader = await openPersonCommits(repository, process.env)
  if (bundle && provenance && bundle.statement.predicate.provenance?.sha256 !== provenance.digest) findings.push(failed('provenance', 'the two bundles do not belong together: the record names another provenance'))
  if (!bundle) {
    if (!provenance) return { bundle, findings }
    const commit = provenance.statement.subject[0]?.digest['gitCommit'] ?? ''
    const found = await reader?.read(commit)
    findings.push(ok('provenance', `it says that ${commit} was made by ${provenance.statement.predicate.runDetails.metadata.invocationId}`))
    findings.push(!found ? unchecked('commit', `${commit} is not here`) : found.problem ? failed('commit', `${commit}: ${found.problem}`) : ok('commit', `${commit} is here, and is what its id stands for`))
    return { bundle, other: provenance, findings }
  }
  const { predicate } = bundle.statement
  if (!existsSync(toRunPaths(record.places.state, predicate.run).rollout)) {
    const inGit = reader ? await verifyCommits([reader], { statement: predicate, digests: [bundle.digest, ...(predicate.previous ? [predicate.previous.sha256] : [])] }) : []
    return { bundle, findings: [...findings, unchecked('record', `${predicate.run} is not recorded here, so that only what is signed was looked at`), ...inGit] }
  }
  const run = await examineRun(record, predicate.run, trust)
  if (run.newest && !run.digests.includes(bundle.digest)) findings.push(failed('attestation', `the record of ${predicate.run} does not name this bundle`))
  return { bundle, findings: [...findings, ...run.findings], whole: run.whole }
}

async function verifyCommit(record: OpenRecord, word: string, { commit, reader, repository }: Extract<Asked, { kind: 'commit' }>, options: VerifyOptions): Promise<Verification> {
  const note = await findNote({ repository, commit, env: process.env })
  const trailers = findTrailers((await reader.read(commit))?.message ?? '')
  const run = (note === undefined ? undefined : await findSigned(record, note)) ?? (await findByTrailer(record, trailers, commit))
  if (note === undefined && run === undefined) throw new Fault('request-invalid', `${commit} carries no attestation: it has no note under refs/notes/writ (git fetch origin refs/notes/writ:refs/notes/writ gets those of a remote), and no run that is recorded here made it`)
  const trust = await openTrust(record, options.key, run)
  if (run) {
    const examined = await examineRun(record, run, trust)
    const own = examined.newest ? await judgeAsked(reader, commit, { statement: examined.newest.statement.predicate, digests: examined.digests }) : []
    // A commit that the record does not know has a note of its own, which was not looked at with the others.
    const known = examined.newest && attestedCommits(examined.newest.statement.predicate).includes(commit)
    const extra = examined.newest && note !== undefined && !known ? judgeNote(note, commit, examined.newest, trust) : []
    return conclude({ asked: word, kind: 'commit', bundle: examined.newest, findings: [...own, ...examined.findings, ...extra], whole: examined.whole })
  }
  const file = await examineFile(record, { kind: 'bundle', text: note ?? '', repository }, trust)
  const own = file.bundle ? await judgeAsked(reader, commit, { statement: file.bundle.statement.predicate, digests: [file.bundle.digest, ...(file.bundle.statement.predicate.previous ? [file.bundle.statement.predicate.previous.sha256] : [])] }) : []
  return conclude({ asked: word, kind: 'commit', bundle: file.bundle, findings: [...own, ...file.findings], whole: file.whole })
}

/** The run that a bundle speaks of, where it is recorded here. Nothing of it is believed by that. */
async function findSigned(record: OpenRecord, text: string): Promise<RunId | undefined> {
  const { record: bundle, provenance } = examineText(text, { find: () => undefined })
  const run = RunId.safeParse(bundle?.statement.predicate.run ?? provenance?.statement.predicate.runDetails.metadata.invocationId)
  return run.success && existsSync(toRunPaths(record.places.state, run.data).rollout) ? run.data : undefined
}

async function findByTrailer(record: OpenRecord, trailers: ReadonlyMap<string, string>, commit: string): Promise<RunId | undefined> {
  const named = RunId.safeParse(trailers.get('Writ-Run'))
  if (named.success) return existsSync(toRunPaths(record.places.state, named.data).rollout) ? named.data : undefined
  return (await record.log.list({ limit: 1000 })).find((each) => each.commit === commit)?.run
}

function conclude(parts: { asked: string; kind: Verification['kind']; bundle: OpenedText['record']; other?: OpenedText['provenance']; findings: readonly Finding[]; whole?: Whole | undefined }): Verification {
  const { asked, kind, bundle, findings, whole } = parts
  const signed = bundle ?? parts.other
  if (!signed) return { version: 1, verified: false, asked, kind, findings }
  const { signer, key, digest } = signed
  const covers = bundle ? `events 0 to ${bundle.statement.predicate.record.seq}` : 'the provenance of a commit'
  const by = key.slice(0, 12)
  const signature = signer?.trusted
    ? ok('signature', `${covers}, signed by ${signer.owner}, key ${by}`)
    : failed('signature', signer
      ? `signed by key ${by}, which only came along with the record: nothing was changed since it was signed, but nobody says whose it is. If you know, get the key from them, then: writ keys trust FILE --name WHO`
      : `signed by key ${by}, which is not known here, so that it proves nothing. If you know whose it is, get the key from them, then: writ keys trust FILE --name WHO, or --key FILE`)
  const all = [signature, ...findings]
  return {
    version: 1, verified: all.every((each) => each.status !== 'failed'), asked, kind, ...(bundle ? { statement: bundle.statement.predicate } : {}), ...(whole ? { whole } : {}), attestation: digest,
    signedBy: { key, owner: signer?.owner ?? 'unknown', trusted: signer?.trusted ?? false }, findings: all,
  }
}

/** `--attest`: signs what is not covered yet, and lays the copies where they are missing. */
async function makeUpFor(record: OpenRecord, run: RunId): Promise<void> {
  const { rollout } = await record.log.open(run)
  try {
    const attester = openAttester(record)
    if (await attest({ events: rollout.events, blobs: record.blobs, attester, append: (event) => rollout.append([event]) })) return
    const { newest } = toCoverage(rollout.events)
    if (!newest) throw new Fault('request-invalid', `${run} has not ended, and is attested when it does; go on with writ resume ${run}`)
    const text = async (ref: typeof newest.bundle | undefined): Promise<string | undefined> => (ref ? Buffer.from(await record.blobs.get(ref)).toString('utf8') : undefined)
    await publishAttestation({ run, state: fold(rollout.events), record: (await text(newest.bundle)) ?? '', provenance: await text(newest.provenance), attester })
  } finally {
    await rollout.close()
  }
}
