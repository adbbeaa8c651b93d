import { toShortId } from '../domain/report/short-id.ts'
import type { RunState } from '../domain/run-state.ts'
import { Fault } from '../protocol/fault.ts'

/**
 * A child run is a part: its parent's record rests on how it ended, and its commit is in no repository but as a part of the whole.
 * @throws Fault `accept-refused` with the command for the run that it is a part of.
 */
export function requireWhole({ run, opened }: Pick<RunState, 'run' | 'opened'>, command: string): void {
  const parent = opened?.parent
  if (parent) throw new Fault('accept-refused', `${run ?? 'this run'} is a part of ${parent.run}: it did task ${parent.task}. For the whole: writ ${command.replace('RUN', toShortId(parent.run)).replace('TASK', parent.task)}`)
}
