import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attestRollout } from '../../src/cli/attest-rollout.ts'
import { openRecord, type OpenRecord } from '../../src/cli/compose.ts'
import { verifyWord, type VerifyOptions } from '../../src/cli/verification/verify-word.ts'
import type { Verification } from '../../src/cli/verification/finding.ts'
import { digestOfJson } from '../../src/domain/digest.ts'
import type { NewEvent } from '../../src/protocol/events/event.ts'
import type { CheckOutcome } from '../../src/protocol/evidence.ts'
import { CommitId, TreeId, type BlobRef, type RunId } from '../../src/protocol/ids.ts'
import { Contract } from '../../src/protocol/contract.ts'
import { calledEvent, openedEvent, repliedEvent, returnedEvent, startedEvent, toSampleRunId } from '../../src/testing/sample-run.ts'

/** A person's machine with one finished and attested run on it: a real record, a real repository, a real key. */
export interface AttestedRun {
  readonly home: string
  readonly repo: string
  readonly state: string
  readonly run: RunId
  readonly record: OpenRecord
  readonly base: string
  readonly commit: string
  git(...args: string[]): string
  verify(word: string, options?: VerifyOptions): Promise<Verification>
  append(...events: readonly NewEvent[]): Promise<void>
  /** All that is kept, and the repository, to go back to. */
  save(): void
  restore(): void
  remove(): void
}

const plan = (task: string): NewEvent => ({
  type: 'plan.proposed',
  data: { why: 'one goal', plan: { version: 1, revision: 0, tasks: [{ id: task, title: 'Stop after five tries', subgoal: '', scope: [], checks: ['test'], tests: [], role: 'coder', dependsOn: [], risk: 'low', reversible: true, rules: [] }] } },
})

export async function makeAttestedRun(options: { readonly isAttested?: boolean; readonly hasResult?: boolean } = {}): Promise<AttestedRun> {
  const { isAttested = true, hasResult = true } = options
  const home = mkdtempSync(join(tmpdir(), 'writ-proof-'))
  const repo = join(home, 'project')
  mkdirSync(repo)
  const env = { PATH: process.env.PATH, HOME: home, USER: 'person', GIT_CONFIG_NOSYSTEM: '1' }
  const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=Person', '-c', 'user.email=person@example.org', ...args], { cwd: repo, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const record = await openRecord(env)
  const run = toSampleRunId(7)
  git('init', '-q', '-b', 'main')
  writeFileSync(join(repo, 'retry.ts'), 'export const tries = 6\n')
  git('add', '-A')
  git('commit', '-qm', 'Start')
  const base = git('rev-parse', 'HEAD')
  const events = await tell({ record, run, repo, base, git, hasResult })
  const rollout = await record.log.create(run)
  await rollout.append(events)
  if (isAttested) await attestRollout(record, rollout)
  await rollout.close()
  const saved = join(home, 'saved')
  return {
    home, repo, state: record.places.state, run, record, base, commit: hasResult ? git('rev-parse', 'writ/sample') : base, git,
    verify: (word, how = {}) => verifyWord(record, word, { repo, ...how }),
    append: async (...more) => {
      const { rollout: opened } = await record.log.open(run)
      try {
        await opened.append(more)
        await attestRollout(record, opened)
      } finally {
        await opened.close()
      }
    },
    save: () => {
      rmSync(saved, { recursive: true, force: true })
      for (const name of ['.local', '.config', 'project']) cpSync(join(home, name), join(saved, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    },
    restore: () => {
      for (const name of ['.local', '.config', 'project']) {
        rmSync(join(home, name), { recursive: true, force: true })
        cpSync(join(saved, name), join(home, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
      }
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

interface Telling {
  readonly record: OpenRecord
  readonly run: RunId
  readonly repo: string
  readonly base: string
  readonly hasResult: boolean
  git(...args: string[]): string
}

/** A small run with everything that an attestation speaks of: a contract, a plan, calls, an approval, evidence, a commit. */
async function tell({ record, run, repo, base, git, hasResult }: Telling): Promise<readonly NewEvent[]> {
  const opened = openedEvent({ root: repo, goal: 'the retries stop after five tries' })
  if (opened.type !== 'run.opened') throw new Error('the story begins with run.opened')
  const head = CommitId.parse(base)
  const begin: NewEvent = { type: 'run.opened', data: { ...opened.data, repository: { ...opened.data.repository, head, base: head } } }
  const contract = Contract.parse(opened.data.draft)
  const hash = digestOfJson(contract)
  const tree = (rev: string): TreeId => TreeId.parse(git('rev-parse', `${rev}^{tree}`))
  const check = async (at: TreeId, status: 'passed' | 'failed', output: string): Promise<CheckOutcome> => ({
    checkId: 'test', command: 'npm test', status, exitCode: status === 'passed' ? 0 : 1, durationMs: 5, tree: at, output: await record.blobs.put(output), tail: output, notes: [],
  })
  const early: NewEvent[] = [
    begin,
    { type: 'contract.pinned', data: { contract, hash } },
    { type: 'check.finished', data: { purpose: 'baseline', outcome: await check(tree('HEAD'), 'failed', 'not ok 1 - stops after five tries\n') } },
    plan('t1'), startedEvent(), repliedEvent(1), calledEvent(1),
    { type: 'approval.requested', data: { gate: 'shell-1', question: 'run npm publish --dry-run?' } },
    { type: 'approval.given', data: { gate: 'shell-1', by: 'ada', answer: 'approve' } },
    withBlob(returnedEvent(1), await record.blobs.put('everything that it printed\n'.repeat(20))),
  ]
  if (!hasResult) return [...early, { type: 'run.ended', data: { outcome: 'not-achieved', reason: 'the checks do not pass' } }]
  git('switch', '-qc', 'writ/sample')
  writeFileSync(join(repo, 'retry.ts'), 'export const tries = 5\n')
  git('commit', '-qam', `Stop after five tries\n\nWrit-Run: ${run}\nWrit-Contract: ${hash}`)
  const [commit, made] = [CommitId.parse(git('rev-parse', 'HEAD')), tree('HEAD')]
  git('switch', '-q', 'main')
  return [
    ...early,
    { type: 'commit.created', data: { task: 't1', commit, tree: made, parent: head, message: 'Stop after five tries', files: [{ path: 'retry.ts', kind: 'modified', added: 1, removed: 1, binary: false }] } },
    { type: 'proof.started', data: { commit } },
    { type: 'check.finished', data: { purpose: 'proof', outcome: await check(made, 'passed', 'ok 1 - stops after five tries\n') } },
    { type: 'proof.finished', data: {
      commit, tree: made, verdict: 'proven', selfMade: [], restored: [], reasons: [], contract: hash,
      checks: [{ checkId: 'test', command: 'npm test', strength: 'by-name', verdict: 'fixed', fixed: ['stops after five tries'], stillFailing: [], broken: [], flaky: [], passedBefore: 0, passedAfter: 1, reasons: [] }],
    } },
    { type: 'branch.moved', data: { branch: 'writ/sample', to: commit } },
    { type: 'run.ended', data: { outcome: 'proven', reason: 'every acceptance check passes in a clean checkout of the result', result: { commit, branch: 'writ/sample' } } },
  ]
}

function withBlob(event: NewEvent, full: BlobRef): NewEvent {
  return event.type === 'tool.returned' ? { type: event.type, data: { ...event.data, full } } : event
}

