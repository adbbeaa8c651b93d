import { createInterface } from 'node:readline/promises'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { Payload } from '../../protocol/events/event.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { readRun } from '../read-run.ts'
import { userName } from './run.ts'

type Strategy = Payload<'run.accepted'>['strategy']

export interface AcceptOptions {
  readonly strategy?: Strategy
  readonly unproven?: boolean
  readonly yes?: boolean
}

/** `writ accept`: the only command that touches the person's branch and files. */
export async function acceptCommand(word: string, options: AcceptOptions): Promise<number> {
  const record = await openRecord()
  const run = await record.log.resolve(word)
  const accepted = await applyResult(record, run, { strategy: options.strategy ?? 'merge', unproven: options.unproven ?? false, ask: !options.yes })
  if (!accepted) {
    process.stderr.write('Nothing was changed.\n')
    return exitCodes['not-achieved']
  }
  const where = accepted.strategy === 'patch' ? `The changes are in your files, not committed, on ${accepted.onto}.` : `${accepted.onto} is now at ${accepted.after?.slice(0, 12) ?? ''} (was ${accepted.before.slice(0, 12)}).`
  process.stdout.write(`${where}\nTo undo: ${accepted.undo}\n`)
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
    if (!opened || !ended) throw new Fault('accept-refused', `${run} has not ended; go on with writ resume ${run}`)
    if (state.accepted) throw new Fault('accept-refused', `${run} was accepted already by ${state.accepted.by} onto ${state.accepted.onto}; to undo: ${state.accepted.undo}`)
    if (!ended.result) throw new Fault('accept-refused', `${run} made no commit, so there is nothing to accept: ${ended.reason}`)
    if (ended.outcome !== 'proven' && !options.unproven) {
      if (!options.ask || !process.stdin.isTTY) throw new Fault('accept-refused', `${run} is not proven (${ended.reason}); look at it with writ diff ${run}, and accept it all the same with writ accept ${run} --unproven`)
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      const said = await lines.question(`${run} is not proven: ${ended.reason}\nAccept it all the same? [y/N] `)
      lines.close()
      if (!/^y(es)?$/i.test(said.trim())) return undefined
    }
    const { acceptRun } = await import('../../adapters/workspace-git/accept.ts')
    const done = await acceptRun({
      repository: opened.repository.root, branch: ended.result.branch, commit: ended.result.commit, base: opened.repository.base,
      strategy: options.strategy, message: acceptMessage(state.contract?.goal ?? opened.draft.goal, run), env: process.env,
    })
    const data: Payload<'run.accepted'> = { by: userName(), strategy: options.strategy, onto: done.onto, before: done.before, undo: done.undo, ...(done.after ? { after: done.after } : {}) }
    await rollout.append([{ type: 'run.accepted', data }])
    return data
  } finally {
    await rollout.close()
  }
}

/** `writ reject`: a recorded no. The branch stays unless it is asked to go. */
export async function rejectCommand(word: string, options: { readonly reason?: string; readonly deleteBranch?: boolean }): Promise<number> {
  const record = await openRecord()
  const run = await record.log.resolve(word)
  const { state } = await readRun(record.log, run)
  if (state.accepted) throw new Fault('accept-refused', `${run} was accepted already; to undo: ${state.accepted.undo}`)
  const { rollout } = await record.log.open(run)
  try {
    await rollout.append([{ type: 'run.rejected', data: { by: userName(), reason: options.reason ?? '' } }])
  } finally {
    await rollout.close()
  }
  const result = state.ended?.result
  if (options.deleteBranch && result && state.opened) {
    const { deleteRunBranch } = await import('../../adapters/workspace-git/accept.ts')
    await deleteRunBranch({ repository: state.opened.repository.root, branch: result.branch, commit: result.commit, env: process.env })
    process.stdout.write(`${run} is rejected and its branch deleted; its last commit was ${result.commit}.\n`)
    return 0
  }
  process.stdout.write(result ? `${run} is rejected. Its commits stay on ${result.branch}; writ reject ${run} --delete-branch removes the branch.\n` : `${run} is rejected.\n`)
  return 0
}

function acceptMessage(goal: string, run: RunId): string {
  const first = goal.split('\n')[0] ?? goal
  return `${first.length > 72 ? `${first.slice(0, 71)}…` : first}\n\nAccepted from ${run}.`
}
