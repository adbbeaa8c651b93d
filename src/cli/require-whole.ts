import { findUndelivered } from '../domain/delegation/undelivered.ts'
import { toShortId } from '../domain/report/short-id.ts'
import type { RunState } from '../domain/run-state.ts'
import type { EventLog } from '../engine/ports/event-log.ts'
import { Fault } from '../protocol/fault.ts'
import { readRun } from './read-run.ts'

/**
 * A child run is a part: its parent's record rests on how it ended, and its commit is in no repository but as a part of the whole.
 * @throws Fault `accept-refused` with the command for the run that it is a part of.
 */
export function requireWhole({ run, opened }: Pick<RunState, 'run' | 'opened'>, command: string): void {
  const parent = opened?.parent
  if (parent) throw new Fault('accept-refused', `${run ?? 'this run'} is a part of ${parent.run}: it did task ${parent.task}. For the whole: writ ${command.replace('RUN', toShortId(parent.run)).replace('TASK', parent.task)}`)
}

/**
 * No can be said to a part too, where there is nothing else to say it to: the whole was accepted without it, or is not here.
 * @throws Fault `accept-refused` as `requireWhole` does, `run-corrupt` where the whole cannot be read.
 */
export async function requireRejectable(log: EventLog, child: RunState): Promise<void> {
  const about = child.opened?.parent
  if (!about) return
  try {
    const { state: parent } = await readRun(log, about.run)
    if (!parent.accepted || !findUndelivered(parent, child)) requireWhole(child, 'reject RUN')
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'run-unknown') throw error
  }
}
