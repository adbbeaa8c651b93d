import { findWorkDeadline } from '../domain/budget.ts'
import { nameEndless } from '../domain/proof/endless.ts'
import type { Check } from '../protocol/contract.ts'
import type { CheckOutcome, EndlessTest } from '../protocol/evidence.ts'
import { openLab } from './lab.ts'
import type { RunContext } from './record.ts'

/** A check that prints nothing for so long may never end: a share of what is left before the deadline, and its bounds, in milliseconds. */
const quiet = { share: 1 / 8, leastMs: 5000, mostMs: 60_000 }
/** Time for finding out which test does not end: a share of what is left, and its bounds, in milliseconds. */
const finding = { share: 1 / 3, leastMs: 3000, mostMs: 60_000 }

type Attempt = (options: { signal: AbortSignal; onOutput: (text: string) => void }) => Promise<CheckOutcome>

/**
 * Runs a check on the base. Where it prints nothing for long, its tests are run one by one beside it, on a copy; only where one of
 * them is found not to end is the check stopped, and that test is named as what fails. Where none is found, the check has all of its
 * time. The same is done once its time is up. What is found is part of the outcome, so that everything after it follows from the log.
 */
export async function runNamingEndless(run: RunContext, check: Check, attempt: Attempt): Promise<CheckOutcome> {
  const { clock, endless } = run.ports
  const plain = { signal: run.signal, onOutput: (text: string) => run.emit({ kind: 'output', callId: check.id, text }) }
  if (endless === undefined) return attempt(plain)
  const stop = new AbortController()
  const over = new AbortController()
  let heard = clock.now()
  const running = attempt({
    signal: AbortSignal.any([run.signal, stop.signal]),
    onOutput: (text) => {
      heard = clock.now()
      plain.onOutput(text)
    },
  }).finally(() => over.abort())
  // Whatever the check comes to is met below, also where it comes to it while its tests are looked at.
  running.catch(() => undefined)
  const looked = await watchQuiet(run, check, { heard: () => heard, over: over.signal }).catch(async (error: unknown) => {
    stop.abort()
    await running.catch(() => undefined)
    throw error
  })
  if (looked !== undefined && looked.length > 0 && !over.signal.aborted) stop.abort()
  const outcome = await running
  run.signal.throwIfAborted()
  const notes = outcome.notes.filter((note) => note !== 'cancelled')
  // One that ended by itself in the moment it was to be stopped is what it says it is.
  if (stop.signal.aborted) return notes.length === outcome.notes.length ? outcome : nameEndless({ ...outcome, notes }, looked ?? [])
  return outcome.status === 'timed-out' ? nameEndless(outcome, looked ?? await findWithin(run, check, outcome, run.signal)) : outcome
}

/** What was found beside the check; undefined where it ended, or never was quiet for long enough. */
async function watchQuiet(run: RunContext, check: Check, { heard, over }: { heard: () => number; over: AbortSignal }): Promise<readonly EndlessTest[] | undefined> {
  const { clock } = run.ports
  const signal = AbortSignal.any([run.signal, over])
  const mostQuietMs = within(run, quiet)
  while (!signal.aborted) {
    const left = mostQuietMs - (clock.now() - heard())
    if (left <= 0) return findWithin(run, check, undefined, signal)
    try {
      await clock.sleep(left, signal)
    } catch {
      // The check has ended, or the run was stopped: either is seen by whoever waits for the check.
      return undefined
    }
  }
  return undefined
}

async function findWithin(run: RunContext, check: Check, outcome: CheckOutcome | undefined, signal: AbortSignal): Promise<readonly EndlessTest[]> {
  const { endless } = run.ports
  const budgetMs = within(run, finding)
  const until = findWorkDeadline(run.state)
  if (endless === undefined || (until !== undefined && until - run.ports.clock.now() < finding.leastMs)) return []
  run.emit({ kind: 'status', text: outcome === undefined ? 'nothing was heard of the check for a while: its tests are run one by one, to see whether one does not end' : 'the check did not end: its tests are run one by one, to see which one keeps it' })
  const lab = await openLab(run, { signal })
  try {
    return await endless.find(check, outcome, lab, { budgetMs, signal })
  } catch (error) {
    // The check has ended in the meantime, so the look at its tests was cut off.
    if (signal.aborted) return []
    throw error
  } finally {
    await lab.dispose()
  }
}

function within(run: RunContext, { share, leastMs, mostMs }: { readonly share: number; readonly leastMs: number; readonly mostMs: number }): number {
  const until = findWorkDeadline(run.state)
  return until === undefined ? mostMs : Math.min(mostMs, Math.max(leastMs, share * (until - run.ports.clock.now())))
}
