import { resolve } from 'node:path'
import { rebuildTree } from '../adapters/workspace-git/rebuild.ts'
import { fold } from '../domain/evolve.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { Fault } from '../protocol/fault.ts'
import type { CommitId, RunId, TreeId } from '../protocol/ids.ts'

/** The content of the workspace after an event; before there was a workspace, the base commit's. @throws Fault `request-invalid`. */
export function findContentAt(events: readonly StoredEvent[], at: number | undefined): { readonly at: number; readonly content: TreeId | CommitId } {
  const last = events.length - 1
  const seq = at ?? last
  if (seq < 0 || seq > last) throw new Fault('request-invalid', `there is no event ${seq}: this run has events 0 to ${last} (see them with writ log)`)
  const state = fold(events.slice(0, seq + 1))
  const content = state.tree ?? state.opened?.repository.base
  if (!content) throw new Fault('run-corrupt', 'the record does not say what the run started from')
  return { at: seq, content }
}

/** Rebuilds a run's repository in an empty directory, and makes sure that it is what was recorded. */
export async function rebuildRun(events: readonly StoredEvent[], stateDir: string, wanted: { run: RunId; directory: string; at: number | undefined }): Promise<{ directory: string; at: number; tree: string; files: number }> {
  const { at, content } = findContentAt(events, wanted.at)
  const directory = resolve(wanted.directory)
  const { tree, files } = await rebuildTree({ stateDir, run: wanted.run, content, directory })
  return { directory, at, tree, files }
}
