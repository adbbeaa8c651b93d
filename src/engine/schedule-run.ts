import type { Payload } from '../protocol/events/event.ts'
import { isStillOpen } from '../domain/delegation/follow-plan.ts'
import { findRunSchedule, toRunProblem, toScheduled } from '../domain/delegation/run-schedule.ts'
import { record, type RunContext } from './record.ts'

/** Milliseconds, and looks at whether it is over, that a schedule is searched for while others wait for it. */
const longest = 200
const mostLooks = 2000

type Scheduled = Payload<'plan.scheduled'>

/** What is left of the plan is scheduled from now on, and recorded: which task begins next follows from the record alone. */
export async function scheduleRun(run: RunContext, why: string): Promise<void> {
  const { plan } = run.state
  if (!plan) throw new Error('only a plan is scheduled')
  const found = search(run)
  const none = { now: 0, tasks: [], makespan: 0, lowerBound: 0, proven: false, late: [] }
  await record(run, { type: 'plan.scheduled', data: { revision: plan.revision, why, ...('flaw' in found ? { ...none, flaw: found.flaw.slice(0, 1000) } : found) } })
}

/** Where there is none the run goes on without, the longest chain first. */
function search({ state, ports: { clock } }: RunContext): Omit<Scheduled, 'revision' | 'why' | 'flaw'> | { readonly flaw: string } {
  const began = clock.elapsed()
  let looks = 0
  const isOver = (): boolean => (looks += 1) > mostLooks || clock.elapsed() - began > longest
  try {
    const problem = toRunProblem(state, Math.max(0, clock.now() - state.at), (id) => isStillOpen(state, { id }))
    if (!problem) throw new Error('only a plan is scheduled')
    const found = findRunSchedule(problem, { isOver })
    return 'flaw' in found ? found : toScheduled(problem, found.schedule)
  } catch (error) {
    // Of scopes that are too many to compare; anything else is a bug.
    if (!(error instanceof RangeError)) throw error
    return { flaw: error.message }
  }
}
