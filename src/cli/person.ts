import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import type { Rollout } from '../engine/ports/event-log.ts'
import type { OpenRecord } from './compose.ts'

/** What is inside of a sandbox cannot speak for people. The keys and records are not there either; this says why. @throws Fault `request-invalid`. */
export function requirePerson(what: string, env: NodeJS.ProcessEnv = process.env): void {
  if (env.WRIT_SANDBOX) throw new Fault('request-invalid', `this is a sandbox of Writ: ${what} by people, outside of it`)
}

/** Owns a rollout for as long as one answer takes. @throws Fault `run-locked` that says where to answer instead. */
export async function whileOwning<T>(record: Pick<OpenRecord, 'log'>, run: RunId, does: (rollout: Rollout) => Promise<T>): Promise<T> {
  const { rollout } = await record.log.open(run).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== 'run-locked') throw error
    throw new Fault('run-locked', `a process works on ${run} now. If it asks something, answer in its terminal; otherwise end it there (Ctrl-C, nothing is lost) and say this again`, { cause: error })
  })
  try {
    return await does(rollout)
  } finally {
    await rollout.close()
  }
}
