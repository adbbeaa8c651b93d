import type { CommitId, RunId } from '../../protocol/ids.ts'
import type { Task } from '../../protocol/plan.ts'
import { isSameTask } from '../plan/same-task.ts'
import type { RunState } from '../run-state.ts'

/** Work of a child run that is in no result and in no branch. */
export interface Undelivered {
  readonly task: string
  /** Undefined where it had changed something and committed nothing. */
  readonly commit: CommitId | undefined
}

/**
 * What would be lost with a child run although a person accepted the run that it was a part of. Undefined where nothing would: it
 * changed nothing, its task was integrated (by itself, or by an attempt after it that was told of it), or what the task offered
 * last, at this attempt or a later one, was published as a branch. Where a plan has made another task of it, later attempts were told of none before.
 */
export function findUndelivered(parent: Pick<RunState, 'past' | 'tasks' | 'opened'>, child: Pick<RunState, 'run' | 'opened' | 'workspace' | 'tree' | 'commits' | 'head'>): Undelivered | undefined {
  const about = child.opened?.parent
  if (!about || !child.workspace || about.stage === 'review') return undefined
  const commit = child.commits.length > 0 ? child.head : undefined
  if (commit === undefined && child.tree === child.workspace.tree) return undefined
  const { attempts, published } = readAttempts(parent, about.task)
  const own = attempts.findIndex((each) => each.run === child.run)
  const delivered = parent.tasks.get(about.task) === 'finished' ? attempts.length - 1 : attempts.findLastIndex((each) => each.commits.some((made) => published.has(made)))
  return own !== -1 && own <= delivered ? undefined : { task: about.task, commit }
}

interface Attempt {
  readonly run: RunId
  readonly commits: CommitId[]
}

/** Child runs that were given the task as it is now, or a stage of it, the oldest first, with what came back of them. */
function readAttempts({ past, opened }: Pick<RunState, 'past' | 'opened'>, task: string): { readonly attempts: readonly Attempt[]; readonly published: ReadonlySet<CommitId> } {
  const attempts = new Map<RunId, Attempt>()
  const published = new Set<CommitId>()
  let planned: Task | undefined
  for (const { type, data } of past) {
    if (type === 'plan.proposed') {
      const now = data.plan.tasks.find(({ id }) => id === task)
      if (planned && !(now && isSameTask(planned, now, { isForeseen: opened?.experience !== undefined }))) attempts.clear()
      planned = now
    } else if (type === 'task.delegated' || type === 'stage.delegated') {
      if (data.task === task) attempts.set(data.child, { run: data.child, commits: [] })
    } else if (type === 'task.returned') {
      if (data.commit) attempts.get(data.child)?.commits.push(data.commit)
    } else if (type === 'kept.published' && data.task === task) published.add(data.commit)
  }
  return { attempts: [...attempts.values()], published }
}
