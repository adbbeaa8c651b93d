import { removeUnrecorded } from '../adapters/log-jsonl/unrecorded.ts'
import { toMessage } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import type { OpenRecord } from './compose.ts'

const minted = new Map<RunId, string>()

/**
 * The id of a run that may never be: looking at a repository already needs a folder of the run, before anything can be recorded.
 * Where nothing is by the end of the process, because the run was refused or was only to look with, that folder goes. (Last of
 * all, for what was begun beside the refusal may still make it; of a killed process `writ clean` finds it.)
 */
export function mintRun(record: Pick<OpenRecord, 'ids' | 'places'>): RunId {
  const run = record.ids.runId()
  if (minted.size === 0) process.once('exit', removeAll)
  minted.set(run, record.places.state)
  return run
}

function removeAll(): void {
  for (const [run, stateDir] of minted) {
    try {
      removeUnrecorded(stateDir, run)
    } catch (error) {
      process.stderr.write(`writ: the folder of ${run}, of which nothing was recorded, could not be removed: ${toMessage(error)}; writ clean does it later\n`)
    }
  }
}
