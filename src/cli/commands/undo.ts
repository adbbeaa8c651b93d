import { fold } from '../../domain/evolve.ts'
import { describeOutside, describeUndone, toOutside } from '../../domain/report/outside.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { findInEffect, findLasting } from '../../domain/rewind.ts'
import type { RunState } from '../../domain/run-state.ts'
import { Fault } from '../../protocol/fault.ts'
import { appendAfterEnd } from '../append-after-end.ts'
import { openRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { getRun } from '../read-run.ts'
import { userName } from '../user-name.ts'

export interface UndoOptions {
  readonly repo?: string
  readonly revert?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `writ undo`: takes an accepted result back out of the person's branch or files, and records that. */
export async function undoCommand(word: string, options: UndoOptions): Promise<number> {
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo, changes: true })
  const { rollout } = await record.log.open(run)
  try {
    const state = fold(rollout.events)
    const { accepted, opened } = requireAccepted(state, run)
    const { undoAccepted } = await import('../../adapters/workspace-git/accept-undo.ts')
    const dryRun = options.dryRun ?? false
    const undone = await undoAccepted({ repository: opened.repository.root, run, accepted, revert: options.revert ?? false, dryRun, env: process.env })
    const { how, onto, before, after } = undone
    if (!dryRun) await appendAfterEnd(record, rollout, { type: 'run.undone', data: { by: userName(), how, onto, before, after } })
    const short = toShortId(run)
    const outside = toOutside(findLasting(findInEffect(rollout.events)), short, state.contract)
    return await whilePrinting(async () => {
      if (options.json) {
        await print(`${JSON.stringify({ run, dryRun, ...undone, outside }, undefined, 2)}\n`)
        return 0
      }
      const reverts = undone.reverts.length > 1 || undone.because !== undefined ? [`Reverted${undone.because ? ` ${undone.because}` : ''}: ${undone.reverts.join(', ')}`] : []
      const again = dryRun ? ['Nothing was changed: this was a dry run.'] : [`To accept it again: writ accept ${short}${state.ended?.outcome === 'proven' ? '' : ' --unproven'}${how === 'revert' ? ' --strategy squash' : ''}`]
      await print(`${[describeUndone(undone, dryRun), ...reverts, ...again, ...describeOutside(outside)].join('\n')}\n`)
      return 0
    })
  } finally {
    await rollout.close()
  }
}

/** @throws Fault `accept-refused` saying what the run is instead. */
function requireAccepted(state: RunState, run: string): { accepted: NonNullable<RunState['accepted']>; opened: NonNullable<RunState['opened']> } {
  const { accepted, acceptWanted, opened, undone, ended } = state
  if (accepted && opened) return { accepted, opened }
  if (acceptWanted) throw new Fault('accept-refused', `accepting ${run} onto ${acceptWanted.onto} was cut off; finish that first with writ accept ${run}, and then take it back`)
  if (undone) throw new Fault('accept-refused', `${run} was taken back from ${undone.onto} already, by ${undone.by}; accept it again with writ accept ${run}`)
  if (!ended) throw new Fault('accept-refused', `${run} has not ended, so nothing of it is in your branch; to take the run itself back to an earlier point: writ rollback ${run} --to SEQ`)
  throw new Fault('accept-refused', `${run} was not accepted, so nothing of it is in your branch; there is nothing to undo`)
}
