import type { CommitReader, ExaminedCommit } from '../../adapters/workspace-git/examine-commit.ts'
import { toShortCommit } from '../../domain/report/short-id.ts'
import type { RunRecord } from '../../protocol/attestation.ts'
import { examineText, type OpenedText, type Trust } from './examine-bundle.ts'
import { failed, ok, unchecked, type Finding } from './finding.ts'

/** What a commit is to a run, by what was signed. */
export interface SignedRun {
  readonly statement: RunRecord
  /** Every attestation of the run that is known here. */
  readonly digests: readonly string[]
}

/** The commits of a run: are they here, and are they what was signed? `isAsked` says that one of them is what the person asked about. */
export async function verifyCommits(readers: readonly CommitReader[], { statement, digests }: SignedRun): Promise<readonly Finding[]> {
  const { result, commits, base, afterwards } = statement
  if (!result) return [unchecked('commit', 'the run has no result, so that there is no commit to look at')]
  const findings: Finding[] = []
  for (const { commit, tree } of commits) {
    const found = await readAnywhere(readers, commit)
    if (!found) {
      findings.push(unchecked('commit', `${toShortCommit(commit)} is not here, so that its objects were not looked at`))
      continue
    }
    findings.push(...judgeCommit(found.commit, commit, tree, statement, digests))
    if (commit !== result.commit || found.commit.problem) continue
    const damage = (await found.reader.read(base.commit)) ? await found.reader.findDamage(commit, base.commit) : undefined
    if (damage) findings.push(failed('commit', `${toShortCommit(commit)}: ${damage}`))
  }
  for (const { after, onto } of afterwards) {
    if (!after || after === result.commit) continue
    const found = await readAnywhere(readers, after)
    if (!found) findings.push(unchecked('commit', `${toShortCommit(after)}, which was accepted onto ${onto ?? ''}, is not here (any more)`))
    else findings.push(...judgeCommit(found.commit, after, undefined, statement, digests))
  }
  if (!findings.some((each) => each.status !== 'ok')) findings.push(ok('commit', `${toShortCommit(result.commit)} and every object that the run made are what their ids stand for`))
  return findings
}

async function readAnywhere(readers: readonly CommitReader[], commit: string): Promise<{ readonly reader: CommitReader; readonly commit: ExaminedCommit } | undefined> {
  for (const reader of readers) {
    const found = await reader.read(commit)
    if (found) return { reader, commit: found }
  }
  return undefined
}

/** Bytes by id, tree, and the trailers by which the commit names its run. */
function judgeCommit(found: ExaminedCommit, commit: string, tree: string | undefined, statement: RunRecord, digests: readonly string[]): readonly Finding[] {
  const name = toShortCommit(commit)
  if (found.problem) return [failed('commit', `${name}: ${found.problem}`)]
  const findings: Finding[] = []
  if (tree !== undefined && found.tree !== tree) findings.push(failed('commit', `${name} has the tree ${found.tree}, and ${tree} was attested`))
  const trailers = findTrailers(found.message)
  const known: readonly (readonly [string, readonly string[]])[] = [
    ['Writ-Run', [statement.run]], ['Writ-Contract', statement.contract ? [statement.contract.sha256] : []], ['Writ-Attestation', digests.map((each) => `sha256:${each}`)],
  ]
  for (const [key, wanted] of known) {
    const said = trailers.get(key)
    if (said !== undefined && wanted.length > 0 && !wanted.includes(said)) findings.push(failed('commit', `${name} says ${key}: ${said}, and the record says ${wanted.join(' or ')}`))
  }
  return findings
}

/** The last of each. */
export function findTrailers(message: string): ReadonlyMap<string, string> {
  const last = message.trimEnd().split('\n\n').at(-1) ?? ''
  return new Map([...last.matchAll(/^(Writ-[A-Za-z]+): (.*)$/gm)].map((match) => [match[1] ?? '', (match[2] ?? '').trim()]))
}

