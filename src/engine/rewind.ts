import type { StoredEvent } from '../protocol/events/event.ts'
import type { FileChange } from '../protocol/events/workspace.ts'
import type { RunId, TreeId } from '../protocol/ids.ts'
import { Fault } from '../protocol/fault.ts'
import { fold } from '../domain/evolve.ts'
import { findDropped, findInEffect } from '../domain/rewind.ts'
import type { RunState } from '../domain/run-state.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { Rollout } from './ports/event-log.ts'
import type { Workspace } from './ports/workspace.ts'

export interface RewindRequest {
  readonly run: RunId
  /** The number of an event, or a task: then the state when it was started. */
  readonly to: string
  readonly why: string
  readonly by: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
  /** Called once the record says so, while it is still owned. */
  readonly onRecorded: (rollout: Rollout) => Promise<unknown>
}

export interface Rewound {
  /** The state afterwards; on a dry run as it would be. */
  readonly state: RunState
  readonly to: StoredEvent
  /** What the files lose and get back. */
  readonly changes: readonly FileChange[]
  /** Events that are not in effect any more. */
  readonly dropped: readonly StoredEvent[]
  /** Said by the log on opening it. */
  readonly repaired: string | undefined
}

/**
 * Takes a run that nobody owns back to how it was right after an event: files byte for byte, then the record. Killed in between,
 * the run is as it was before: its next owner puts the files back to what the log says.
 * @throws Fault `request-invalid` for a place that is none, `accept-refused` for a run whose result a person has decided about,
 * `run-locked` while a live process owns the run.
 */
export async function rewindRun(ports: Pick<EnginePorts, 'log' | 'workspaces'>, request: RewindRequest): Promise<Rewound> {
  const { rollout, repaired } = await ports.log.open(request.run)
  try {
    const { to, tree } = findPlace(rollout.events, request)
    return { ...(await goBack(ports, rollout, request, { to, tree })), to, repaired }
  } finally {
    await rollout.close()
  }
}

async function goBack(ports: Pick<EnginePorts, 'workspaces'>, rollout: Rollout, request: RewindRequest, { to, tree }: { to: StoredEvent; tree: TreeId }): Promise<Pick<Rewound, 'state' | 'changes' | 'dropped'>> {
  const state = fold(rollout.events)
  const { opened, workspace: made } = state
  if (!opened || !made) throw new Fault('run-corrupt', `the record of ${request.run} shows no workspace`)
  const place = { run: request.run, repository: opened.repository.root, base: opened.repository.base, branch: made.branch }
  const was = ports.workspaces.isThere(request.run)
  const workspace = await ports.workspaces.reopen({ ...place, last: was ? (state.tree ?? tree) : tree, head: state.head })
  const now = await workspace.snapshot(request.signal)
  const changes = await workspace.changes(was ? now : (state.tree ?? now), tree)
  const event = { type: 'run.rewound', data: { to: to.seq, tree, why: request.why, by: request.by } } as const
  if (request.dryRun) {
    if (!was) await workspace.dispose()
    const would: StoredEvent = { ...to, ...event, at: rollout.events.at(-1)?.at ?? to.at, seq: rollout.events.length }
    return { state: fold([...rollout.events, would]), changes, dropped: findDropped([...rollout.events, would], would) }
  }
  await restore(workspace, { now, tree, signal: request.signal })
  // What is in the files now and in no event is kept as well: one can come back to it.
  const unseen = was && now !== state.tree ? [{ type: 'snapshot.taken', data: { tree: now } } as const] : []
  const stored = (await rollout.append([...unseen, event])).at(-1)
  if (stored?.type !== 'run.rewound') throw new Error('the log answered with other events than it was given')
  const after = fold(rollout.events)
  await request.onRecorded(rollout)
  // The private branch follows; where this is cut off, whoever resumes does it.
  await ports.workspaces.reopen({ ...place, last: tree, head: after.head })
  return { state: after, changes, dropped: findDropped(rollout.events, stored) }
}

/** All or nothing: where the old content cannot be had whole, the files are put back as they were. */
async function restore(workspace: Workspace, { now, tree, signal }: { now: TreeId; tree: TreeId; signal: AbortSignal }): Promise<void> {
  try {
    await workspace.rollback(tree, signal)
  } catch (error) {
    await workspace.rollback(now, new AbortController().signal)
    throw error
  }
}

/** The event that is meant and the content of the workspace then. */
function findPlace(events: readonly StoredEvent[], { run, to }: RewindRequest): { to: StoredEvent; tree: TreeId } {
  const state = fold(events)
  if (state.accepted) throw new Fault('accept-refused', `${run} was accepted onto ${state.accepted.onto}; take that back first: writ undo ${run}`)
  if (state.acceptWanted) throw new Fault('accept-refused', `accepting ${run} onto ${state.acceptWanted.onto} was cut off; finish that with writ accept ${run}, and then take it back with writ undo ${run}`)
  if (state.rejected) throw new Fault('accept-refused', `${run} was rejected by ${state.rejected.by}, so nothing goes on from it; start the goal again with writ run`)
  if (state.pruned?.parts.includes('workspace')) throw new Fault('accept-refused', `the snapshots of ${run} were removed by ${state.pruned.by} to save space (writ clean), so there is nothing to go back to`)
  const seq = /^\d+$/.test(to) ? Number(to) : findTask(events, run, to)
  const event = events[seq]
  const first = events.find((each) => each.type === 'workspace.created')?.seq
  if (first === undefined) throw new Fault('request-invalid', `${run} has no workspace yet, so there is nothing to take back; go on with writ resume ${run}`)
  if (event === undefined || seq < first) throw new Fault('request-invalid', `${run} has no snapshot at event ${to}; its events are ${first} to ${events.length - 1} (writ log ${run})`)
  const then = fold(events.slice(0, seq + 1))
  if (then.ended) throw new Fault('request-invalid', `the run had ended at event ${seq} already; choose an earlier one than ${then.past.findLast((each) => each.type === 'run.ended')?.seq ?? seq} (writ log ${run})`)
  if (!then.tree) throw new Fault('run-corrupt', `the record of ${run} shows no content of the workspace at event ${seq}`)
  return { to: event, tree: then.tree }
}

function findTask(events: readonly StoredEvent[], run: string, task: string): number {
  const inEffect = findInEffect(events)
  const started = inEffect.flatMap((event) => (event.type === 'task.started' || event.type === 'task.delegated' ? [event] : []))
  const found = started.findLast((event) => event.type === 'task.started' && event.data.task === task)
  if (found) return found.seq
  // A child that was given the task would go on with it, or had ended: so it is before it was given to anybody.
  const given = started.find((event) => event.data.task === task)
  const before = given && inEffect.findLast((event) => event.seq < given.seq)
  if (before) return before.seq
  const tasks = [...new Set(started.map((event) => event.data.task))]
  throw new Fault('request-invalid', `${run} has ${tasks.length === 0 ? 'begun no task' : `no task ${task}; it has begun ${tasks.join(', ')}`}. --to takes the number of an event (writ log ${run}) or a task`)
}
