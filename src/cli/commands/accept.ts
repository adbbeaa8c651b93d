import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { Payload } from '../../protocol/events/event.ts'
import { toAcceptMessage } from '../../domain/report/accept-message.ts'
import type { RunState } from '../../domain/run-state.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { askYes } from '../ask-yes.ts'
import { appendAfterEnd } from '../append-after-end.ts'
import { attestRollout } from '../attest-rollout.ts'
import type { Accepted } from '../../adapters/workspace-git/accept.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { getRun, readRun } from '../read-run.ts'
import { requireDeliverable } from '../require-deliverable.ts'
import { requireRejectable, requireWhole } from '../require-whole.ts'
import { userName } from '../user-name.ts'
import { findAccepted } from './show.ts'

type Strategy = Payload<'run.accepted'>['strategy']

export interface AcceptOptions {
  readonly strategy?: Strategy
  readonly unproven?: boolean
  readonly yes?: boolean
  readonly repo?: string
}

/** `writ accept`: the only command that touches the person's branch and files. */
export async function acceptCommand(word: string, options: AcceptOptions): Promise<number> {
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo, changes: true })
  const accepted = await applyResult(record, run, { strategy: options.strategy ?? 'merge', unproven: options.unproven ?? false, ask: !options.yes })
  if (!accepted) {
    process.stderr.write('Nothing was changed.\n')
    return exitCodes['not-achieved']
  }
  const where = accepted.strategy === 'patch' ? `The changes are in your files, not committed, on ${accepted.onto}.` : `${accepted.onto} is now at ${accepted.after?.slice(0, 12) ?? ''} (was ${accepted.before.slice(0, 12)}).`
  const byGit = accepted.after ? `   (with git alone: ${accepted.undo})` : ''
  process.stdout.write(`${where}\nTo undo: writ undo ${toShortId(run)}${byGit}\n`)
  return 0
}

/** Checks that the run may be accepted, brings its commits in, and records who did it. Undefined when the person said no. */
export async function applyResult(
  record: OpenRecord,
  run: RunId,
  options: { readonly strategy: Strategy; readonly unproven: boolean; readonly ask?: boolean },
): Promise<Payload<'run.accepted'> | undefined> {
  const { rollout } = await record.log.open(run)
  try {
    const { fold } = await import('../../domain/evolve.ts')
    const state = fold(rollout.events)
    const { ended, opened } = state
    requireWhole(state, 'accept RUN')
    if (!opened || !ended) throw new Fault('accept-refused', `${run} has not ended; go on with writ resume ${run}`)
    await requireNotAccepted(state, 'accept')
    if (!ended.result) throw new Fault('accept-refused', `${run} made no commit, so there is nothing to accept: ${ended.reason}`)
    if (ended.outcome !== 'proven' && !options.unproven) {
      if (!options.ask || !process.stdin.isTTY) throw new Fault('accept-refused', `${run} is not proven (${ended.reason}); look at it with writ diff ${run}, and accept it all the same with writ accept ${run} --unproven`)
      if (!(await askYes(`${run} is not proven: ${ended.reason}\nAccept it all the same? [y/N] `))) return undefined
    }
    // Killed between the two, an acceptance is found to be done, or is finished.
    const wanted = state.acceptWanted
    const toData = ({ onto, before, after, undo, patch }: Accepted): Payload<'run.accepted'> => ({ by: userName(), strategy: options.strategy, onto, before, undo, ...(after ? { after } : {}), ...(patch ? { patch } : {}) })
    const attestation = await attestRollout(record, rollout)
    const { acceptRun } = await import('../../adapters/workspace-git/accept.ts')
    const done = await acceptRun({
      repository: opened.repository.root, branch: ended.result.branch, commit: ended.result.commit, base: opened.repository.base,
      strategy: options.strategy, message: toAcceptMessage(state, attestation), env: process.env,
      ...(attestation ? { trailer: `Writ-Attestation: sha256:${attestation}` } : {}),
      earlier: wanted && { onto: wanted.onto, before: wanted.before, after: wanted.after, undo: wanted.undo, patch: wanted.patch },
      onReady: async (ready) => {
        if (!wanted) await requireDeliverable(record, run, state, { branch: ready.onto, answer: options.ask === undefined ? 'nobody' : options.ask ? 'ask' : 'yes' })
        await rollout.append([{ type: 'accept.requested', data: toData(ready) }])
      },
    })
    const data = wanted !== undefined && done.undo === wanted.undo ? wanted : toData(done)
    await appendAfterEnd(record, rollout, { type: 'run.accepted', data })
    return data
  } finally {
    await rollout.close()
  }
}

/** `writ reject`: a recorded no. The branch stays unless it is asked to go. */
export async function rejectCommand(word: string, options: { readonly reason?: string; readonly deleteBranch?: boolean; readonly repo?: string }): Promise<number> {
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo, changes: true })
  const { state } = await readRun(record.log, run)
  await requireRejectable(record.log, state)
  await requireNotAccepted(state, 'reject')
  const { rollout } = await record.log.open(run)
  try {
    await appendAfterEnd(record, rollout, { type: 'run.rejected', data: { by: userName(), reason: options.reason ?? '' } })
  } finally {
    await rollout.close()
  }
  const isPart = state.opened?.parent !== undefined
  const result = state.ended?.result
  if (options.deleteBranch && result && state.opened && !isPart) {
    const { deleteRunBranch } = await import('../../adapters/workspace-git/accept.ts')
    await deleteRunBranch({ repository: state.opened.repository.root, branch: result.branch, commit: result.commit, env: process.env })
    process.stdout.write(`${run} is rejected and its branch deleted; its last commit was ${result.commit}.\n`)
    return 0
  }
  process.stdout.write(isPart ? `${run} is rejected: writ clean may remove what it made.\n` : result ? `${run} is rejected. Its commits stay on ${result.branch}; writ reject ${run} --delete-branch removes the branch.\n` : `${run} is rejected.\n`)
  return 0
}

/** What was accepted and taken back since may be accepted again. @throws Fault `accept-refused` with the undo. */
async function requireNotAccepted(state: RunState, does: 'accept' | 'reject'): Promise<void> {
  if (!state.accepted) return
  const today = await findAccepted(state)
  if (today?.standing === 'gone') return
  const { by, onto } = state.accepted
  throw new Fault('accept-refused', `${state.run ?? 'the run'} was accepted already by ${by} onto ${onto}${does === 'reject' ? ', so it is too late to reject it' : ''}; to undo: writ undo ${toShortId(state.run ?? '')}`)
}