/** What the one commit that was asked about is to the run. */
export async function judgeAsked(reader: CommitReader, commit: string, { statement, digests }: SignedRun): Promise<readonly Finding[]> {
  const found = await reader.read(commit)
  if (!found) return [failed('commit', `${toShortCommit(commit)} is not here`)]
  const own = judgeCommit(found, commit, undefined, statement, digests)
  if (own.length > 0) return own
  const { result, commits, afterwards, evidence } = statement
  const name = toShortCommit(commit)
  const proven = evidence.verdict === 'proven' && evidence.commit === result?.commit
  if (commit === result?.commit) return [ok('commit', `${name} is the result of the run, with the tree ${toShortCommit(found.tree)}${proven ? ' that was proven' : ', which was not proven'}`)]
  const part = commits.find((each) => each.commit === commit)
  if (part) return [ok('commit', `${name} is a step of the run (task ${part.task}); its result is ${toShortCommit(result?.commit ?? '')}`)]
  const taken = afterwards.find((each) => each.after === commit)
  if (taken) {
    const same = found.tree === (result?.tree ?? '')
    return [ok('commit', `${name} is the result as ${taken.by} accepted it onto ${taken.onto ?? ''} (${taken.strategy ?? ''}); its tree ${same ? `is the one that was ${proven ? 'proven' : 'made'}` : 'also holds what was on that branch, and the checks were not run on that'}`)]
  }
  const above = await findAbove(reader, commit, afterwards)
  if (above) return [ok('commit', `${name} is a step of the result as ${above.by} accepted it onto ${above.onto ?? ''} (${above.strategy ?? ''}); the checks were run on ${toShortCommit(result?.commit ?? '')}`)]
  const tree = found.tree === result?.tree ? 'it has the same files' : 'its files are others'
  return [failed('commit', `${name} is not a commit that was attested: the result is ${toShortCommit(result?.commit ?? '')}, and ${tree}. It was changed or made again since (amended, rebased, picked)`)]
}

/** Commits that a rebase made are found below the last of them, which is the one that was signed. */
async function findAbove(reader: CommitReader, commit: string, afterwards: RunRecord['afterwards']): Promise<RunRecord['afterwards'][number] | undefined> {
  for (const taken of afterwards) {
    let at: string | undefined = taken.after
    for (let n = 0; n < mostSteps && at !== undefined && at !== taken.before; n += 1) {
      if (at === commit) return taken
      at = (await reader.read(at))?.parents[0]
    }
  }
  return undefined
}

/** Commits of one result that are walked. */
const mostSteps = 1000

/** The note on a commit: the newest attestation, an earlier one, or something that nobody signed. */
export function judgeNote(text: string | undefined, commit: string, newest: NonNullable<OpenedText['record']>, trust: Trust): readonly Finding[] {
  const name = toShortCommit(commit)
  if (text === undefined) return [unchecked('note', `there is no note on ${name} (git fetch origin refs/notes/writ:refs/notes/writ gets those of a remote)`)]
  const { record, problems } = examineText(text, trust)
  if (problems.length > 0) return problems.map((problem) => failed('note', `the note on ${name} ${problem}`))
  if (!record) return [failed('note', `the note on ${name} holds no attestation of a record`)]
  const { predicate } = record.statement
  if (record.digest === newest.digest) return [ok('note', `the note on ${name} is the newest attestation`)]
  if (predicate.run !== newest.statement.predicate.run) return [failed('note', `the note on ${name} is about another run, ${predicate.run}`)]
  if (predicate.record.seq > newest.statement.predicate.record.seq) return [failed('record', `the note on ${name} covers events 0 to ${predicate.record.seq}, and the record is attested to ${newest.statement.predicate.record.seq} only: lines were dropped from its end`)]
  return [unchecked('note', `the note on ${name} is an earlier attestation of the run, over events 0 to ${predicate.record.seq}`)]
}
