import type { CommitId, RunId } from '../protocol/ids.ts'
import { mergeTask } from './merge-task.ts'
import type { Integrator } from './ports/integrator.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/**
 * A child's commit on top of what was integrated last, as a commit of its own that is in no line: for somebody to begin from.
 * Undefined where the two do not go together.
 */
export async function mergeOnto(run: RunContext, integrator: Integrator, { task, child, theirs, message }: { readonly task: string; readonly child: RunId; readonly theirs: CommitId; readonly message: string }): Promise<CommitId | undefined> {
  const { head } = run.state
  if (!head) return undefined
  await integrator.begin(getWorkspace(run).base.commit)
  const outcome = await mergeTask({ integrator, sandbox: run.ports.sandbox, workspace: getWorkspace(run) }, { task, child, commit: theirs, onto: head, strategies: run.state.opened?.planning?.merge ?? [] }, run.signal)
  await record(run, { type: 'merge.tried', data: { task, child, outcome } })
  if (outcome.conflicts.length > 0) return undefined
  return integrator.commit({ tree: outcome.tree, parent: head, task, child, from: theirs, message, trailers: [], atMs: run.state.startedAt })
}
