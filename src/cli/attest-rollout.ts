import { toCoverage } from '../domain/attest/coverage.ts'
import type { Rollout } from '../engine/ports/event-log.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import type { Digest, RunId } from '../protocol/ids.ts'
import { openAttester, type OpenRecord } from './compose.ts'

/**
 * Every command that appends to the record of a run that has ended calls this afterwards, while it still owns the rollout: the
 * newest attestation then covers what was appended. What was done stands even where it cannot be signed; that is said on stderr.
 * @returns the digest of the newest bundle.
 * @throws Fault `run-corrupt` where the record is not the one that was attested before: then nothing should be built on it.
 */
export async function attestRollout(record: OpenRecord, rollout: Rollout): Promise<Digest | undefined> {
  try {
    const { attest } = await import('../engine/attest.ts')
    await attest({ events: rollout.events, blobs: record.blobs, attester: openAttester(record), append: (event) => rollout.append([event]) })
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'run-corrupt') throw error
    process.stderr.write(`writ: not attested yet: ${toMessage(error)} Once that is mended: writ verify ${rollout.run} --attest\n`)
  }
  return toCoverage(rollout.events).newest?.bundle.digest
}

/** The same for a run that nobody owns just now. */
export async function attestRun(record: OpenRecord, run: RunId): Promise<void> {
  const { rollout } = await record.log.open(run)
  try {
    await attestRollout(record, rollout)
  } finally {
    await rollout.close()
  }
}
