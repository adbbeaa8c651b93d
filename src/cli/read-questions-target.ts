import { z } from 'zod'
import { readPolicySettings } from '../domain/policy/settings.ts'
import type { RunState } from '../domain/run-state.ts'
import type { Blobs } from '../engine/ports/event-log.ts'
import { Fault } from '../protocol/fault.ts'
import { parseKeptPolicy } from './open-policy.ts'

/** Questions per run that the policy of a run aims for; undefined where none were asked, or the policy it had cannot be read any more. */
export async function readQuestionsTarget(blobs: Blobs, { kept, questions }: RunState): Promise<number | undefined> {
  if (questions === 0 || !kept) return undefined
  try {
    const { settings } = await parseKeptPolicy(Buffer.from(await blobs.get(kept.policy)).toString('utf8'))
    return readPolicySettings(settings).gates.questions_target
  } catch (error) {
    // Retention removed it, or an older Writ kept it in a form of its own: the report then has the usual number.
    if (error instanceof SyntaxError || error instanceof z.ZodError || (error instanceof Fault && error.code === 'run-corrupt')) return undefined
    throw error
  }
}
